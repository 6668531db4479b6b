using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The prior of two latent levels, p(z1, z2) = p(z1|z2) p(z2): a gated network gives the posterior of p(z1|z2), any prior serves
/// for z2. KL = log q(z1|x, z2) - log p(z1|z2) at the sample, plus the KL of z2 (Kim and Suh 2019; Tomczak and Welling 2018).
/// </summary>
public sealed class HierarchicalPrior : IPrior
{
    private readonly IBackend _backend;
    private readonly IPrior _upperPrior;
    private readonly LayerChain _network;
    private readonly LevelPair _pair;
    private readonly Tensor _lower, _upper, _dLower, _dUpper, _z1, _z2, _dz1, _dz2, _dz, _logDensity, _negativeScale;

    /// <summary>Declares the layers of p(z1|z2): <c>prior.0</c> ... and <c>prior.head</c>.</summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="upperPrior">p(z2).</param>
    /// <param name="hidden">Widths of the gated layers.</param>
    /// <param name="latent">K of each level.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2.</param>
    public HierarchicalPrior(
        MemoryScope memory, ParameterBlock parameters, IPrior upperPrior, IReadOnlyList<int> hidden, int latent, int maxRows,
        double weightDecay = 0)
    {
        (_backend, _upperPrior) = (memory.Backend, upperPrior);
        int[] widths = [latent, .. hidden];
        _network = new(
            [.. hidden.Select((width, i) =>
                new GatedLinear(memory, parameters, $"prior.{i}", widths[i], width, maxRows, weightDecay)),
            new Linear(memory, parameters, "prior.head", widths[^1], 2 * latent, Activation.Identity, maxRows, weightDecay)]);
        _pair = new(memory, latent, maxRows);
        _lower = memory.Allocate(maxRows, 2 * latent);
        _upper = memory.Allocate(maxRows, 2 * latent);
        _dLower = memory.Allocate(maxRows, 2 * latent);
        _dUpper = memory.Allocate(maxRows, 2 * latent);
        _z1 = memory.Allocate(maxRows, latent);
        _z2 = memory.Allocate(maxRows, latent);
        _dz1 = memory.Allocate(maxRows, latent);
        _dz2 = memory.Allocate(maxRows, latent);
        _dz = memory.Allocate(maxRows, 2 * latent);
        _logDensity = memory.Allocate(maxRows, 1);
        _negativeScale = memory.Allocate(maxRows, 1);
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
        _backend.GaussianLogDensityForward(z1, _network.Forward(z2), logDensity);
        _backend.Add(logDensity, -1, loss);
        _backend.GaussianLogDensityForward(z1, _lower.Top(rows), logDensity);
        _backend.Add(logDensity, 1, loss);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch, Tensor posterior, Tensor z, Tensor rowScale, Tensor dPosterior, Tensor dz)
    {
        int rows = z.Rows;
        var (z1, z2, dz1, dz2, negative) = (_z1.Top(rows), _z2.Top(rows), _dz1.Top(rows), _dz2.Top(rows),
            _negativeScale.Top(rows));
        var (dLower, dUpper) = (_dLower.Top(rows), _dUpper.Top(rows));
        foreach (var tensor in (ReadOnlySpan<Tensor>)[dz1, dz2, negative, dLower, dUpper]) _backend.Fill(tensor, 0);
        _backend.Add(rowScale, -1, negative);
        _network.ZeroOutputGradient(rows);

        _upperPrior.Backward(batch, _upper.Top(rows), z2, rowScale, dUpper, dz2);
        _backend.GaussianLogDensityBackward(z1, _lower.Top(rows), rowScale, dz1, dLower);
        _backend.GaussianLogDensityBackward(z1, _network.Output(rows), negative, dz1, _network.OutputGradient(rows));
        _network.Backward(z2, dz2);

        _backend.ConcatForward(dz1, dz2, _dz.Top(rows));
        _backend.Add(_dz.Top(rows), 1, dz);
        _backend.Add(_pair.Join(dLower, dUpper), 1, dPosterior);
    }
}
