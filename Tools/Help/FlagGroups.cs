using System.CommandLine;
using ManualVae.Models.Baselines;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Help;

/// <summary>Flags under a title.</summary>
/// <param name="Title">Of the group.</param>
/// <param name="Common">Names without dashes, which every help shows.</param>
/// <param name="Rare">Names that only <c>--help-all</c> shows.</param>
internal sealed record FlagGroup(string Title, string[] Common, params string[] Rare);

/// <summary>Which flags stand together in help. A flag that no group names is one of the verb's own, and comes first.</summary>
internal static class FlagGroups
{
    private const string Own = "Options";

    private static readonly FlagGroup[] Training =
    [
        new("Model", ["model", "preset", "config", "hidden", "latent", "dropout"],
            "encoder", "decoder-hidden", "prior", "pseudo-inputs", "levels", "fan-in-initialisation", "mask", "likelihood",
            "click-weight", "zero-weight", "emphasis", "user-weight-power",
            "linear-path", "linear-rank", "linear-lambda", "linear-scale", "output-head", "temperature", "logit-correction",
            "negatives", "negatives-power", "lazy-adam",
            "anchors", "anchor-form", "anchor-part", "anchor-weighting", "anchors-per-item",
            "anchor-codebook"),
        new("Training", ["epochs", "batch-size", "learning-rate", "beta", "beta-steps", "validation-metric", "patience",
            "fit-validation", "seed"], "learning-rate-schedule", "average", "average-decay",
            "average-epochs", "implicit-slim", "implicit-slim-threshold", "implicit-slim-lambda", "implicit-slim-alpha",
            "beta-schedule", "kl-per-click", "encoder-passes",
            "decoder-passes", "weight-decay", "anchor-weight", "anchor-warmup", "anchor-growth", "anchor-growth-epochs",
            "alignment", "alignment-delta", "alignment-zero-weight", "alignment-attributes"),
        .. BaselineCatalogue.All.Where(baseline => baseline.Defaults is not null).Select(baseline => new FlagGroup(
            $"Of --model {baseline.Name}", [],
            [.. baseline.Defaults!.GetType().GetProperties().Select(property => SettingFlag.NameOf(property.Name))])),
    ];

    private static readonly Dictionary<string, FlagGroup[]> OfVerbs = new()
    {
        ["train"] = Training,
        ["sweep"] = Training,
        ["data import"] =
        [
            new("Columns and lines", ["user-column", "item-column", "rating-column", "time-column", "title-column", "items",
                "separator", "where"], "item-id-column", "no-header", "time-format", "encoding", "skip-bad-lines"),
            new("Attributes of the items", ["item-features", "attribute", "item-map"]),
            new("Filters", ["min-rating", "min-user-clicks", "min-item-clicks", "k-core"]),
            new("Division", ["split", "held-out-users", "test-ratio", "validation-ratio", "seed"], "fold-in-order",
                "held-out-clicks", "hold-out", "fold", "train-from", "validation-from", "test-from", "test-until",
                "carve-validation", "drop-overlap"),
        ],
    };

    private static readonly FlagGroup[] Everywhere =
    [
        new("Device", ["device", "threads", "precision"], "ranks", "user-groups", "max-memory"),
        new("Messages", ["json", "quiet", "help", "help-all", "version"]),
    ];

    /// <summary>The flags of a verb by group, and how many of them only <c>--help-all</c> shows.</summary>
    public static (IReadOnlyList<(string Title, IReadOnlyList<Option> Options)> Groups, int Left) Of(Command verb, bool all)
    {
        FlagGroup[] groups = [.. OfVerbs.GetValueOrDefault(VerbPath.Of(verb), []), .. Everywhere];
        var titled = VerbPath.Options(verb).Select(option =>
        {
            string name = option.Name.TrimStart('-');
            var group = groups.FirstOrDefault(g => g.Common.Contains(name) || g.Rare.Contains(name));
            return (Option: option, Title: group?.Title ?? Own, Rare: group is not null && !group.Common.Contains(name));
        }).ToList();
        int left = all ? 0 : titled.Count(option => option.Rare);
        var shown = titled.Where(option => (all || !option.Rare) && (left > 0 || option.Option.Name != "--help-all"))
            .ToLookup(option => option.Title, option => option.Option);
        return ([.. groups.Select(g => g.Title).Prepend(Own).Where(shown.Contains)
            .Select(title => (title, (IReadOnlyList<Option>)[.. shown[title]]))], left);
    }
}
