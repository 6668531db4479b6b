using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using Xunit;
using static ManualVae.Tests.Compute.TestTensors;

namespace ManualVae.Tests.Compute.Simd;

/// <summary>Products of few rows, and the ranking that is fused with them.</summary>
public class FewUsersTests
{
    private static Parameter Weights(IBackend backend, int rows, int columns, int seed) =>
        new("w", Upload(backend, Draw(rows * columns, seed), rows, columns), default, default, default);

    /// <summary>Each user excludes every third item, beginning with another one.</summary>
    private static SparseBatch Excluded(IBackend backend, int users, int items)
    {
        List<(int, int)> pairs = [];
        for (int user = 0; user < users; user++)
            for (int item = user % 3; item < items; item += 3) pairs.Add((user, item));
        var batch = backend.AllocateBatch(users, items, pairs.Count);
        batch.Load(CsrMatrix.FromPairs(users, items, pairs), [.. Enumerable.Range(0, users)]);
        return batch;
    }

    private static (int[] Items, float[] Scores) Ranked(int count, Action<int[], float[]> rank)
    {
        var (items, scores) = (new int[count], new float[count]);
        rank(items, scores);
        return (items, scores);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(600)]
    [InlineData(643)]
    [InlineData(1301)]
    public void Sums_have_the_bits_of_the_product_in_tiles(int width)
    {
        using var backend = new SimdBackend(2);
        foreach (int items in (int[])[1, 7, 15, 16, 17, 107, 1031])
        {
            var weight = Weights(backend, items, width, seed: items);
            var x = Upload(backend, Draw(17 * width, seed: 1), 17, width);
            foreach (int users in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 17])
            {
                Tensor few = backend.Allocate(users, items), tiles = backend.Allocate(users, items);
                backend.LinearForward(x.Top(users), weight, null, Activation.Identity, few);
                backend.MatMul(Transpose.Second, x.Top(users), weight.Value, tiles);
                Assert.Equal(backend.Floats(tiles), backend.Floats(few));
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(16, 600)]
    [InlineData(4099, 5)]
    [InlineData(4099, 600)]
    public void Fused_ranking_is_scoring_then_ranking_for_any_number_of_threads(int items, int width)
    {
        const int Users = 17;
        float[] inputs = Draw(Users * width, seed: 2), biases = Draw(items, seed: 3);
        foreach (int threads in (int[])[1, 2, 3, 7])
        {
            using var backend = new SimdBackend(threads);
            var weight = Weights(backend, items, width, seed: 4);
            var bias = new Parameter("b", Upload(backend, biases, 1, items), default, default, default);
            var x = Upload(backend, inputs, Users, width);
            var scores = backend.Allocate(Users, items);
            backend.LinearForward(x, weight, bias, Activation.Identity, scores); // seventeen users: in tiles
            foreach (int users in (int[])[1, 2, 3, 17])
                foreach (int k in (int[])[0, 1, 100, 5000])
                {
                    using var excluded = Excluded(backend, users, items);
                    var expected = Ranked(users * k, (i, s) => backend.TopK(scores.Top(users), excluded, k, i, s));
                    var actual = Ranked(users * k, (i, s) => backend.LinearTopK(x.Top(users), weight, bias, excluded, k, i, s));
                    Assert.Equal(expected.Items, actual.Items);
                    Assert.Equal(expected.Scores, actual.Scores);
                }
        }
    }

    [Fact]
    public void Agrees_with_double_precision()
    {
        const int Users = 3, Items = 211, Width = 37, K = 20;
        using var simd = new SimdBackend(2);
        using var reference = new ReferenceBackend();
        (int[] Items, float[] Scores) On(IBackend backend)
        {
            var weight = Weights(backend, Items, Width, seed: 5);
            var x = Upload(backend, Draw(Users * Width, seed: 6), Users, Width);
            using var excluded = Excluded(backend, Users, Items);
            return Ranked(Users * K, (i, s) => backend.LinearTopK(x, weight, null, excluded, K, i, s));
        }
        var (expected, actual) = (On(reference), On(simd));
        Assert.Equal(expected.Items, actual.Items);
        for (int i = 0; i < Users * K; i++) Assert.Equal(expected.Scores[i], actual.Scores[i], 1e-5);
    }

    [Fact]
    public void Known_sums_ties_and_what_is_excluded()
    {
        using var backend = new SimdBackend(2);
        float[] weights = new float[2 * 40]; // item i scores i % 4 for (1, 0), and 3 everywhere for (0, 1)
        for (int i = 0; i < 40; i++) (weights[2 * i], weights[2 * i + 1]) = (i % 4, 3);
        var weight = new Parameter("w", Upload(backend, weights, 40, 2), default, default, default);
        var batch = backend.AllocateBatch(2, 40, 3);
        batch.Load(CsrMatrix.FromPairs(2, 40, [(0, 3), (0, 39), (1, 0)]), [0, 1]);
        var (items, scores) = Ranked(8, (i, s) =>
            backend.LinearTopK(Upload(backend, [1, 0, 0, 1], 2, 2), weight, null, batch, 4, i, s));
        Assert.Equal([7, 11, 15, 19, 1, 2, 3, 4], items);
        Assert.Equal(Enumerable.Repeat(3f, 8), scores);
    }
}
