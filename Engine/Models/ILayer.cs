using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>A layer with the memory that its backward pass needs: its output y and dL/dy.</summary>
public interface ILayer
{
    /// <summary>y of the last forward pass.</summary>
    Tensor Output(int rows);

    /// <summary>dL/dy, to be filled by whoever reads y; the backward pass consumes it.</summary>
    Tensor OutputGradient(int rows);

    /// <summary>Zeroes dL/dy before the backward pass of the layers above.</summary>
    void ZeroOutputGradient(int rows);
}

/// <summary>A layer y = f(x) of a dense x.</summary>
public interface IDenseLayer : ILayer
{
    /// <summary>y = f(x).</summary>
    Tensor Forward(Tensor x);

    /// <summary>From dL/dy: adds to dx (unless none) and to the parameters' gradients.</summary>
    void Backward(Tensor x, Tensor dx);
}

/// <summary>A layer y = f(x) of a batch of sparse histories x.</summary>
public interface ISparseLayer : ILayer
{
    /// <summary>y = f(x) for the batch's encoded inputs.</summary>
    Tensor Forward(SparseBatch batch);

    /// <summary>From dL/dy: adds to the parameters' gradients.</summary>
    void Backward(SparseBatch batch);

    /// <summary>After <see cref="Backward"/> on a batch whose rows hold every item: adds dL/dx to dInputs [B, I].</summary>
    void InputGradient(Tensor dInputs);
}
