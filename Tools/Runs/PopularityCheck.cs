using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>
/// Whether a model has learned more than what everybody clicks. One at popularity's level on validation has settings that do not
/// fit the data (a ridge or a weight of zeros that is far off, a learning rate that goes nowhere), or stopped too early.
/// </summary>
/// <param name="Metric">The validation metric.</param>
/// <param name="Model">Its value for the model.</param>
/// <param name="Popularity">Its value for popularity.</param>
internal sealed record PopularityCheck(string Metric, double Model, double Popularity)
{
    private const double Margin = 1.05;

    /// <summary>True if the model is less than a twentieth above popularity.</summary>
    public bool AtLevel => Model < Margin * Popularity;

    /// <summary>One line for people; null if the model is above that level.</summary>
    public string? Warning => !AtLevel ? null : string.Create(CultureInfo.InvariantCulture,
        $"warning    {Metric} {Model:0.0000} on validation is at popularity's level ({Popularity:0.0000}): other settings, ")
        + "more epochs or another model may do better (docs/which-model.md)";

    /// <summary>
    /// A baseline beside popularity; null without validation, for what has nothing to learn, and for a model that knows nobody of
    /// the validation part.
    /// </summary>
    public static PopularityCheck? Of(IBaseline model, PreparedDataset data, RunSettings settings) =>
        model is Models.Baselines.Popularity or RandomScores || Part(data, settings) is not { } part
            || (model.KnowsTrainingUsersOnly && (data.Manifest.Split == SplitKind.Strong || part.HeldOut.Rows != data.Train.Rows))
            ? null
            : Of(Measure(model, part, settings), part, data, settings);

    /// <summary>A trained autoencoder beside popularity; null without validation.</summary>
    public static PopularityCheck? Of(RunFolder run, IReadOnlyList<EpochMetrics> epochs, PreparedDataset data)
    {
        var settings = run.Manifest.Settings;
        return epochs.LastOrDefault(epoch => epoch.Best)?.Validation is double value && Part(data, settings) is { } part
            ? Of(value, part, data, settings) : null;
    }

    private static PopularityCheck Of(double value, EvaluationSplit part, PreparedDataset data, RunSettings settings)
    {
        using var popularity = Models.Baselines.Popularity.Fit(settings.TrainedOn(data).Train);
        return new(settings.ValidationMetric, value, Measure(popularity, part, settings));
    }

    private static EvaluationSplit? Part(PreparedDataset data, RunSettings settings) =>
        settings.TrainedOn(data).Validation is { HasClicksToFind: true } part ? part : null;

    private static double Measure(IRecommender model, EvaluationSplit part, RunSettings settings) => Evaluator.Evaluate(
        model, part, [Evaluation.Metric.Parse(settings.ValidationMetric)], cancellation: Session.Cancellation)
        .Metrics[0].Mean;
}
