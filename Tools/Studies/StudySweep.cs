using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Training;

namespace ManualVae.Tools.Studies;

/// <summary>Runs that differ from the studied one in a single setting.</summary>
internal abstract record StudySweep
{
    /// <summary>Epochs of each run of the sweep.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Refuses options outside their ranges.</summary>
    public void Validate() => Flags.Positive("--epochs", Epochs);
}

/// <summary>Runs that differ in the anchor weight only.</summary>
internal sealed record AnchorSweep : StudySweep
{
    /// <summary>Also train a run for each of these anchor weights, with the run's other settings.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Trains the runs into the study's folder and measures them, the smallest weight first.</summary>
    public List<AnchorResult> Run(TrainedModel run, Population users, AnchorOptions options, StudyFolder folder) =>
        [.. Weights.Order().Select(weight =>
        {
            var settings = run.Settings with { AnchorWeight = weight, Anchors = true, Epochs = Epochs };
            using var other = StudyTraining.Train(run, settings, folder, $"weight-{weight}");
            return AnchorStudy.Run(other.Model, users, weight, run.Settings.Dropout, options);
        })];
}

/// <summary>One beta of a sweep.</summary>
internal sealed record SweepPoint(double Beta, double? Validation, CollapseResult Collapse);

/// <summary>Runs that differ in beta only.</summary>
internal sealed record CollapseSweep : StudySweep
{
    /// <summary>Also train a run for each of these constant betas, with the run's other settings.</summary>
    public IReadOnlyList<double> Betas { get; init; } = [];

    /// <summary>Trains the runs into the study's folder and measures them, the smallest beta first.</summary>
    public List<SweepPoint> Run(TrainedModel run, Population users, CollapseOptions options, StudyFolder folder) =>
        [.. Betas.Order().Select(beta =>
        {
            var settings = run.Settings with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant, Epochs = Epochs };
            using var other = StudyTraining.Train(run, settings, folder, $"beta-{beta}");
            double? validation = other.Folder.ReadMetrics().Max(e => e.Validation);
            return new SweepPoint(beta, validation, CollapseStudy.Run(other.Model, users, options));
        })];
}
