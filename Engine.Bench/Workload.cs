using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Bench;

/// <summary>The sizes of a public data set as Liang et al. 2018 prepare it, or awkward ones.</summary>
public sealed record Workload(string Name, int Users, int Items, int Hidden, double ClicksPerUser)
{
    public static IEnumerable<Workload> All =>
    [
        new("ml-20m", 500, 20108, 600, 73),
        new("netflix", 500, 17769, 600, 123),
        new("msd", 500, 41140, 600, 59),
        new("awkward", 37, 1009, 61, 13),
    ];

    public override string ToString() => Name;

    public static float[] Random(int length, int seed = 1)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++) values[i] = random.NextSingle() - 0.5f;
        return values;
    }

    public static Tensor Upload(SimdBackend backend, float[] values, int rows, int columns)
    {
        var tensor = backend.Allocate(rows, columns);
        backend.Upload(values, tensor);
        return tensor;
    }

    /// <summary>Random clicks, popular items first (density falls with the square root of the rank).</summary>
    public CsrMatrix Clicks()
    {
        var random = new Random(2);
        var pairs = new HashSet<(int, int)>();
        while (pairs.Count < Users * ClicksPerUser)
        {
            double u = random.NextDouble();
            pairs.Add((random.Next(Users), (int)(u * u * Items)));
        }
        return CsrMatrix.FromPairs(Users, Items, [.. pairs]);
    }

    public SparseBatch Batch(SimdBackend backend)
    {
        var clicks = Clicks();
        var batch = backend.AllocateBatch(Users, Items, (int)clicks.EntryCount);
        batch.Load(clicks, [.. Enumerable.Range(0, Users)]);
        backend.EncodeInputs(batch, InputMask.Clean);
        return batch;
    }
}
