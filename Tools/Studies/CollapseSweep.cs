using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Training;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>One beta of a sweep.</summary>
internal sealed record SweepPoint(double Beta, double? Validation, CollapseResult Collapse);

/// <summary>Runs that differ in beta alone.</summary>
internal static class CollapseSweep
{
    /// <summary>Trains and measures one run for each beta.</summary>
    public static List<SweepPoint> Run(
        PreparedDataset data, RunSettings settings, Population users, double[] betas, int epochs, string folder,
        CollapseOptions options)
    {
        var points = new List<SweepPoint>();
        foreach (double beta in betas.Order())
        {
            string name = Text($"beta-{beta}");
            var trained = StudyTraining.Train(
                data, settings with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant, Epochs = epochs },
                Path.Combine(folder, name), name);
            using var run = StudyRun.Open(trained.Path, data.Directory, null, settings.Threads, 500);
            points.Add(new(beta, trained.ReadMetrics().Max(e => e.Validation), CollapseStudy.Run(run.Model, users, options)));
        }
        return points;
    }
}
