using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Training;

/// <summary>
/// What training will need, computed from the settings before anything is allocated: a run that cannot fit is refused at once, with
/// the figures.
/// </summary>
/// <param name="Parameters">Number of weights, to within the small layers' biases.</param>
/// <param name="ParameterBytes">Weights, Adam's two moments and, where updates are not fused, gradients.</param>
/// <param name="ActivationBytes">Logits and hidden layers of one batch.</param>
public readonly record struct MemoryEstimate(long Parameters, long ParameterBytes, long ActivationBytes)
{
    /// <summary>Everything beside the data.</summary>
    public long Bytes => ParameterBytes + ActivationBytes;

    /// <summary>Estimates a run.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="doublePrecision">8 bytes a number instead of 4.</param>
    /// <param name="fused">The backend fuses updates: the large layers need no gradient.</param>
    public static MemoryEstimate Of(RunSettings settings, int items, bool doublePrecision, bool fused)
    {
        var model = settings.ToAutoencoder();
        int code = model.Variational ? 2 * model.Latent : model.Latent;
        int[] encoder = [.. model.Hidden, code];
        int[] decoder = [model.Latent, .. model.DecoderHidden ?? [.. model.Hidden.Reverse()]];
        long parameters = (long)items * (encoder[0] + decoder[^1] + 1 + (model.Anchors ? model.Latent : 0));
        for (int i = 1; i < encoder.Length; i++) parameters += (long)encoder[i - 1] * encoder[i];
        for (int i = 1; i < decoder.Length; i++) parameters += (long)decoder[i - 1] * decoder[i];
        int size = doublePrecision ? sizeof(double) : sizeof(float);
        long perRow = items + 2L * (encoder.Sum() + decoder.Sum());
        return new(parameters, parameters * size * (fused ? 3 : 4), perRow * settings.BatchSize * size);
    }

    /// <summary>Refuses a run that the backend's memory, or this machine's, cannot hold.</summary>
    /// <exception cref="InputException">It does not fit.</exception>
    public void RequireFits(IBackend? backend = null) => HostMemory.Require(Bytes, $"This run needs about {this}",
        "lower --hidden, --latent or --batch-size" + (backend?.MemoryLimit is null ? "" : ", or use --device simd"), backend);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{HostMemory.Mebibytes(Bytes)} ({Parameters / 1e6:F1} M parameters with their moments {HostMemory.Mebibytes(ParameterBytes)}, one batch {HostMemory.Mebibytes(ActivationBytes)})");
}
