using ManualVae.Compute;
using ManualVae.Models.Baselines;

namespace ManualVae.Models;

// What is added to the decoder's logits.
public sealed partial class Autoencoder
{
    private readonly LinearPath? _linear;
    private InputMask _mask; // of the last forward pass
    private Tensor _correction, _ones;

    /// <summary>True if the linear path waits for EASE's weights: not read from a checkpoint, not fitted yet.</summary>
    public bool TakesLinearWeights => Settings.LinearPath == LinearPathKind.Ease;

    /// <summary>Gives the linear path its weights.</summary>
    /// <param name="ease">Fitted to the training clicks.</param>
    /// <exception cref="InvalidOperationException">The model has no such path.</exception>
    public void TakeLinearWeights(ItemItemModel ease)
    {
        if (!TakesLinearWeights) throw new InvalidOperationException("The model has no linear path of given weights.");
        _linear!.Take(ease.Weights);
    }

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
        _linear!.Forward(batch, mask, logits);
        Backend.EncodeInputs(batch, mask);
    }

    private void LinearPathBackward(SparseBatch batch)
    {
        if (Settings.LinearPath == LinearPathKind.Ease) return;
        _linear!.Backward(batch, _mask, Decoder.Output.Logits(batch.Rows));
        Backend.EncodeInputs(batch, _mask);
    }
}
