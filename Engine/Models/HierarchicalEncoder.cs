using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// H+Vamp's two-level posterior (Kim and Suh 2019): q(z2|x) by a <see cref="GatedEncoder"/>, q(z1|x, z2) by a gated layer of x
/// joined with the <b>sample</b> z2 and further gated layers. To the rest of the model both levels are one latent code z = [z1,
/// z2] with posterior [mu1, mu2, logvar1, logvar2].
/// </summary>
/// <remarks>The authors also pass z2 through a gated layer of its own before joining; that layer is left out.</remarks>
public sealed class HierarchicalEncoder : IEncoder
{
    private readonly IBackend _backend;
    private readonly GatedEncoder _upper;
    private readonly GatedSparseLinear _history;
    private readonly LayerChain _joint;
    private readonly LevelPair _posterior;
    private readonly Tensor _lowerNoise, _upperNoise, _upperSample, _dUpperSample, _joined, _dJoined;
    private bool _sampled;

    /// <summary>
    /// Declares <c>NAME.upper.*</c> (q(z2|x)) and <c>NAME.history</c>, <c>NAME.joint.*</c>, <c>NAME.head</c> (q(z1|x, z2)).
    /// </summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="hidden">Widths of the gated layers of either level, at least one.</param>
    /// <param name="latent">K of each level.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2.</param>
    public HierarchicalEncoder(
        MemoryScope memory, ParameterBlock parameters, string name, int items, IReadOnlyList<int> hidden, int latent, int maxRows,
        double weightDecay = 0)
    {
        _backend = memory.Backend;
        _upper = new(memory, parameters, UpperName(name), items, hidden, 2 * latent, maxRows, weightDecay);
        _history = new(memory, parameters, $"{name}.history", items, hidden[0], maxRows, weightDecay);
        _joint = new(
            [.. Enumerable.Range(0, Math.Max(1, hidden.Count - 1)).Select(i => new GatedLinear(
                memory, parameters, $"{name}.joint.{i}", i == 0 ? hidden[0] + latent : hidden[i],
                hidden[Math.Min(i + 1, hidden.Count - 1)], maxRows, weightDecay)),
            new Linear(memory, parameters, $"{name}.head", hidden[^1], 2 * latent, Activation.Identity, maxRows, weightDecay)]);
        _posterior = new(memory, latent, maxRows);
        _lowerNoise = memory.Allocate(maxRows, latent);
        _upperNoise = memory.Allocate(maxRows, latent);
        _upperSample = memory.Allocate(maxRows, latent);
        _dUpperSample = memory.Allocate(maxRows, latent);
        _joined = memory.Allocate(maxRows, hidden[0] + latent);
        _dJoined = memory.Allocate(maxRows, hidden[0] + latent);
    }

    /// <summary>Name under which q(z2|x) declares its layers, for a VampPrior that shares them.</summary>
    public static string UpperName(string name) => $"{name}.upper";

    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch, Tensor noise)
    {
        int rows = batch.Rows;
        var upper = _upper.Forward(batch, noise: default);
        var (z, joined) = (_upperSample.Top(rows), _joined.Top(rows));
        _sampled = !noise.IsNone;
        if (_sampled) _backend.Split(noise, _lowerNoise.Top(rows), _upperNoise.Top(rows));
        _backend.SampleForward(upper, UpperNoise(rows), z);
        _backend.ConcatForward(_history.Forward(batch), z, joined);
        return _posterior.Join(_joint.Forward(joined), upper);
    }

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => _posterior.Gradient(rows);

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows)
    {
        _upper.ZeroOutputGradient(rows);
        _history.ZeroOutputGradient(rows);
        _joint.ZeroOutputGradient(rows);
        _backend.Fill(_posterior.Gradient(rows), 0);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        int rows = batch.Rows;
        var (dJoined, dz) = (_dJoined.Top(rows), _dUpperSample.Top(rows));
        _backend.Fill(dJoined, 0);
        _backend.Fill(dz, 0);
        _posterior.Split(_posterior.Gradient(rows), _joint.OutputGradient(rows), _upper.OutputGradient(rows));
        _joint.Backward(_joined.Top(rows), dJoined);
        _backend.ConcatBackward(dJoined, _history.OutputGradient(rows), dz);
        _backend.SampleBackward(_upper.Output(rows), UpperNoise(rows), dz, _upper.OutputGradient(rows));
        _upper.Backward(batch);
        _history.Backward(batch);
    }

    private Tensor UpperNoise(int rows) => _sampled ? _upperNoise.Top(rows) : default;
}
