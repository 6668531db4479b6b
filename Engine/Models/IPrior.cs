using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>The prior p(z) of a VAE, through the divergence of the posterior from it.</summary>
public interface IPrior
{
    /// <summary>
    /// Before the encoder's pass: reads the clean histories if the prior needs them. Overwrites
    /// <see cref="SparseBatch.Inputs"/>.
    /// </summary>
    void Prepare(SparseBatch batch) { }

    /// <summary>loss [B, 1] = KL(q(z|x) || p) of each user, exact or by the one sample z.</summary>
    void Forward(SparseBatch batch, Tensor posterior, Tensor z, Tensor loss);

    /// <summary>Adds rowScale [B, 1] times the gradient to dPosterior, to dz and to the prior's own parameters.</summary>
    void Backward(SparseBatch batch, Tensor posterior, Tensor z, Tensor rowScale, Tensor dPosterior, Tensor dz);
}

/// <summary>p = N(0, I), with the closed-form KL (Liang et al. 2018, section 2.2).</summary>
public sealed class StandardNormalPrior(IBackend backend) : IPrior
{
    /// <inheritdoc/>
    public void Forward(SparseBatch batch, Tensor posterior, Tensor z, Tensor loss) => backend.StandardKlForward(posterior, loss);

    /// <inheritdoc/>
    public void Backward(SparseBatch batch, Tensor posterior, Tensor z, Tensor rowScale, Tensor dPosterior, Tensor dz) =>
        backend.StandardKlBackward(posterior, rowScale, dPosterior);
}
