using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Simd;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Study;

public class GradientSuiteTests
{
    [Theory]
    [InlineData("recvae-anchor")]
    [InlineData("logistic-dae")]
    public void A_preset_passes_every_kind_of_check(string preset)
    {
        using var simd = new SimdBackend(2);
        var run = Preset.Load(preset);
        var settings = run with { Hidden = [.. run.Hidden.Select(_ => 20)], Latent = 10 };
        var findings = GradientSuite.Model(
            preset, settings, new Objective(run.Beta, run.AnchorWeight), run.Seed, simd).ToArray();
        Assert.Equal(["model", "taylor", "parity"], findings.Select(f => f.Kind));
        Assert.All(findings, finding => Assert.True(finding.Passed, $"{finding}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Real_targets_beside_the_clicks_pass_every_kind_of_check(bool variational)
    {
        using var simd = new SimdBackend(2);
        var settings = new AutoencoderSettings { Variational = variational, Hidden = [20], Latent = 10 };
        var findings = GradientSuite.Model("aligned", settings, new Objective(0.2), 5, simd, aligned: true).ToArray();
        Assert.Equal(["model", "taylor", "parity"], findings.Select(f => f.Kind));
        Assert.All(findings, finding => Assert.True(finding.Passed, $"{finding}"));
    }

    [Theory]
    [InlineData(OutputForm.Blocks, LikelihoodKind.Multinomial, true, 20)]
    [InlineData(OutputForm.Blocks, LikelihoodKind.Logistic, false, 0)]
    [InlineData(OutputForm.Gram, LikelihoodKind.Gaussian, true, 20)]
    [InlineData(OutputForm.Gram, LikelihoodKind.Gaussian, false, 0)]
    [InlineData(OutputForm.Sampled, LikelihoodKind.Multinomial, true, 20)]
    [InlineData(OutputForm.Sampled, LikelihoodKind.Multinomial, false, 0)]
    public void A_form_of_the_loss_passes_every_kind_of_check(
        OutputForm form, LikelihoodKind likelihood, bool variational, int hidden)
    {
        using var simd = new SimdBackend(2);
        var settings = new AutoencoderSettings
        {
            Variational = variational, Likelihood = likelihood, Hidden = hidden == 0 ? [] : [hidden], Latent = 10,
            Negatives = form == OutputForm.Sampled ? 5 : 0,
        };
        var findings = GradientSuite.Model("form", settings, new Objective(0.2), 5, simd, form: form).ToArray();
        Assert.Equal(["model", "taylor", "parity"], findings.Select(f => f.Kind));
        Assert.All(findings, finding => Assert.True(finding.Passed, $"{finding}"));
    }

    [Fact]
    public void Every_operation_of_a_fast_backend_is_held_against_the_reference()
    {
        using var simd = new SimdBackend(2);
        var findings = GradientSuite.OperationParities(simd).ToArray();
        Assert.Equal(OperationCases.Awkward().Select(test => test.Operation).Distinct().Count(), findings.Length);
        Assert.All(findings, finding => Assert.True(finding.Passed, $"{finding}"));
    }

    [Fact]
    public void A_finding_outside_its_bound_fails()
    {
        Assert.True(new GradientFinding("model", "", "", 1e-7, 1e-6).Passed);
        Assert.False(new GradientFinding("model", "", "", 1e-5, 1e-6).Passed);
        Assert.False(new GradientFinding("parity", "", "", double.NaN, 1e-6).Passed);
        Assert.True(new GradientFinding("taylor", "", "", 1.95, 0.1).Passed);
        Assert.False(new GradientFinding("taylor", "", "", 1.0, 0.1).Passed);
    }
}
