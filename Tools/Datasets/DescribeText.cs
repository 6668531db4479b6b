using System.Text.Json;
using ManualVae.Data;

namespace ManualVae.Tools.Datasets;

/// <summary>The summary of a dataset, as a table or as JSON.</summary>
internal static class DescribeText
{
    /// <summary>Prints the summary as a table or as JSON.</summary>
    public static void Print(PreparedDataset data, bool json)
    {
        var summary = DatasetSummary.Of(data);
        if (json) PrintJson(data, summary);
        else PrintTable(data, summary);
    }

    private static void PrintJson(PreparedDataset data, DatasetSummary summary) =>
        Terminal.WriteJson(new
        {
            data = data.Directory,
            data.ManifestHash,
            data.Manifest.Source,
            data.Manifest.Split,
            data.Manifest.Seed,
            summary.Users,
            summary.Items,
            summary.Clicks,
            summary.Density,
            summary.Activity,
            summary.Popularity,
            summary.TopItemsShare,
            summary.UsersWithoutHeldOut,
            Attributes = data.Attributes.Select(attribute => new
            {
                attribute.Name,
                attribute.Kind,
                Features = attribute.Features.Length,
                attribute.KnownItems,
                FeaturesPerItem = PerItem(attribute),
                MadeFrom = data.Manifest.Attributes?.GetValueOrDefault(attribute.Name),
            }),
            data.Manifest.Filters,
            data.Manifest.SplitSettings,
            data.Manifest.Counts,
            data.Manifest.Import,
        });

    private static void PrintTable(PreparedDataset data, DatasetSummary summary)
    {
        var (manifest, counts) = (data.Manifest, data.Manifest.Counts);
        static string N(long value) => value.ToString("N0");
        static string Share(double value) => $"{100 * value:0.###} %";
        static string Spread(CountQuantiles q) => $"mean {q.Mean:0.0}; min {q.Minimum}, 10 % {q.P10}, 25 % {q.P25}, "
            + $"median {q.Median}, 75 % {q.P75}, 90 % {q.P90}, 99 % {q.P99}, max {q.Maximum}";
        string Part(EvaluationSplit? part) => part is null ? "none" : $"{N(part.HeldOut.Rows)} users, "
            + (manifest.Split == SplitKind.Strong ? $"{N(part.FoldIn.EntryCount)} clicks shown, " : "")
                + $"{N(part.HeldOut.EntryCount)} to find"
            + (part.Candidates is null ? "" : $", {N(part.Candidates.EntryCount)} sampled negatives");
        var import = manifest.Import;
        var attributes = data.Attributes.Select(a => ($"attribute {a.Name}",
            $"{a.Kind.ToString().ToLowerInvariant()}, {Readable.Count(a.Features.Length, "feature")}; {N(a.KnownItems)} of "
                + $"{N(data.ItemCount)} items known, mean {PerItem(a):0.0} features"));
        foreach (var (name, value) in (IEnumerable<(string, string)>)[
            ("dataset", data.Directory),
            ("source", $"{manifest.Source.Format}: {manifest.Source.Name}"),
            ("split", JsonNamingPolicy.KebabCaseLower.ConvertName(manifest.Split.ToString())
                + (manifest.Seed is { } seed ? $", seed {seed}" : "")),
            ("users", N(summary.Users)),
            ("items", N(summary.Items)),
            ("clicks", N(summary.Clicks)),
            ("density", Share(summary.Density)),
            ("train", $"{N(counts.TrainUsers)} users, {N(counts.TrainClicks)} clicks"),
            ("validation", Part(data.Validation)),
            ("test", Part(data.Test)
                + (summary.UsersWithoutHeldOut > 0 ? $"; {N(summary.UsersWithoutHeldOut)} users with nothing to find" : "")),
            ("read", $"{N(import.ClicksRead)} clicks; "
                + (import.LeftOutByWhere > 0 ? $"{N(import.LeftOutByWhere)} lines left out by their columns, " : "")
                + (import.BadLines > 0 ? $"{N(import.BadLines)} bad lines left out, " : "")
                + $"{N(import.BelowMinimumRating)} rated too low, "
                + $"{N(import.DuplicatesMerged)} repeated, "
                + $"{N(import.RemovedByFilters)} filtered out, {N(import.UnknownItemsDropped)} on items unknown in training"),
            ("clicks of a user", Spread(summary.Activity)),
            ("clicks of an item", Spread(summary.Popularity)),
            ("top 1 % of items", $"{Share(summary.TopItemsShare)} of all clicks"),
            .. attributes,
            ("manifest", data.ManifestHash),
        ])
            Console.Out.WriteLine($"{Terminal.Plain(name),-20}{Terminal.Plain(value)}");
    }

    /// <summary>Mean number of features of the items of which something is known.</summary>
    private static double PerItem(ItemAttribute attribute) =>
        attribute.KnownItems == 0 ? 0 : (double)attribute.Values.EntryCount / attribute.KnownItems;
}
