using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Training;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>One beta of a sweep.</summary>
internal sealed record SweepPoint(double Beta, double? Validation, CollapseResult Collapse);

/// <summary>Runs that differ in beta alone.</summary>
internal static class CollapseSweep
{
    /// <summary>Trains and measures one run for each beta.</summary>
    /// <param name="run">The run whose other settings all have; theirs lie in its <c>studies/collapse</c>.</param>
    /// <param name="users">The users measured.</param>
    /// <param name="betas">The betas.</param>
    /// <param name="epochs">Epochs of each.</param>
    /// <param name="options">Of the measurement.</param>
    public static List<SweepPoint> Run(
        TrainedModel run, Population users, double[] betas, int epochs, CollapseOptions options)
    {
        var points = new List<SweepPoint>();
        foreach (double beta in betas.Order())
        {
            string name = Text($"beta-{beta}");
            var settings = run.Settings with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant, Epochs = epochs };
            var trained = StudyTraining.Train(run.Data, settings, run.Folder.Manifest.Preset,
                Path.Combine(run.Folder.Path, "studies", "collapse", name), name);
            using var other = TrainedModel.Open(trained.Path, run.Data.Directory, null, settings.Threads);
            points.Add(new(beta, trained.ReadMetrics().Max(e => e.Validation), CollapseStudy.Run(other.Model, users, options)));
        }
        return points;
    }
}
