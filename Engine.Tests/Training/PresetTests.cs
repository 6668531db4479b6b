using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

public class PresetTests
{
    public static TheoryData<string> Names => [.. Preset.Names];

    [Fact]
    public void The_family_ships_its_presets()
    {
        string[] family =
            ["recvae", "hvamp", "anchor", "recvae-anchor", "gaussian-vae", "logistic-vae", "gaussian-dae", "logistic-dae",
                "liang2018"];
        Assert.Empty(family.Except(Preset.Names));
    }

    /// <summary>
    /// Every preset's model, with narrow layers: the shipped backward code is the gradient of the shipped loss.
    /// </summary>
    [Theory, MemberData(nameof(Names))]
    public void Every_presets_gradient_is_right(string name)
    {
        var preset = Preset.Load(name);
        preset.Validate();
        var settings = preset with
        {
            Hidden = [.. preset.Hidden.Select(_ => 6)],
            DecoderHidden = preset.DecoderHidden?.Select(_ => 6).ToArray(),
            Latent = 3,
            PseudoInputs = 4,
        };
        using var model = new Autoencoder(new ReferenceBackend(), settings, 11, 5, preset.Seed);
        var batch = ToyClicks.Batch(model.Backend, ToyClicks.Random(5, 11));
        var problem = Differentiable.Of(
            model, batch, model.TrainingMask(preset.Seed, 2), new RandomKey(preset.Seed, 2, RandomPurpose.LatentNoise),
            new Objective(preset.Beta, preset.AnchorWeight));
        foreach (var error in GradientCheck.Coordinates(problem, coordinates: 40))
            Assert.True(error.Error < GradientCheck.Tolerance, $"{name}: {error}");
    }
}
