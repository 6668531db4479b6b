using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Models;

public class ItemSimilarityTests
{
    [Fact]
    public void Cosine_ignores_length_and_ranks_the_opposite_last()
    {
        float[] vectors = [1, 1, /**/ -2, -2, /**/ 3, 3, /**/ 0, 5, /**/ 0, 0];
        var similar = ItemSimilarity.ByVectors(vectors, itemCount: 5, item: 0, k: 10);
        Assert.Equal([2, 3, 4, 1], similar.Select(s => s.Item));
        Assert.Equal([1, 0.7071068f, 0, -1], similar.Select(s => s.Similarity), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([2, 3], ItemSimilarity.ByVectors(vectors, 5, 0, 2).Select(s => s.Item));
    }

    [Fact]
    public void Clicks_shared_by_the_same_users()
    {
        var train = FixedScores.Rows(4, [0, 1], [0, 1, 2], [0, 2], [3]);
        var similar = ItemSimilarity.ByClicks(new CoOccurrence(train), item: 1, k: 3);
        Assert.Equal([0, 2, 3], similar.Select(s => s.Item));
        Assert.Equal([(float)(2 / Math.Sqrt(6)), 0.5f, 0], similar.Select(s => s.Similarity));
    }

    [Fact]
    public void An_item_that_is_not_there_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ItemSimilarity.ByVectors([1, 2], 2, 2, 1));
}
