using BenchmarkDotNet.Attributes;
using ManualVae.Compute;
using ManualVae.Compute.Simd;

namespace ManualVae.Bench;

/// <summary>
/// One Adam update of an items x hidden weight, which moves 28 bytes per element. Baseline: a plain loop on one thread.
/// </summary>
[MemoryDiagnoser]
public class AdamBenchmarks
{
    private readonly SimdBackend _backend = new();
    private float[] _w = [], _g = [], _m = [], _v = [];
    private Parameter _parameter = null!;

    public static IEnumerable<Workload> Shapes => Workload.All;

    [ParamsSource(nameof(Shapes))]
    public Workload Shape { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        int length = Shape.Items * Shape.Hidden;
        (_w, _g, _m, _v) = (Workload.Random(length), Workload.Random(length, 2), new float[length], new float[length]);
        _parameter = new Parameter("w", Workload.Upload(_backend, _w, Shape.Items, Shape.Hidden),
            Workload.Upload(_backend, _g, Shape.Items, Shape.Hidden), _backend.Allocate(Shape.Items, Shape.Hidden),
            _backend.Allocate(Shape.Items, Shape.Hidden));
    }

    [GlobalCleanup]
    public void Cleanup() => _backend.Dispose();

    [Benchmark(Baseline = true)]
    public void Naive()
    {
        float rate = (float)new AdamStep(1e-3, 100).CorrectedRate;
        for (int i = 0; i < _w.Length; i++)
        {
            _m[i] = 0.9f * _m[i] + 0.1f * _g[i];
            _v[i] = 0.999f * _v[i] + 0.001f * _g[i] * _g[i];
            _w[i] -= rate * _m[i] / (MathF.Sqrt(_v[i]) + 1e-8f);
        }
    }

    [Benchmark]
    public void OnePass() => _backend.Adam(_parameter, new AdamStep(1e-3, 100));
}
