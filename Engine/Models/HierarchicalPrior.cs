using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The prior of two latent levels, p(z1, z2) = p(z1|z2) p(z2): a gated network gives the posterior of p(z1|z2), any prior serves for
/// z2. KL = log q(z1|x, z2) - log p(z1|z2) at the sample, plus the KL of z2 (Kim and Suh 2019; Tomczak and Welling 2018).
/// </summary>
public sealed class HierarchicalPrior : IPrior
{
    private readonly IBackend _backend;
    private readonly IPrior _upperPrior;
    private readonly GatedLinear[] _layers;
    private readonly Linear _head;
    private readonly LevelPair _pair;
    private readonly Tensor _lower, _upper, _dLower, _dUpper, _z1, _z2, _dz1, _dz2, _dz, _logDensity, _negativeScale;

    /// <summary>Declares the layers of p(z1|z2): <c>prior.0</c> ... and <c>prior.head</c>.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="upperPrior">p(z2).</param>
    /// <param name="hidden">Widths of the gated layers.</param>
    /// <param name="latent">K of each level.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2.</param>
    public HierarchicalPrior(
        IBackend backend, ParameterBlock parameters, IPrior upperPrior, IReadOnlyList<int> hidden, int latent, int maxRows,
        double weightDecay = 0)
    {
        (_backend, _upperPrior) = (backend, upperPrior);
        int[] widths = [latent, .. hidden];
        _layers = new GatedLinear[hidden.Count];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = new(backend, parameters, $"prior.{i}", widths[i], widths[i + 1], maxRows, weightDecay);
        _head = new(backend, parameters, "prior.head", widths[^1], 2 * latent, Activation.Identity, maxRows, weightDecay);
        _pair = new(backend, latent, maxRows);
        _lower = backend.Allocate(maxRows, 2 * latent);
        _upper = backend.Allocate(maxRows, 2 * latent);
        _dLower = backend.Allocate(maxRows, 2 * latent);
        _dUpper = backend.Allocate(maxRows, 2 * latent);
        _z1 = backend.Allocate(maxRows, latent);
        _z2 = backend.Allocate(maxRows, latent);
        _dz1 = backend.Allocate(maxRows, latent);
        _dz2 = backend.Allocate(maxRows, latent);
        _dz = backend.Allocate(maxRows, 2 * latent);
        _logDensity = backend.Allocate(maxRows, 1);
        _negativeScale = backend.Allocate(maxRows, 1);
    }

    /// <inheritdoc/>
    public void Prepare(SparseBatch batch) => _upperPrior.Prepare(batch);

    /// <inheritdoc/>
    public void Forward(SparseBatch batch, Tensor posterior, Tensor z, Tensor loss)
    {
        int rows = z.Rows;
        var (z1, z2, logDensity) = (_z1.Top(rows), _z2.Top(rows), _logDensity.Top(rows));
        _backend.Split(z, z1, z2);
        _pair.Split(posterior, _lower.Top(rows), _upper.Top(rows));
        _upperPrior.Forward(batch, _upper.Top(rows), z2, loss);
        var h = z2;
        foreach (var layer in _layers) h = layer.Forward(h);
        _backend.GaussianLogDensityForward(z1, _head.Forward(h), logDensity);
        _backend.Add(logDensity, -1, loss);
        _backend.GaussianLogDensityForward(z1, _lower.Top(rows), logDensity);
        _backend.Add(logDensity, 1, loss);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch, Tensor posterior, Tensor z, Tensor rowScale, Tensor dPosterior, Tensor dz)
    {
        int rows = z.Rows;
        var (z1, z2, dz1, dz2, negative) = (_z1.Top(rows), _z2.Top(rows), _dz1.Top(rows), _dz2.Top(rows), _negativeScale.Top(rows));
        var (dLower, dUpper) = (_dLower.Top(rows), _dUpper.Top(rows));
        foreach (var tensor in (ReadOnlySpan<Tensor>)[dz1, dz2, negative, dLower, dUpper]) _backend.Fill(tensor, 0);
        _backend.Add(rowScale, -1, negative);
        foreach (var layer in _layers) layer.ZeroOutputGradient(rows);
        _head.ZeroOutputGradient(rows);

        _upperPrior.Backward(batch, _upper.Top(rows), z2, rowScale, dUpper, dz2);
        _backend.GaussianLogDensityBackward(z1, _lower.Top(rows), rowScale, dz1, dLower);
        _backend.GaussianLogDensityBackward(z1, _head.Output(rows), negative, dz1, _head.OutputGradient(rows));
        _head.Backward(_layers[^1].Output(rows), _layers[^1].OutputGradient(rows));
        for (int i = _layers.Length - 1; i > 0; i--) _layers[i].Backward(_layers[i - 1].Output(rows), _layers[i - 1].OutputGradient(rows));
        _layers[0].Backward(z2, dz2);

        _backend.ConcatForward(dz1, dz2, _dz.Top(rows));
        _backend.Add(_dz.Top(rows), 1, dz);
        _backend.Add(_pair.Join(dLower, dUpper), 1, dPosterior);
    }
}
