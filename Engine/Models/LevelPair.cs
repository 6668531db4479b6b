using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The posterior of two latent levels, [mu1, logvar1] and [mu2, logvar2], as those of one code: [mu1, mu2, logvar1, logvar2], and
/// back; with the memory it takes.
/// </summary>
internal sealed class LevelPair(IBackend backend, int latent, int maxRows)
{
    private readonly Tensor _mean1 = backend.Allocate(maxRows, latent), _logVariance1 = backend.Allocate(maxRows, latent);
    private readonly Tensor _mean2 = backend.Allocate(maxRows, latent), _logVariance2 = backend.Allocate(maxRows, latent);
    private readonly Tensor _means = backend.Allocate(maxRows, 2 * latent), _logVariances = backend.Allocate(maxRows, 2 * latent);
    private readonly Tensor _joined = backend.Allocate(maxRows, 4 * latent), _gradient = backend.Allocate(maxRows, 4 * latent);

    /// <summary>Room for the gradient by the joined posterior.</summary>
    internal Tensor Gradient(int rows) => _gradient.Top(rows);

    /// <summary>[mu1, mu2, logvar1, logvar2], valid until the next call.</summary>
    internal Tensor Join(Tensor lower, Tensor upper)
    {
        int rows = lower.Rows;
        backend.Split(lower, _mean1.Top(rows), _logVariance1.Top(rows));
        backend.Split(upper, _mean2.Top(rows), _logVariance2.Top(rows));
        backend.ConcatForward(_mean1.Top(rows), _mean2.Top(rows), _means.Top(rows));
        backend.ConcatForward(_logVariance1.Top(rows), _logVariance2.Top(rows), _logVariances.Top(rows));
        backend.ConcatForward(_means.Top(rows), _logVariances.Top(rows), _joined.Top(rows));
        return _joined.Top(rows);
    }

    /// <summary>Overwrites lower [mu1, logvar1] and upper [mu2, logvar2].</summary>
    internal void Split(Tensor joined, Tensor lower, Tensor upper)
    {
        int rows = joined.Rows;
        backend.Split(joined, _means.Top(rows), _logVariances.Top(rows));
        backend.Split(_means.Top(rows), _mean1.Top(rows), _mean2.Top(rows));
        backend.Split(_logVariances.Top(rows), _logVariance1.Top(rows), _logVariance2.Top(rows));
        backend.ConcatForward(_mean1.Top(rows), _logVariance1.Top(rows), lower);
        backend.ConcatForward(_mean2.Top(rows), _logVariance2.Top(rows), upper);
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
