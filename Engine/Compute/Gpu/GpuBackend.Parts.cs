using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>The linear path's own term, and rows of equal length.</summary>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void SelfTermForward(SparseBatch batch, Parameter input, Parameter output, Tensor y) => _launcher.Run(
        Launcher.Groups(batch.Rows), PartKernels.SelfTerm, Structure(batch), View(batch.Inputs), Value(input), Value(output),
        View(y), input.Value.Columns, y.Columns);

    /// <inheritdoc/>
    public void SelfTermBackward(SparseBatch batch, Parameter input, Parameter output, Tensor dy)
    {
        var (batchView, inputs) = (Structure(batch), View(batch.Inputs));
        int n = input.Value.Columns;
        if (!input.Gradient.IsNone)
            _launcher.Run(Launcher.Groups(batch.Columns), PartKernels.SelfTermBackward, batchView, inputs, Value(output),
                Gradient(input), View(dy), n, dy.Columns);
        if (!output.Gradient.IsNone)
            _launcher.Run(Launcher.Groups(batch.Columns), PartKernels.SelfTermBackward, batchView, inputs, Value(input),
                Gradient(output), View(dy), n, dy.Columns);
    }

    /// <inheritdoc/>
    public void LeaveUsersOut(SparseBatch batch, Tensor diagonal, Tensor y) => _launcher.Run(
        Launcher.Groups(batch.Rows), PartKernels.LeaveUsersOut, Structure(batch), View(batch.Inputs), View(diagonal), View(y),
        y.Columns);

    /// <inheritdoc/>
    public void UnitRowsForward(Tensor x, double length, Tensor y, Tensor norms) => _launcher.Run(
        Launcher.Groups(x.Rows), PartKernels.UnitRows, View(x), (float)length, View(y), View(norms), x.Columns);

    /// <inheritdoc/>
    public void UnitRowsBackward(Tensor y, double length, Tensor norms, Tensor dy, Tensor dx) => _launcher.Run(
        Launcher.Groups(y.Rows), PartKernels.UnitRowsBackward, View(y), (float)length, View(norms), View(dy), View(dx),
        y.Columns);
}
