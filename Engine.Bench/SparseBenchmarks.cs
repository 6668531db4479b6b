using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using Tensor = ManualVae.Compute.Tensor;

namespace ManualVae.Bench;

/// <summary>The sparse input layer. Baseline: TensorPrimitives over the rows of a user's clicks, on one thread.</summary>
[MemoryDiagnoser]
public class SparseBenchmarks
{
    private readonly SimdBackend _backend = new();
    private float[] _w = [], _sums = [];
    private SparseBatch _batch = null!;
    private Parameter _weight = null!;
    private Tensor _y;

    public static IEnumerable<Workload> Shapes => Workload.All;

    [ParamsSource(nameof(Shapes))]
    public Workload Shape { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _w = Workload.Random(Shape.Items * Shape.Hidden);
        _sums = new float[Shape.Users * Shape.Hidden];
        _batch = Shape.Batch(_backend);
        _weight = new Parameter("w", Workload.Upload(_backend, _w, Shape.Items, Shape.Hidden),
            _backend.Allocate(Shape.Items, Shape.Hidden), default, default);
        _y = _backend.Allocate(Shape.Users, Shape.Hidden);
    }

    [GlobalCleanup]
    public void Cleanup() => _backend.Dispose();

    [Benchmark(Baseline = true)]
    public void ForwardTensorPrimitives()
    {
        for (int user = 0; user < Shape.Users; user++)
        {
            var sum = _sums.AsSpan(user * Shape.Hidden, Shape.Hidden);
            sum.Clear();
            for (int e = _batch.RowOffsets[user]; e < _batch.RowOffsets[user + 1]; e++)
                TensorPrimitives.MultiplyAdd(
                    _w.AsSpan(_batch.ColumnIndices[e] * Shape.Hidden, Shape.Hidden), 0.1f, sum, sum);
        }
    }

    [Benchmark]
    public void Forward() => _backend.SparseLinearForward(_batch, _weight, null, Activation.Identity, _y);

    [Benchmark]
    public void Backward() => _backend.SparseLinearBackward(_batch, _weight, null, _y);
}
