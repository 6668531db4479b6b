using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Tests.Models;

/// <summary>Small click matrices with a known structure.</summary>
public static class ToyClicks
{
    /// <summary>Random clicks; row 0 is empty and row 1 full.</summary>
    public static CsrMatrix Random(int users, int items, double density = 0.3, ulong seed = 3)
    {
        var key = new RandomKey(seed, 0, RandomPurpose.Study);
        var pairs = new List<(int, int)>();
        for (int user = 1; user < users; user++)
            for (int item = 0; item < items; item++)
                if (user == 1 || CounterRandom.Uniform(key, (uint)user, (uint)item) < density) pairs.Add((user, item));
        return CsrMatrix.FromPairs(users, items, pairs);
    }

    /// <summary>Users of even number click even items, odd ones odd items; each misses one item of its own kind.</summary>
    public static CsrMatrix Checkerboard(int users, int items)
    {
        var pairs = new List<(int, int)>();
        for (int user = 0; user < users; user++)
            for (int item = user % 2; item < items; item += 2)
                if (item / 2 != user / 2 % (items / 2)) pairs.Add((user, item));
        return CsrMatrix.FromPairs(users, items, pairs);
    }

    /// <summary>All rows of a matrix as one batch.</summary>
    public static SparseBatch Batch(IBackend backend, CsrMatrix clicks)
    {
        var batch = backend.AllocateBatch(clicks.Rows, clicks.Columns, (int)Math.Max(1, clicks.EntryCount));
        batch.Load(clicks, Enumerable.Range(0, clicks.Rows).ToArray());
        return batch;
    }
}
