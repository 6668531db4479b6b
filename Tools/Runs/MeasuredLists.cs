using ManualVae.Data;
using ManualVae.Evaluation;

namespace ManualVae.Tools.Runs;

/// <summary>An evaluation: of a run, or of what another system predicted.</summary>
/// <param name="Data">The dataset.</param>
/// <param name="Part">The part of it, under the protocol.</param>
/// <param name="Result">What was found.</param>
/// <param name="Document">The contents of <c>results.json</c>.</param>
/// <param name="Lists">What is in the lists.</param>
internal sealed record MeasuredLists(
    PreparedDataset Data, EvaluationSplit Part, EvaluationResult Result, ResultsDocument Document,
    IReadOnlyList<MetricResult> Lists)
{
    /// <summary>Each user's values, for a comparison.</summary>
    public UserValues Users => new(Data.ManifestHash,
        [.. Result.Rows.Select(row => Data.UserIds[Part.FirstUser + row])],
        [.. Result.Rows.Select(row => Part.Known.RowLength(row) + Part.HeldOut.RowLength(row))],
        [.. Result.Rows.Select(Part.FoldIn.RowLength)],
        Result.Metrics.Where(m => m.PerUser is not null).ToDictionary(m => m.Metric.Name, m => m.PerUser!));
}
