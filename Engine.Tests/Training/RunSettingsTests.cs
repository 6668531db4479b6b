using System.Globalization;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

public class RunSettingsTests
{
    [Fact]
    public void Json_has_the_names_and_the_order_that_scripts_read() => Assert.Equal(
        "model epochs batch-size learning-rate learning-rate-schedule average average-decay average-epochs implicit-slim "
        + "implicit-slim-threshold implicit-slim-lambda implicit-slim-alpha encoder hidden decoder-hidden prior pseudo-inputs "
        + "levels fan-in-initialisation latent dropout emphasis mask user-weight-power beta beta-steps beta-schedule "
        + "kl-per-click encoder-passes decoder-passes weight-decay likelihood click-weight zero-weight linear-path linear-rank "
        + "linear-lambda linear-scale output-head temperature logit-correction negatives negatives-power lazy-adam "
        + "anchor-weight anchor-warmup anchor-growth "
        + "anchor-growth-epochs anchors anchor-form anchor-part anchor-weighting anchors-per-item anchor-codebook alignment "
        + "alignment-delta alignment-zero-weight alignment-attributes fit-validation validation-metric patience seed threads "
        + "device precision",
        string.Join(' ',
            JsonSerializer.SerializeToElement(new RunSettings(), RunSettings.Json).EnumerateObject().Select(p => p.Name)));

    [Fact]
    public void Every_setting_is_in_the_list_of_settings() => Assert.Equal(
        typeof(RunSettings).GetProperties().Where(p => p.CanWrite).Select(p => p.Name).Order(),
        RunSettings.Properties.Select(p => p.Name).Order());

    [Fact]
    public void The_kind_of_model_and_the_anchors_follow_from_other_settings()
    {
        Assert.True(new RunSettings().Variational);
        Assert.False(new RunSettings { Model = "multdae" }.Variational);
        Assert.False(new RunSettings().HasAnchors);
        Assert.True(new RunSettings { Anchors = true }.HasAnchors);
        var weighted = new RunSettings { AnchorWeight = 0.5 };
        Assert.Equal((true, false), (weighted.HasAnchors, weighted.Anchors));
        string json = JsonSerializer.Serialize(weighted, RunSettings.Json);
        var read = JsonSerializer.Deserialize<RunSettings>(json, RunSettings.Json)!;
        Assert.Equal((true, false, json), (read.HasAnchors, read.Anchors, JsonSerializer.Serialize(read, RunSettings.Json)));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RunSettings>("{\"variational\": false}", RunSettings.Json));
    }

    [Theory]
    [InlineData("hidden")]
    [InlineData("model")]
    [InlineData("device")]
    [InlineData("validation-metric")]
    public void A_setting_that_needs_a_value_refuses_null(string name)
    {
        var settings = JsonSerializer.Deserialize<RunSettings>($"{{\"{name}\": null}}", RunSettings.Json)!;
        Assert.Contains(" is null; give a value", Assert.Throws<InputException>(settings.Validate).Message);
    }

    [Theory]
    [InlineData("weight-decay", "WeightDecay")]
    [InlineData("click-weight", "ClickWeight")]
    [InlineData("learning-rate", "LearningRate")]
    public void A_number_too_large_for_a_double_is_refused(string name, string shown)
    {
        var settings = JsonSerializer.Deserialize<RunSettings>($"{{\"{name}\": 1e999}}", RunSettings.Json)!;
        Assert.Equal($"{shown} is too large or no number; give a finite one.",
            Assert.Throws<InputException>(settings.Validate).Message);
    }

    [Theory]
    [InlineData("Latent is 0; it must be at least 1.", 0, 500, 0.5)]
    [InlineData("BatchSize is 0; it must be at least 1.", 8, 0, 0.5)]
    [InlineData("Dropout is 1; it must be in [0, 1).", 8, 500, 1)]
    [InlineData("Dropout is -0.5; it must be in [0, 1).", 8, 500, -0.5)]
    public void Impossible_settings_are_named(string message, int latent, int batchSize, double dropout)
    {
        var settings = new RunSettings { Latent = latent, BatchSize = batchSize, Dropout = dropout };
        Assert.Equal(message, Assert.Throws<InputException>(settings.Validate).Message);
    }

    [Theory]
    [InlineData("likelihood gaussian", "Likelihood multinomial")]
    [InlineData("encoder gated", "Encoder mlp or recvae")]
    [InlineData("prior vamp", "Prior normal or composite")]
    [InlineData("linear-path low-rank", "LinearPath none")]
    [InlineData("output-head cosine", "OutputHead linear")]
    [InlineData("logit-correction 1", "LogitCorrection 0")]
    [InlineData("anchor-weight 1", "AnchorWeight 0")]
    [InlineData("anchors true", "Anchors false")]
    [InlineData("average swa", "Average none")]
    [InlineData("implicit-slim 1", "ImplicitSlim 0")]
    [InlineData("alignment 1", "Alignment 0")]
    [InlineData("precision bf16", "Precision fp32")]
    [InlineData("negatives -1", "")]
    [InlineData("negatives-power -0.5", "")]
    public void Negatives_refuse_parts_that_see_all_items(string setting, string needed)
    {
        var (name, value) = (setting.Split(' ')[0], setting.Split(' ')[1]);
        string json = double.TryParse(value, CultureInfo.InvariantCulture, out _) || value == "true" ? value : $"\"{value}\"";
        string others = name == "negatives" ? "" : "\"negatives\": 7, ";
        var settings = JsonSerializer.Deserialize<RunSettings>($"{{{others}\"{name}\": {json}}}", RunSettings.Json)!;
        string message = Assert.Throws<InputException>(settings.Validate).Message;
        if (needed != "") Assert.Equal($"Negatives is 7: it needs {needed}.", message);
        else Assert.Contains("0 or more", message);
        if (needed != "") (settings with { Negatives = 0 }).Validate();
    }

    [Fact]
    public void Exact_lazy_Adam_refuses_weight_decay()
    {
        var settings = new RunSettings { Negatives = 7, LazyAdam = LazyAdamKind.Exact, WeightDecay = 0.1 };
        Assert.Equal("Negatives is 7: it needs LazyAdam lazy, or no weight decay.",
            Assert.Throws<InputException>(settings.Validate).Message);
        (settings with { LazyAdam = LazyAdamKind.Lazy }).Validate();
        (settings with { WeightDecay = 0 }).Validate();
    }

    [Theory]
    [InlineData("ARP@10", "measures which items are recommended")]
    [InlineData("Diversity@10", "measures which items are recommended")]
    [InlineData("RSP@10", "measures which items are recommended")]
    [InlineData("Gini@10", "is not better where it is larger")]
    public void A_metric_that_cannot_choose_epochs_is_refused_at_once(string metric, string why) => Assert.Contains(
        $"ValidationMetric {metric}: {why}",
        Assert.Throws<InputException>(new RunSettings { ValidationMetric = metric }.Validate).Message);
}
