using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Training;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>One beta of a sweep.</summary>
internal sealed record SweepPoint(double Beta, double? Validation, CollapseResult Collapse);

/// <summary>Runs that differ in beta alone.</summary>
internal sealed record CollapseSweep
{
    /// <summary>Also train a run for each of these constant betas, with the run's other settings.</summary>
    public IReadOnlyList<double> Betas { get; init; } = [];

    /// <summary>Epochs of each run of the sweep.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Refuses options outside their ranges.</summary>
    public void Validate() => Flags.Positive("--epochs", Epochs);

    /// <summary>Trains the runs into the run's <c>studies/collapse</c> and measures them, the smallest beta first.</summary>
    public List<SweepPoint> Run(TrainedModel run, Population users, CollapseOptions options)
    {
        var points = new List<SweepPoint>();
        foreach (double beta in Betas.Order())
        {
            var settings = run.Settings with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant, Epochs = Epochs };
            using var other = StudyTraining.Train(run, settings, "collapse", Text($"beta-{beta}"));
            double? validation = other.Folder.ReadMetrics().Max(e => e.Validation);
            points.Add(new(beta, validation, CollapseStudy.Run(other.Model, users, options)));
        }
        return points;
    }
}
