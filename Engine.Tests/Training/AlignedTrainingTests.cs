using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Tests.Models;
using ManualVae.Tests.Models.Alignment;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

public class AlignedTrainingTests
{
    private const int Users = 40, Items = 20, Cold = 4; // items 0 to 3 have no clicks

    private static readonly RunSettings Settings = new()
    {
        Model = "multdae", Epochs = 60, BatchSize = 20, Hidden = [], Latent = 8, LearningRate = 0.02, Seed = 3, Dropout = 0.2,
        AlignmentDelta = 0.5, ValidationMetric = "NDCG@5",
    };

    [Theory]
    [InlineData("multdae")]
    [InlineData("multvae")]
    public void Items_without_clicks_are_found_by_their_features(string model)
    {
        float[] aligned = Scores(Settings with { Model = model, Alignment = 5 }, Features()),
            without = Scores(Settings with { Model = model }, Features());
        // User 0 clicks even items, and features are the parity: cold item 0 before 1, 2 before 3, clearly.
        double gap = aligned[0] - aligned[1] + aligned[2] - aligned[3];
        Assert.True(gap > 1 && gap > 3 * Math.Abs(without[0] - without[1] + without[2] - without[3]), $"{gap}");
    }

    [Fact]
    public void Bits_repeat_and_without_alignment_features_change_none()
    {
        var settings = Settings with { Epochs = 3, Alignment = 5 };
        Assert.Equal(Scores(settings, Features()), Scores(settings, Features(), threads: 3));
        Assert.Equal(Scores(settings with { Alignment = 0 }, null), Scores(settings with { Alignment = 0 }, Features()));
        Assert.NotEqual(Scores(settings, Features()), Scores(settings with { Alignment = 0 }, Features()));
    }

    [Fact]
    public void What_cannot_be_aligned_is_refused()
    {
        var settings = Settings with { Epochs = 1, Alignment = 5 };
        Assert.Contains("Item features", Assert.Throws<InputException>(() => Scores(settings, null)).Message,
            StringComparison.Ordinal);
        Assert.Contains("the items have parity",
            Assert.Throws<InputException>(() => Scores(settings with { AlignmentAttributes = "plot" }, Features())).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => (settings with { Alignment = -1 }).Validate());
        Assert.Throws<InputException>(() => (settings with { AlignmentZeroWeight = 0 }).Validate());
        Assert.Throws<InputException>(() => (settings with { Likelihood = LikelihoodKind.Logistic }).Validate());
    }

    [Fact]
    public void Targets_count_as_memory()
    {
        using var backend = new SimdBackend(1);
        var data = Data(Features());
        long with = MemoryEstimate.Of(Settings with { Alignment = 5 }, data, backend).Bytes;
        Assert.True(with > MemoryEstimate.Of(Settings, data, backend).Bytes + 20 * Cold * sizeof(float));
    }

    // The scores of user 0.
    private static float[] Scores(RunSettings settings, ItemAttribute[]? attributes, int threads = 1)
    {
        using var backend = new SimdBackend(threads);
        var data = Data(attributes);
        using var trainer = new Trainer(data, settings, backend);
        trainer.Run();
        var scores = new float[Items];
        trainer.Model.Score(data.Train, 0, 1, scores);
        return scores;
    }

    private static ItemAttribute[] Features() =>
        [AlignmentTests.Attribute("parity", 2, [.. Enumerable.Range(0, Items).Select(item => new[] { item % 2 })])];

    private static PreparedDataset Data(ItemAttribute[]? attributes) => new(
        new DatasetManifest { Source = new("synthetic", "checkerboard"), Split = SplitKind.None },
        ToyClicks.Checkerboard(Users, Items).KeepColumns([.. Enumerable.Range(0, Items).Select(item => item >= Cold)]), null,
        null,
        [.. Enumerable.Range(0, Users).Select(u => $"user-{u}")],
        new ItemList([.. Enumerable.Range(0, Items).Select(i => $"item-{i}")]), attributes);
}
