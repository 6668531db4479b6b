using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>Dense and sparse layers.</summary>
internal sealed partial class GpuBackend : ILayeredGemm
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Levels { get; }

    /// <inheritdoc/>
    public void MatMul(string level, Transpose transpose, Tensor a, Tensor b, Tensor c)
    {
        var g = Arguments(transpose, a, b, c, accumulate: false);
        switch (level)
        {
            case "naive": _launcher.Run(Square(g, GemmSimple.Tile), GemmSimple.Naive, g); break;
            case "tiled": _launcher.Run(Square(g, GemmSimple.Tile), GemmSimple.Tiled, g); break;
            case "blocked": Product(g, GemmBlocked.Run, GemmBlocked.Tile, GemmBlocked.Threads, 1); break;
            case "vector": Product(g, parts: 1); break;
            case "small": SmallProduct(g, Parts(g, GemmVector.SmallTile, SmallGroups)); break;
            case "divided": Product(g, Math.Max(2, Parts(g, GemmBlocked.Tile))); break;
            case "tf32": TensorProduct(g); break;
            default:
                throw new ArgumentException($"Got level '{level}', expected one of {string.Join(", ", Levels)}.", nameof(level));
        }
    }

    /// <inheritdoc/>
    public double MultiplyAdds()
    {
        const int GroupsPerProcessor = 16;
        int iterations = Accelerator is CudaAccelerator ? 4096 : 4;
        int groups = GroupsPerProcessor * Accelerator.NumMultiprocessors;
        _launcher.Run(Launcher.Groups(groups), PeakKernel.MultiplyAdds, (ArrayView<float>)_none.View, 0.999f, 1e-7f, iterations);
        return (double)groups * GroupShape.Threads * iterations * PeakKernel.OperationsPerIteration;
    }

    /// <inheritdoc/>
    public double TensorMultiplyAdds()
    {
        if (!GpuCapabilities.HasTensorCores(Accelerator)) return 0;
        const int GroupsPerProcessor = 8, Warps = GemmTensor.Threads / 32;
        int iterations = Accelerator is CudaAccelerator ? 1024 : 1;
        int groups = GroupsPerProcessor * Accelerator.NumMultiprocessors;
        _launcher.Run(new KernelConfig(groups, GemmTensor.Threads, ForEmulation(GemmTensor.Threads)),
            PeakKernel.TensorMultiplyAdds, (ArrayView<float>)_none.View, 1e-3f, iterations);
        return (double)groups * Warps * iterations * TensorCore.Operations;
    }

    /// <inheritdoc/>
    public void MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate = false) =>
        Product(Arguments(transpose, a, b, c, accumulate));

    /// <inheritdoc/>
    public void LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y) =>
        Product(Arguments(Transpose.Second, x, weight.Value, y, accumulate: false, bias?.Value ?? default, activation));

    /// <inheritdoc/>
    public void LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx)
    {
        if (!dx.IsNone) MatMul(Transpose.None, dy, weight.Value, dx, accumulate: true);
        if (weight.IsFused || !weight.Gradient.IsNone)
        {
            var g = Arguments(Transpose.First, dy, x, weight.IsFused ? weight.Value : weight.Gradient, accumulate: true);
            g.Adam = FusedUpdate(weight);
            if (weight.IsFused && !GemmVector.Fits(g, weight.FirstMoment, weight.SecondMoment)) g.FitsVectors = 0;
            Product(g);
        }
        AddColumnSums(dy, bias);
    }

    /// <inheritdoc/>
    public void EncodeInputs(SparseBatch batch, InputMask mask) => _launcher.Run(
        Launcher.Groups(batch.Rows), SparseKernels.EncodeInputs, Structure(batch), View(batch.Targets), View(batch.Inputs),
        (int)mask.Mode, mask.KeepProbability, new DeviceKey(mask.Key), mask.SharedUser);

    /// <inheritdoc/>
    public void SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y) =>
        _launcher.Run(
            new KernelConfig(
                new Index3D(batch.Rows, Ceiling(y.Columns, SparseKernels.ForwardColumns), 1),
                new Index3D(SparseKernels.ForwardThreads, 1, 1)),
            SparseKernels.LinearForward, Structure(batch), View(batch.Inputs), Value(weight), Value(bias), (int)activation,
            View(y), y.Columns);

    /// <inheritdoc/>
    public void SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy)
    {
        if (weight.IsFused || !weight.Gradient.IsNone)
            _launcher.Run(
                Launcher.Groups(batch.Columns, dy.Columns), SparseKernels.LinearBackward, Structure(batch), View(batch.Inputs),
                View(dy), Gradient(weight), FusedUpdate(weight), dy.Columns);
        AddColumnSums(dy, bias);
    }

    private void AddColumnSums(Tensor dy, Parameter? bias)
    {
        if (bias is null || bias.Gradient.IsNone) return;
        _launcher.Run(Launcher.ColumnGroups(dy.Columns), ElementKernels.AddColumnSums, View(dy), Gradient(bias), dy.Rows);
    }

    private GemmArguments Arguments(
        Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate, Tensor bias = default,
        Activation activation = Activation.Identity)
    {
        bool first = transpose == Transpose.First, second = transpose == Transpose.Second;
        int inner = first ? a.Rows : a.Columns;
        var g = new GemmArguments
        {
            A = View(a), B = View(b), C = View(c), Bias = View(bias), Adam = NoUpdate, Partial = View(default(Tensor)),
            M = c.Rows, N = c.Columns, K = inner, Chunk = inner,
            ARow = first ? 1 : inner, AColumn = first ? c.Rows : 1,
            BRow = second ? 1 : c.Columns, BColumn = second ? inner : 1,
            Accumulate = accumulate ? 1 : 0, Activation = (int)activation,
        };
        g.FitsVectors = GemmVector.Fits(g, a, b, c, bias) ? 1 : 0;
        return g;
    }

    private void Product(GemmArguments g)
    {
        if (Precision == Precision.Tf32) TensorProduct(g);
        else if (IsSmall(g)) SmallProduct(g, Parts(g, GemmVector.SmallTile, SmallGroups));
        else Product(g, Parts(g, GemmBlocked.Tile));
    }

    /// <summary>Groups of the small product on a multiprocessor: two warps each, so that four schedulers have two.</summary>
    private const int SmallGroups = 4;

    /// <summary>
    /// True for a product whose large tiles leave more than half of the multiprocessors idle, even with its inner dimension
    /// divided.
    /// </summary>
    private bool IsSmall(in GemmArguments g) => g.FitsVectors != 0
        && (long)Ceiling(g.M, GemmVector.Tile) * Ceiling(g.N, GemmVector.Tile) * Math.Max(1, Parts(g, GemmVector.Tile))
            <= Accelerator.NumMultiprocessors / 2;

    private void SmallProduct(GemmArguments g, int parts)
    {
        if (g.FitsVectors != 0) Product(g, GemmVector.RunSmall, GemmVector.SmallTile, GemmVector.SmallThreads, parts);
        else Product(g, parts);
    }

    /// <summary>The fastest product in single precision that the operands allow.</summary>
    private void Product(GemmArguments g, int parts)
    {
        if (g.FitsVectors != 0) Product(g, GemmVector.Run, GemmVector.Tile, GemmVector.Threads, parts);
        else Product(g, GemmBlocked.Run, GemmBlocked.Tile, GemmBlocked.Threads, parts);
    }

    private void TensorProduct(GemmArguments g) => Product(
        g, g.FitsVectors != 0 ? GemmTensor.Run : GemmTensor.RunAny, GemmTensor.Tile, GemmTensor.Threads,
        Parts(g, GemmTensor.Tile), ForEmulation(GemmTensor.Threads));

    /// <summary>Shared memory in which the emulation of tensor cores shows fragments; none on a device.</summary>
    private SharedMemoryConfig ForEmulation(int threads) =>
        Accelerator is CudaAccelerator ? default : SharedMemoryConfig.RequestDynamic<LaneFragments>(threads);

    /// <summary>
    /// Parts of the inner dimension that give every multiprocessor some groups, none shorter than a tile of 128 is wide, or half
    /// as long for smaller tiles.
    /// </summary>
    private int Parts(in GemmArguments g, int tile, int groups = 2)
    {
        long tiles = (long)Ceiling(g.M, tile) * Ceiling(g.N, tile);
        return (int)Math.Min((long)groups * Accelerator.NumMultiprocessors / Math.Max(1, tiles), g.K / Math.Min(tile, 128));
    }

    private void Product(
        GemmArguments g, Action<GemmArguments> kernel, int tile, int threads, int parts, SharedMemoryConfig memory = default)
    {
        if (parts > 1)
        {
            g.Chunk = Ceiling(Ceiling(g.K, parts), GemmSlice.Depth) * GemmSlice.Depth;
            parts = Ceiling(g.K, g.Chunk); // rounding may leave fewer
            if (parts > 1) g.Partial = Room(ref _parts, (long)parts * g.M * g.N);
        }
        var grid = new Index3D(Ceiling(g.N, tile), Ceiling(g.M, tile), Math.Max(1, parts));
        _launcher.Run(new KernelConfig(grid, new Index3D(threads, 1, 1), memory), kernel, g);
        if (parts > 1) _launcher.Run(_launcher.Elements((long)g.M * g.N), Gemm.SumParts, g, parts);
    }

    private static KernelConfig Square(in GemmArguments g, int side) =>
        new(new Index3D(Ceiling(g.N, side), Ceiling(g.M, side), 1), new Index3D(side, side, 1));

    private static int Ceiling(int length, int step) => (length + step - 1) / step;
}
