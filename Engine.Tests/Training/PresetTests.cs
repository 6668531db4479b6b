using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
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

    public static TheoryData<string> BaselineNames => [.. Preset.BaselineNames];

    [Theory, MemberData(nameof(BaselineNames))]
    public void Every_preset_of_a_baseline_fits_it(string name)
    {
        Assert.DoesNotContain(name, Preset.Names);
        var settings = Preset.OfBaseline(name)!;
        string model = (string)settings["model"]!;
        Assert.StartsWith(model, name, StringComparison.Ordinal);
        settings.Remove("model");
        Assert.NotEmpty(settings);
        using var fitted = BaselineCatalogue.Fit(model, ToyClicks.Random(20, 9), settings);
        Assert.Equal(model, fitted.Name);
        Assert.Empty(fitted.FromData); // a preset leaves nothing open
    }

    [Fact]
    public void Presets_of_baselines_are_no_settings_of_a_training()
    {
        Assert.Null(Preset.OfBaseline("liang2018"));
        Assert.Null(Preset.OfBaseline("nope"));
        Assert.Throws<InputException>(() => Preset.Load("edlae-gowalla"));
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
