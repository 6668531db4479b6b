using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using Tensor = ManualVae.Compute.Tensor;

namespace ManualVae.Bench;

/// <summary>Softmax loss and its gradient in place. Baselines: plain loops, and passes of TensorPrimitives.</summary>
[MemoryDiagnoser]
public class LossBenchmarks
{
    private readonly SimdBackend _backend = new();
    private float[] _logits = [];
    private SparseBatch _batch = null!;
    private Tensor _y, _loss;

    public static IEnumerable<Workload> Shapes => Workload.All;

    [ParamsSource(nameof(Shapes))]
    public Workload Shape { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _logits = Workload.Random(Shape.Users * Shape.Items);
        _y = Workload.Upload(_backend, _logits, Shape.Users, Shape.Items);
        _loss = _backend.Allocate(Shape.Users, 1);
        _batch = Shape.Batch(_backend);
    }

    [GlobalCleanup]
    public void Cleanup() => _backend.Dispose();

    [Benchmark(Baseline = true)]
    public void Naive()
    {
        for (int user = 0; user < Shape.Users; user++)
        {
            var row = _logits.AsSpan(user * Shape.Items, Shape.Items);
            float max = float.NegativeInfinity, sum = 0;
            foreach (float value in row) max = MathF.Max(max, value);
            for (int i = 0; i < row.Length; i++) sum += row[i] = MathF.Exp(row[i] - max);
            for (int i = 0; i < row.Length; i++) row[i] /= sum;
        }
    }

    [Benchmark]
    public void PlainTensorPrimitives()
    {
        for (int user = 0; user < Shape.Users; user++)
        {
            var row = _logits.AsSpan(user * Shape.Items, Shape.Items);
            TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
            TensorPrimitives.Exp<float>(row, row);
            TensorPrimitives.Divide(row, TensorPrimitives.Sum<float>(row), row);
        }
    }

    [Benchmark]
    public void Fused() => _backend.LikelihoodBackward(new Likelihood(LikelihoodKind.Multinomial), _batch, 1e-3, _y, _loss);
}
