using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>A dense layer y = f(x) with the memory its backward pass needs.</summary>
public interface IDenseLayer
{
    /// <summary>y of the last forward pass.</summary>
    Tensor Output(int rows);

    /// <summary>dL/dy, to be filled by whoever reads y; <see cref="Backward"/> consumes it.</summary>
    Tensor OutputGradient(int rows);

    /// <summary>y = f(x).</summary>
    Tensor Forward(Tensor x);

    /// <summary>Zeroes dL/dy before the backward pass of the layers above.</summary>
    void ZeroOutputGradient(int rows);

    /// <summary>From dL/dy: adds to dx (unless none) and to the parameters' gradients.</summary>
    void Backward(Tensor x, Tensor dx);
}
