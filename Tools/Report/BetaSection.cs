using System.Globalization;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Sweep;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>
/// Quality against the weight of the KL, both ways of finding it (Liang et al. 2018, section 2.2.2): over one run that anneals
/// beta, whose best epoch's beta a second run keeps, and over the trials of a sweep.
/// </summary>
internal static class BetaSection
{
    /// <summary>The figures, one a metric; null if nothing anneals and no sweep varies beta.</summary>
    /// <param name="runs">Runs of the report.</param>
    /// <param name="sweeps">Folders of sweeps in it.</param>
    public static ReportSection? Of(IReadOnlyList<ReportedRun> runs, IReadOnlyList<string> sweeps)
    {
        var curves = runs.Where(Anneals).Select(OfRun).Concat(sweeps.Select(OfSweep).OfType<Curve>()).ToList();
        return curves.Count == 0 ? null : ReportSection.OfFigures("Quality and β",
            "An annealing run meets each β once, and later epochs are better trained; a sweep trains anew for each β. The best "
                + "β of each is marked.",
            curves.GroupBy(curve => curve.Metric).Select(group => new Chart
            {
                Title = $"Validation {group.Key} and β", X = new("β"), Y = new($"validation {group.Key}"), Width = 900,
                Series = [.. group.Select(curve => curve.Series)],
                Rules = [.. group.Select(curve => new Rule(string.Create(CultureInfo.InvariantCulture,
                    $"{curve.Series.Name}: {curve.Best:0.###}"), curve.Best, Vertical: true))],
            }));
    }

    private static bool Anneals(ReportedRun run) => run.Folder?.Manifest.Settings is
    { BetaSchedule: BetaScheduleKind.Anneal or BetaScheduleKind.Hold } && run.Epochs.Any(e => e.Validation is not null);

    private static Curve OfRun(ReportedRun run)
    {
        var epochs = run.Epochs.Where(e => e.Validation is not null).ToList();
        return new(run.Folder!.Manifest.Settings.ValidationMetric,
            new LineSeries(run.Name, [.. epochs.Select(e => e.Beta)], [.. epochs.Select(e => e.Validation!.Value)]),
            epochs.MaxBy(e => e.Validation)!.Beta);
    }

    private static Curve? OfSweep(string folder)
    {
        var sweep = SweepResult.Read(Path.Combine(folder, SweepResult.File));
        var points = sweep.Trials.Where(t => t.Validation is not null)
            .Select(t => (Beta: Number(t.Settings.GetValueOrDefault("beta")), Value: t.Validation!.Value))
            .Where(t => double.IsFinite(t.Beta)).OrderBy(t => t.Beta).ToList();
        return points.Count < 2 ? null : new(sweep.ValidationMetric, new LineSeries(Readable.Folder(folder),
            [.. points.Select(p => p.Beta)], [.. points.Select(p => p.Value)])
        { Markers = true, Dashed = true },
            points.MaxBy(p => p.Value).Beta);
    }

    private static double Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    private sealed record Curve(string Metric, LineSeries Series, double Best);
}
