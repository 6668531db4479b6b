using ManualVae.Compute.Simd;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

// Schedule and item weights of the anchor term.
public sealed partial class TrainerTests
{
    [Fact]
    public void The_anchor_weight_warms_up_by_epochs()
    {
        using var backend = new SimdBackend(2);
        var settings = Settings with { AnchorWeight = 0.8, AnchorWarmup = 4, Beta = 0, Epochs = 6 };
        using var trainer = new Trainer(Data(), settings, backend);
        double[] weights = [0.2, 0.4, 0.6, 0.8, 0.8, 0.8];
        foreach (var (epoch, weight) in trainer.Run().Zip(weights))
        {
            Assert.Equal(epoch.Reconstruction + weight * epoch.Anchor, epoch.Loss, 1e-6 * epoch.Loss);
            Assert.True(epoch.AnchorSpread > 0 && epoch.MeanSpread > 0);
        }
        using var plain = new Trainer(Data(), Settings with { Epochs = 1 }, backend);
        Assert.Null(plain.Run()[0].AnchorSpread);
    }

    [Fact]
    public void The_anchor_weight_grows_by_steps_of_epochs()
    {
        using var backend = new SimdBackend(2);
        var settings = Settings with { AnchorWeight = 0.5, AnchorGrowth = 1.2, AnchorGrowthEpochs = 2, Beta = 0, Epochs = 5 };
        using var trainer = new Trainer(Data(), settings, backend);
        double[] weights = [0.5, 0.5, 0.6, 0.6, 0.72];
        foreach (var (epoch, weight) in trainer.Run().Zip(weights))
        {
            Assert.Equal(weight, epoch.AnchorWeight!.Value, 1e-12);
            Assert.Equal(epoch.Reconstruction + weight * epoch.Anchor, epoch.Loss, 1e-6 * epoch.Loss);
        }
        var warm = settings with { AnchorWarmup = 4 };
        Assert.Equal(0.75 * 0.5 * 1.2, warm.AnchorWeightOf(3), 1e-12);
    }

    [Fact]
    public void Anchors_are_weighted_by_the_training_clicks()
    {
        using var backend = new SimdBackend(2);
        var settings = Settings with { AnchorWeight = 0.5, AnchorWeighting = AnchorWeighting.Rarity, Epochs = 1 };
        using var trainer = new Trainer(Data(), settings, backend);
        trainer.Run();
        double[] expected = Autoencoder.Rarity(Data().Train.ColumnCounts());
        Assert.Equal(expected, Values(trainer, trainer.Model.Parameters["anchors.item-weights"].Value),
            (a, b) => Math.Abs(a - b) < 1e-7);
    }
}
