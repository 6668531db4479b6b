using BenchmarkDotNet.Attributes;
using ManualVae.Compute;
using ManualVae.Compute.Simd;

namespace ManualVae.Bench;

/// <summary>The 100 best items of each user, clicked ones left out. Baseline: sorting every row.</summary>
[MemoryDiagnoser]
public class TopKBenchmarks
{
    private const int K = 100;

    private readonly SimdBackend _backend = new();
    private float[] _scores = [], _itemScores = [];
    private int[] _items = [], _order = [];
    private SparseBatch _batch = null!;
    private Tensor _y;

    public static IEnumerable<Workload> Shapes => Workload.All;

    [ParamsSource(nameof(Shapes))]
    public Workload Shape { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _scores = Workload.Random(Shape.Users * Shape.Items);
        (_items, _itemScores, _order) = (new int[Shape.Users * K], new float[Shape.Users * K], new int[Shape.Items]);
        _y = Workload.Upload(_backend, _scores, Shape.Users, Shape.Items);
        _batch = Shape.Batch(_backend);
    }

    [GlobalCleanup]
    public void Cleanup() => _backend.Dispose();

    [Benchmark(Baseline = true)]
    public int FullSort()
    {
        int checksum = 0;
        var keys = new float[Shape.Items];
        for (int user = 0; user < Shape.Users; user++)
        {
            for (int i = 0; i < keys.Length; i++) (keys[i], _order[i]) = (-_scores[user * Shape.Items + i], i);
            Array.Sort(keys, _order);
            checksum += _order[0];
        }
        return checksum;
    }

    [Benchmark]
    public void Selection() => _backend.TopK(_y, _batch, K, _items, _itemScores);
}
