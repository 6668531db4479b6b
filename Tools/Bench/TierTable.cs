using Spectre.Console;

namespace ManualVae.Tools.Bench;

/// <summary>The same work with several instruction sets side by side: milliseconds, and times the first one's.</summary>
internal static class TierTable
{
    /// <summary>A row for each piece of work, a column for each tier; the reference backend has one thread.</summary>
    public static Table Of(IReadOnlyList<BenchResult> results)
    {
        string[] tiers = [.. results.Select(result => result.Tier ?? "").Distinct()];
        var table = Terminal.Table(["operation", "shape", ">threads", .. tiers.Select(tier => $">{tier} ms")]);
        foreach (var work in results.GroupBy(result => (result.Name, result.Shape, result.Threads)))
        {
            var byTier = work.ToDictionary(result => result.Tier ?? "");
            double? first = byTier.TryGetValue(tiers[0], out var fastest) ? fastest.MedianSeconds : null;
            string Cell(string tier)
            {
                if (!byTier.TryGetValue(tier, out var result)) return "";
                string times = tier != tiers[0] && first > 0 ? $" ({result.MedianSeconds / first:0.0}x)" : "";
                return $"{result.MedianSeconds * 1e3:0.0}{times}";
            }
            table.AddRow([Markup.Escape(work.Key.Name), work.Key.Shape, $"{work.Key.Threads}", .. tiers.Select(Cell)]);
        }
        return table;
    }
}
