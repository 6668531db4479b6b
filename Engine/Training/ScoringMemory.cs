using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Training;

/// <summary>What a trained model takes to score, counted before it is loaded: one that cannot fit is refused first.</summary>
public static class ScoringMemory
{
    /// <summary>
    /// Bytes of a run's autoencoder with the logits of one pass. The batch, as large as the histories, does not count.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="backend">Where it shall compute; nothing is allocated there.</param>
    /// <param name="batchSize">Most users in one pass.</param>
    public static long OfAutoencoder(RunFolder run, IBackend backend, int batchSize)
    {
        using var counted = new MemoryScope(backend, counting: true);
        var model = new Autoencoder(counted, run.Manifest.Settings, run.Manifest.Items, batchSize, seed: null, training: false);
        return counted.Bytes + model.Decoder.Output.BytesForScoring(batchSize);
    }

    /// <summary>Refuses a run whose autoencoder does not fit.</summary>
    /// <exception cref="InputException">It does not fit.</exception>
    internal static void RequireAutoencoder(RunFolder run, IBackend backend, int batchSize) =>
        Require(run, OfAutoencoder(run, backend, batchSize), backend);

    /// <summary>Refuses a run whose baseline does not fit: its arrays are as large as their file.</summary>
    /// <exception cref="InputException">It does not fit.</exception>
    internal static void RequireBaseline(RunFolder run)
    {
        if (File.Exists(run.BestCheckpoint)) Require(run, new FileInfo(run.BestCheckpoint).Length, null);
    }

    private static void Require(RunFolder run, long bytes, IBackend? backend) =>
        HostMemory.Require(bytes, $"{run.Path}: its model needs about {HostMemory.Mebibytes(bytes)}",
            "use a machine with more memory, or a model of fewer items", backend);
}
