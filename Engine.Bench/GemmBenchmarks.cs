using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using Tensor = ManualVae.Compute.Tensor;

namespace ManualVae.Bench;

/// <summary>
/// The three products of the decoder's last layer. Baselines: a plain triple loop, and dot products of TensorPrimitives.
/// </summary>
[MemoryDiagnoser]
public class GemmBenchmarks
{
    private readonly SimdBackend _backend = new();
    private float[] _hidden = [], _weight = [], _logits = [];
    private Tensor _h, _w, _y, _dh, _dw;

    public static IEnumerable<Workload> Shapes => Workload.All;

    [ParamsSource(nameof(Shapes))]
    public Workload Shape { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        var (users, items, hidden) = (Shape.Users, Shape.Items, Shape.Hidden);
        (_hidden, _weight) = (Workload.Random(users * hidden), Workload.Random(items * hidden));
        _logits = Workload.Random(users * items);
        (_h, _w) = (Workload.Upload(_backend, _hidden, users, hidden), Workload.Upload(_backend, _weight, items, hidden));
        (_y, _dh) = (Workload.Upload(_backend, _logits, users, items), _backend.Allocate(users, hidden));
        _dw = _backend.Allocate(items, hidden);
    }

    [GlobalCleanup]
    public void Cleanup() => _backend.Dispose();

    [Benchmark(Baseline = true)]
    public void ForwardNaive()
    {
        int k = Shape.Hidden, n = Shape.Items;
        for (int i = 0; i < Shape.Users; i++)
            for (int j = 0; j < n; j++)
            {
                float sum = 0;
                for (int p = 0; p < k; p++) sum += _hidden[i * k + p] * _weight[j * k + p];
                _logits[i * n + j] = sum;
            }
    }

    [Benchmark]
    public void ForwardTensorPrimitives()
    {
        int k = Shape.Hidden, n = Shape.Items;
        for (int i = 0; i < Shape.Users; i++)
            for (int j = 0; j < n; j++)
                _logits[i * n + j] = TensorPrimitives.Dot<float>(_hidden.AsSpan(i * k, k), _weight.AsSpan(j * k, k));
    }

    [Benchmark]
    public void Forward() => _backend.MatMul(Transpose.Second, _h, _w, _y);

    [Benchmark]
    public void InputGradient() => _backend.MatMul(Transpose.None, _y, _w, _dh);

    [Benchmark]
    public void WeightGradient() => _backend.MatMul(Transpose.First, _y, _h, _dw);
}
