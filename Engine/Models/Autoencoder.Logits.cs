using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Models;

// What is added to the decoder's logits.
public sealed partial class Autoencoder
{
    private readonly LinearPath? _linear;
    private InputMask _mask; // of the last forward pass
    private Tensor _correction, _ones;

    /// <summary>
    /// Fits the linear path <see cref="LinearPathKind.Ease"/> to the training clicks, before the first update; without such a
    /// path nothing happens.
    /// </summary>
    /// <param name="train">Training clicks.</param>
    /// <param name="monitor">Watches and stops.</param>
    /// <exception cref="InputException">The matrix does not fit into memory.</exception>
    public void FitLinearPath(CsrMatrix train, FitMonitor monitor = default) =>
        _linear?.Fit(train, Settings.LinearLambda, monitor);

    /// <summary>
    /// From now on the losses see logits f_i + tau log p_i, p_i = (n_i + 1) / sum_j (n_j + 1), as
    /// <see cref="AutoencoderSettings.LogitCorrection"/> says (Menon et al. 2021, eq. 10); scores stay f. With tau 0 nothing
    /// happens, and a model that was not told the clicks corrects nothing.
    /// </summary>
    /// <param name="clicks">Training clicks of each item.</param>
    public void CorrectLogitsBy(ReadOnlySpan<int> clicks)
    {
        if (Settings.LogitCorrection == 0) return;
        double total = clicks.Length;
        foreach (int count in clicks) total += count;
        var correction = new double[clicks.Length];
        for (int item = 0; item < correction.Length; item++)
            correction[item] = Settings.LogitCorrection * Math.Log((clicks[item] + 1) / total);
        if (_correction.IsNone) (_correction, _ones) = (_memory.Allocate(1, ItemCount), _memory.Allocate(BatchSize, 1));
        Backend.Upload(correction, _correction);
        Backend.Fill(_ones, 1);
    }

    private void RequireForm(OutputForm form)
    {
        if (form != OutputForm.Whole && Settings.AddsToLogits)
            throw new ArgumentException($"What is added to the logits needs all of them at once, not the form {form}.");
        if (form == OutputForm.Gram && (Settings.WeighsLoss || Settings.OutputHead != OutputHead.Linear))
            throw new ArgumentException("The Gram form knows neither weights of the loss nor the cosine head.");
    }

    // The path writes the batch's inputs anew; the encoder's backward pass reads its own.
    private void AddLinearPath(SparseBatch batch, InputMask mask, Tensor logits)
    {
        _linear!.Forward(batch, mask, logits, training: true);
        Backend.EncodeInputs(batch, mask);
    }

    private void LinearPathBackward(SparseBatch batch)
    {
        if (Settings.LinearPath == LinearPathKind.Ease) return;
        _linear!.Backward(batch, _mask, Decoder.Output.Logits(batch.Rows));
        Backend.EncodeInputs(batch, _mask);
    }
}
