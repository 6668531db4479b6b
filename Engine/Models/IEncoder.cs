using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// From a batch of (masked) histories to a dense code: the posterior [B, 2K] of a VAE, or the bottleneck [B, K] of a DAE.
/// </summary>
public interface IEncoder
{
    /// <summary>Reads <see cref="SparseBatch.Inputs"/>; the code stays valid until the next forward pass.</summary>
    /// <param name="batch">Users.</param>
    /// <param name="noise">
    /// The standard normal draws [B, K] that the sample of the code will use, or none for the mean: read by encoders of which a
    /// later level sees the sample of an earlier one.
    /// </param>
    Tensor Forward(SparseBatch batch, Tensor noise);

    /// <summary>dL/dcode, to be filled before <see cref="Backward"/>.</summary>
    Tensor OutputGradient(int rows);

    /// <summary>Zeroes dL/dcode.</summary>
    void ZeroOutputGradient(int rows);

    /// <summary>Adds to the parameters' gradients, for the batch of the last forward pass.</summary>
    void Backward(SparseBatch batch);
}

/// <summary>An encoder that can also be differentiated by its inputs, as VampPrior's pseudo-inputs need.</summary>
public interface IInputDifferentiable : IEncoder
{
    /// <summary>The code of the last forward pass.</summary>
    Tensor Output(int rows);

    /// <summary>
    /// After <see cref="IEncoder.Backward"/> on a batch whose rows hold every item: adds the gradient by the inputs to dInputs
    /// [B, I].
    /// </summary>
    void InputGradient(Tensor dInputs);
}
