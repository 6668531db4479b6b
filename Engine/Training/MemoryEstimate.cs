using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Alignment;
using ManualVae.Models.Baselines;
using static ManualVae.Data.InputException;

namespace ManualVae.Training;

/// <summary>
/// What training will need, counted by building the model without taking memory: a run that cannot fit is refused before it
/// starts.
/// </summary>
/// <param name="Parameters">Number of weights.</param>
/// <param name="ParameterBytes">Weights, Adam's two moments and, if updates are not fused, gradients.</param>
/// <param name="ActivationBytes">Everything else that the model allocates: logits, hidden layers, the prior's memory.</param>
/// <param name="BatchBytes">The batches of training and of validation.</param>
/// <param name="DataBytes">The clicks, in this machine's memory.</param>
public readonly record struct MemoryEstimate(
    long Parameters, long ParameterBytes, long ActivationBytes, long BatchBytes = 0, long DataBytes = 0)
{
    /// <summary>Everything together.</summary>
    public long Bytes => ParameterBytes + ActivationBytes + BatchBytes + DataBytes;

    /// <summary>The model of a run.</summary>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="backend">Where it will be trained; nothing is allocated there.</param>
    /// <param name="batchSize">Largest batch; null for that of the settings.</param>
    /// <param name="scored">Users that it scores, as validation does; null for as many as a batch holds.</param>
    public static MemoryEstimate Of(
        RunSettings settings, int items, IBackend backend, int? batchSize = null, int? scored = null)
    {
        var memory = new MemoryScope(backend, counting: true);
        var model = new Autoencoder(memory, settings, items, batchSize ?? settings.BatchSize, seed: null, fuse: true);
        long tensors = model.Parameters.All.Sum(p =>
            p.Value.Length + p.Gradient.Length + p.FirstMoment.Length + p.SecondMoment.Length);
        long bytes = tensors * (backend.IsDoublePrecision ? sizeof(double) : sizeof(float));
        return new(
            model.Parameters.Count, bytes,
            memory.Bytes - bytes + model.Decoder.Output.BytesForScoring(scored ?? int.MaxValue));
    }

    /// <summary>A whole run: model, batches and data.</summary>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="data">What it is trained on.</param>
    /// <param name="backend">Where it will be trained; nothing is allocated there.</param>
    public static MemoryEstimate Of(RunSettings settings, PreparedDataset data, IBackend backend)
    {
        var trained = settings.TrainedOn(data);
        int batchSize = Math.Min(settings.BatchSize, Math.Max(1, trained.Train.Rows));
        var memory = new MemoryScope(backend, counting: true);
        void CountBatch(params ReadOnlySpan<CsrMatrix> rows) =>
            memory.CountBatch(batchSize, data.ItemCount, SparseBatch.LargestBatch(batchSize, rows));
        CountBatch(trained.Train);
        if (settings.ImplicitSlim > 0)
            ImplicitSlim.Count(memory, data.ItemCount, batchSize,
                settings.Hidden.Concat(settings.DecoderHidden ?? []).Append(settings.Latent * 2).Max());
        if (settings.Negatives > 0) CountStep(memory, settings, data.ItemCount, batchSize, trained.Train);
        if (settings.Emphasis != 1) memory.Allocate(1, SparseBatch.LargestBatch(batchSize, trained.Train));
        if (settings.Alignment > 0)
            memory.CountBatch(batchSize, data.ItemCount, AlignedTargets.LargestBatch(
                batchSize, RunAlignment.RareItems(settings, trained), trained.Train));
        if (trained.Validation is { } validation)
            CountBatch(validation.FoldIn, validation.Excluded ?? validation.FoldIn);
        CsrMatrix?[] clicks =
        [
            data.Train, data.Validation?.FoldIn, data.Validation?.HeldOut, data.Test?.FoldIn, data.Test?.HeldOut,
            settings.FitValidation ? trained.Train : null, // a copy
        ];
        var model = Of(settings, data.ItemCount, backend, batchSize, trained.Validation?.FoldIn.Rows ?? 0);
        if (settings.Average != AverageKind.None) model = model.WithCopyOfWeights(backend);
        return model with
        {
            BatchBytes = memory.Bytes,
            DataBytes = (settings.LinearPath == LinearPathKind.Ease ? LinearAutoencoder.Bytes(trained.Train) : 0)
                + RunAlignment.Bytes(settings, trained)
                + BytesOf(data.UserIds) + BytesOf(data.ItemIds) + BytesOf(data.ItemTitles) + BytesOf(data.ItemGenres)
                + clicks.Sum(m => m is null ? 0 : sizeof(long) * (long)m.Rows + m.EntryCount * (m.IsBinary ? 4 : 8)),
        };
    }

    // A reference, and a string's header, length, letters and end, in whole words.
    private static long BytesOf(string?[] texts) =>
        texts.Sum(text => IntPtr.Size + (text is null ? 0L : (22 + 2 * text.Length + 7) & ~7));

    // The windows of a step belong to a model; a second one, not counted itself, says what they take.
    private static void CountStep(MemoryScope memory, RunSettings settings, int items, int batchSize, CsrMatrix train)
    {
        var counting = new MemoryScope(memory.Backend, counting: true);
        var model = new Autoencoder(counting, settings, items, batchSize, seed: null, fuse: true);
        long before = counting.Bytes;
        model.CountStep(batchSize, train);
        memory.Count(counting.Bytes - before);
    }

    /// <summary>The same with other weights kept beside those in training: of the best epoch, or averages.</summary>
    /// <param name="backend">Where the run is trained.</param>
    public MemoryEstimate WithCopyOfWeights(IBackend backend) => this with
    {
        ParameterBytes = ParameterBytes + Parameters * (backend.IsDoublePrecision ? sizeof(double) : sizeof(float)),
    };

    /// <summary>Refuses a run that the backend's memory, or this machine's, cannot hold.</summary>
    /// <exception cref="InputException">It does not fit.</exception>
    public void RequireFits(IBackend? backend = null)
    {
        var (holder, available) = HostMemory.Available(backend);
        string has = $"{holder} {HostMemory.Mebibytes(available)}";
        SettingName hidden = Setting(nameof(RunSettings.Hidden)), latent = Setting(nameof(RunSettings.Latent)),
            batchSize = Setting(nameof(RunSettings.BatchSize)), device = Setting(nameof(RunSettings.Device));
        if (backend?.MemoryLimit is null && Bytes > available)
            throw About($"This run needs about {this}, {has}: lower {hidden}, {latent} or {batchSize}.");
        if (backend?.MemoryLimit is not null && Bytes - DataBytes > available)
            throw About($"This run needs about {this}, {has}: lower {hidden}, {latent} or {batchSize}, or use {device} simd.");
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{HostMemory.Mebibytes(Bytes)} ({Parameters / 1e6:F1} M parameters with their moments ")
        + $"{HostMemory.Mebibytes(ParameterBytes)}, one batch {HostMemory.Mebibytes(ActivationBytes + BatchBytes)})";
}
