using ManualVae.Study;
using ManualVae.Tools.Runs;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Runs that differ in the anchor weight alone.</summary>
internal sealed record AnchorSweep
{
    /// <summary>Also train a run for each of these anchor weights, with the run's other settings.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Epochs of each run of the sweep.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Refuses options outside their ranges.</summary>
    public void Validate() => Flags.Positive("--epochs", Epochs);

    /// <summary>Trains the runs into the run's <c>studies/anchors</c> and measures them, the smallest weight first.</summary>
    public List<AnchorResult> Run(TrainedModel run, Population users, AnchorOptions options)
    {
        var points = new List<AnchorResult>();
        foreach (double weight in Weights.Order())
        {
            var settings = run.Settings with { AnchorWeight = weight, Anchors = true, Epochs = Epochs };
            using var other = StudyTraining.Train(run, settings, "anchors", Text($"weight-{weight}"));
            points.Add(AnchorStudy.Run(other.Model, users, weight, run.Settings.Dropout, options));
        }
        return points;
    }
}
