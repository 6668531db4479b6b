using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Report;

/// <summary>Validation by epoch of several runs.</summary>
internal static class CurvesSection
{
    /// <summary>The curves; null if fewer than two runs were trained by epochs.</summary>
    public static ReportSection? Of(IReadOnlyList<ReportedRun> runs)
    {
        var trained = runs.Where(r => r.Epochs.Any(e => e.Validation is not null)).ToList();
        if (trained.Count < 2) return null;
        string[] metrics = [.. trained.Select(MetricOf).Distinct()];
        return ReportSection.OfFigures("Validation by epoch",
            "The best epoch of each run, by this curve, is the one that is tested.",
            metrics.Select(metric => new Chart
            {
                Title = $"Validation {metric}", X = new("epoch"), Y = new(metric), Width = 900,
                Series = [.. trained.Where(r => MetricOf(r) == metric).Select(r => new LineSeries(
                    r.Name, [.. r.Epochs.Select(e => (double)e.Epoch)], [.. r.Epochs.Select(e => e.Validation ?? double.NaN)]))],
            }));
    }

    private static string MetricOf(ReportedRun trained) => trained.Folder!.Manifest.Settings.ValidationMetric;
}
