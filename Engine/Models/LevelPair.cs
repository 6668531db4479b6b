using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The posterior of two latent levels, [mu1, logvar1] and [mu2, logvar2], as those of one code: [mu1, mu2, logvar1, logvar2], and
/// back; with the memory it takes.
/// </summary>
internal sealed class LevelPair(MemoryScope memory, int latent, int maxRows)
{
    private readonly IBackend _backend = memory.Backend;
    private readonly Tensor _mean1 = memory.Allocate(maxRows, latent), _logVariance1 = memory.Allocate(maxRows, latent);
    private readonly Tensor _mean2 = memory.Allocate(maxRows, latent), _logVariance2 = memory.Allocate(maxRows, latent);
    private readonly Tensor _means = memory.Allocate(maxRows, 2 * latent), _logVariances = memory.Allocate(maxRows, 2 * latent);
    private readonly Tensor _joined = memory.Allocate(maxRows, 4 * latent), _gradient = memory.Allocate(maxRows, 4 * latent);

    /// <summary>Room for the gradient by the joined posterior.</summary>
    internal Tensor Gradient(int rows) => _gradient.Top(rows);

    /// <summary>[mu1, mu2, logvar1, logvar2], valid until the next call.</summary>
    internal Tensor Join(Tensor lower, Tensor upper)
    {
        int rows = lower.Rows;
        _backend.Split(lower, _mean1.Top(rows), _logVariance1.Top(rows));
        _backend.Split(upper, _mean2.Top(rows), _logVariance2.Top(rows));
        _backend.ConcatForward(_mean1.Top(rows), _mean2.Top(rows), _means.Top(rows));
        _backend.ConcatForward(_logVariance1.Top(rows), _logVariance2.Top(rows), _logVariances.Top(rows));
        _backend.ConcatForward(_means.Top(rows), _logVariances.Top(rows), _joined.Top(rows));
        return _joined.Top(rows);
    }

    /// <summary>Overwrites lower [mu1, logvar1] and upper [mu2, logvar2].</summary>
    internal void Split(Tensor joined, Tensor lower, Tensor upper)
    {
        int rows = joined.Rows;
        _backend.Split(joined, _means.Top(rows), _logVariances.Top(rows));
        _backend.Split(_means.Top(rows), _mean1.Top(rows), _mean2.Top(rows));
        _backend.Split(_logVariances.Top(rows), _logVariance1.Top(rows), _logVariance2.Top(rows));
        _backend.ConcatForward(_mean1.Top(rows), _logVariance1.Top(rows), lower);
        _backend.ConcatForward(_mean2.Top(rows), _logVariance2.Top(rows), upper);
    }
}

/// <summary>Small compositions of the backend's operations.</summary>
internal static class BackendCompositions
{
    /// <summary>Overwrites left and right with the columns of joined.</summary>
    internal static void Split(this IBackend backend, Tensor joined, Tensor left, Tensor right)
    {
        backend.Fill(left, 0);
        backend.Fill(right, 0);
        backend.ConcatBackward(joined, left, right);
    }
}
