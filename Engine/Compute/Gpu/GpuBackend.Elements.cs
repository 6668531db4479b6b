using ILGPU;
using ILGPU.Runtime;
using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>Elementwise operations, normalisation, the optimiser and ranking.</summary>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Add(Tensor source, double scale, Tensor destination) =>
        _launcher.Run(_launcher.Elements(source.Length), ElementKernels.Add, View(source), (float)scale, View(destination));

    /// <inheritdoc/>
    public double SquaredNorm(Tensor tensor)
    {
        using var call = Caller.Enter();
        _launcher.Run(Launcher.Groups(_hostSums.Length), ElementKernels.SquaredNorm, View(tensor), (ArrayView<double>)_sums.View);
        ((ArrayView<double>)_sums.View).CopyToCPU(Accelerator.DefaultStream, _hostSums);
        Synchronizations++;
        double sum = 0;
        foreach (double part in _hostSums) sum += part;
        return sum;
    }

    /// <inheritdoc/>
    public void ConcatForward(Tensor a, Tensor b, Tensor y) => _launcher.Run(
        _launcher.Elements(y.Length), ElementKernels.ConcatForward, View(a), View(b), View(y), a.Columns, b.Columns);

    /// <inheritdoc/>
    public void ConcatBackward(Tensor dy, Tensor da, Tensor db)
    {
        int n = da.IsNone ? dy.Columns - db.Columns : da.Columns;
        _launcher.Run(
            _launcher.Elements(dy.Length), ElementKernels.ConcatBackward, View(dy), View(da), View(db), n, dy.Columns - n);
    }

    /// <inheritdoc/>
    public void ActivationBackward(Activation activation, Tensor y, Tensor dy)
    {
        if (activation == Activation.Identity) return;
        _launcher.Run(_launcher.Elements(y.Length), ElementKernels.ActivationBackward, (int)activation, View(y), View(dy));
    }

    /// <inheritdoc/>
    public void SwishBackward(Tensor x, Tensor dy, Tensor dx) =>
        _launcher.Run(_launcher.Elements(x.Length), ElementKernels.SwishBackward, View(x), View(dy), View(dx));

    /// <inheritdoc/>
    public void GateForward(Tensor h, Tensor g, Tensor y) =>
        _launcher.Run(_launcher.Elements(h.Length), ElementKernels.GateForward, View(h), View(g), View(y));

    /// <inheritdoc/>
    public void GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg) =>
        _launcher.Run(_launcher.Elements(h.Length), ElementKernels.GateBackward, View(h), View(g), View(dy), View(dh), View(dg));

    /// <inheritdoc/>
    public void LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved) =>
        _launcher.Run(
            Launcher.Groups(x.Rows), LayerNormKernels.Forward, View(x), Value(gain), Value(bias), (float)epsilon, View(y),
            View(saved), x.Columns);

    /// <inheritdoc/>
    public void LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx)
    {
        if (!gain.Gradient.IsNone || !bias.Gradient.IsNone)
            _launcher.Run(
                Launcher.ColumnGroups(x.Columns), LayerNormKernels.BackwardParameters, View(x), View(saved), View(dy),
                Gradient(gain), Gradient(bias), x.Rows, x.Columns);
        if (!dx.IsNone)
            _launcher.Run(
                Launcher.Groups(x.Rows), LayerNormKernels.BackwardInput, View(x), Value(gain), View(saved), View(dy), View(dx),
                x.Columns);
    }

    /// <inheritdoc/>
    public void Adam(Parameter parameter, AdamStep step) => _launcher.Run(
        _launcher.Elements(parameter.Value.Length), ElementKernels.Adam, View(parameter.Gradient), Update(parameter, step));

    /// <summary>An update as kernels take it.</summary>
    private DeviceAdam Update(Parameter parameter, AdamStep step) => new(
        View(parameter.Value), View(parameter.FirstMoment), View(parameter.SecondMoment), step, parameter.WeightDecay);

    /// <summary>The update that the backward pass itself applies, or none.</summary>
    private DeviceAdam FusedUpdate(Parameter parameter) =>
        parameter.IsFused ? Update(parameter, parameter.FusedStep) : NoUpdate;

    /// <inheritdoc/>
    public void TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        using var call = Caller.Enter();
        int rows = scores.Rows;
        if (rows == 0 || k == 0) return;
        long length = (long)rows * k;
        var (keys, best, bestScores) = (Room(ref _keys, length), Room(ref _items, length), Room(ref _itemScores, length));
        _launcher.Run(
            Launcher.Groups(rows), RankingKernels.TopK, Structure(excluded), View(scores), keys, best, bestScores, scores.Columns,
            k);
        best.CopyToCPU(Accelerator.DefaultStream, items[..(rows * k)]);
        bestScores.CopyToCPU(Accelerator.DefaultStream, itemScores[..(rows * k)]);
        Synchronizations++;
    }
}
