using System.Text.Json;
using ManualVae.Compute;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Training;

namespace ManualVae.Tools.Settings;

/// <summary>Which settings change anything: what a model does not read is neither drawn nor shown.</summary>
internal static class ReadSettings
{
    // What all models take: a sweep judges by the validation metric. The rest of a baseline's settings is its own.
    private static readonly string[] Shared = ["model", "validation-metric", "device", "threads", "fit-validation"];

    private static readonly string[] OfVaes = ["beta", "beta-steps", "beta-schedule", "kl-per-click", "prior", "pseudo-inputs",
        "encoder", "levels", "anchor-weight", "anchor-warmup", "anchor-growth", "anchor-growth-epochs", "anchors",
        "anchor-form", "anchor-part", "anchor-weighting", "anchors-per-item", "anchor-codebook"];

    private static readonly HashSet<string> OfAutoencoders =
        [.. JsonSerializer.SerializeToNode(new RunSettings(), RunSettings.Json)!.AsObject().Select(p => p.Key)];

    /// <summary>True if a model has the setting and reads it, whatever the others are.</summary>
    public static bool By(string model, string name) => Shared.Contains(name)
        || (BaselineCatalogue.Find(model) is { } baseline
            ? baseline.DefaultsAsJson().ContainsKey(name) || baseline.UsesBackend && name == "precision"
            : OfAutoencoders.Contains(name) && (model != "multdae" || !OfVaes.Contains(name)));

    /// <summary>True if the model reads the setting with the values that the others have.</summary>
    public static bool By(ResolvedSettings settings, string name)
    {
        var run = settings.Run;
        if (!By(run.Model, name)) return false;
        return settings.Baseline is not null || name switch
        {
            "pseudo-inputs" => run.Prior == PriorKind.Vamp,
            "click-weight" or "zero-weight" => run.Likelihood == LikelihoodKind.Gaussian,
            "anchor-form" or "anchor-part" or "anchor-codebook" => run.HasAnchors,
            "anchor-weighting" or "anchors-per-item" => run.HasAnchors && run.AnchorCodebook == 0,
            "anchor-warmup" or "anchor-growth" => run.AnchorWeight > 0,
            "anchor-growth-epochs" => run.AnchorWeight > 0 && run.AnchorGrowth != 1,
            _ => true,
        };
    }
}
