using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// RecVAE's composite prior (Shenbin et al. 2020, section 3.3): for each latent dimension a mixture of N(0, 1), the posterior of
/// the <b>undropped</b> history under a copy of the encoder, and a wide normal. The KL is estimated by the one sample z.
/// </summary>
public sealed class RecVaePrior : IPrior
{
    private readonly IBackend _backend;
    private readonly IEncoder _oldEncoder;
    private readonly InputMask _cleanInput;
    private readonly Tensor _logDensity, _negativeScale;
    private Tensor _oldPosterior;

    /// <summary>Wraps the copy.</summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="oldEncoder">An encoder like the model's on constant parameters; its owner refreshes them.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="cleanInput">How the encoders see an undropped history.</param>
    public RecVaePrior(MemoryScope memory, IEncoder oldEncoder, int maxRows, InputMask cleanInput)
    {
        (_backend, _oldEncoder, _cleanInput) = (memory.Backend, oldEncoder, cleanInput);
        _logDensity = memory.Allocate(maxRows, 1);
        _negativeScale = memory.Allocate(maxRows, 1);
    }

    /// <inheritdoc/>
    public void Prepare(SparseBatch batch)
    {
        _backend.EncodeInputs(batch, _cleanInput);
        _oldPosterior = _oldEncoder.Forward(batch, noise: default);
    }

    /// <inheritdoc/>
    public void Forward(SparseBatch batch, Tensor posterior, Tensor z, Tensor loss)
    {
        var logDensity = _logDensity.Top(z.Rows);
        _backend.CompositeLogDensityForward(CompositePrior.RecVae, z, _oldPosterior, logDensity);
        _backend.GaussianLogDensityForward(z, posterior, loss);
        _backend.Add(logDensity, -1, loss);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch, Tensor posterior, Tensor z, Tensor rowScale, Tensor dPosterior, Tensor dz)
    {
        var negative = _negativeScale.Top(z.Rows);
        _backend.Fill(negative, 0);
        _backend.Add(rowScale, -1, negative);
        _backend.GaussianLogDensityBackward(z, posterior, rowScale, dz, dPosterior);
        _backend.CompositeLogDensityBackward(CompositePrior.RecVae, z, _oldPosterior, negative, dz);
    }
}
