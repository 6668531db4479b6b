using ManualVae.Evaluation;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Report;

/// <summary>The evaluations of several runs on one part of one dataset under one protocol.</summary>
/// <param name="Data">The dataset.</param>
/// <param name="Split">The part.</param>
/// <param name="Protocol">The protocol, or null for the usual one.</param>
/// <param name="Rows">The runs that were evaluated on it.</param>
/// <param name="Missing">The runs on this dataset that were not.</param>
internal sealed record EvaluatedPart(string Data, string Split, string? Protocol,
    IReadOnlyList<(ReportedRun Run, EvaluationRecord Record)> Rows, IReadOnlyList<ReportedRun> Missing)
{
    /// <summary>All parts on which any of the runs was evaluated.</summary>
    public static IReadOnlyList<EvaluatedPart> Of(IReadOnlyList<ReportedRun> runs)
    {
        var parts = new List<EvaluatedPart>();
        foreach (var group in runs.SelectMany(run => run.Evaluations.Select(record => (Run: run, Record: record)))
            .GroupBy(row => (row.Record.Results.Data, row.Record.Results.Split, row.Record.Results.Protocol)))
        {
            (ReportedRun Run, EvaluationRecord Record)[] rows = [.. group];
            var there = rows.Select(row => row.Run).ToHashSet();
            parts.Add(new(group.Key.Data, group.Key.Split, group.Key.Protocol, rows, [.. runs.Where(run => !there.Contains(run)
                && run.Folder is not null && Path.GetFullPath(run.Data) == Path.GetFullPath(group.Key.Data))]));
        }
        return [.. parts.OrderBy(part => part.Split == "test" ? 0 : 1).ThenBy(part => part.Protocol)];
    }

    /// <summary>Names of the metrics that any row has.</summary>
    public string[] Metrics => [.. Rows.SelectMany(row => row.Record.Results.Metrics.Keys).Distinct()];

    /// <summary>The metrics of single users that every row has values for, if all rows have the same users; else none.</summary>
    public string[] Paired => Rows.Count > 1 && Rows[0].Record.Users.Length > 1
        && Rows.All(row => row.Record.Users.AsSpan().SequenceEqual(Rows[0].Record.Users))
            ? [.. Rows[0].Record.PerUser.Keys.Where(metric => Rows.All(row => row.Record.PerUser.ContainsKey(metric)))] : [];

    /// <summary>True if all rows have equally many users, so that their values can be compared.</summary>
    public bool SameUsers => Rows.All(row => row.Record.Results.Users == Rows[0].Record.Results.Users);

    /// <summary>The metric that stands for all: NDCG if there is one, else the first of single users.</summary>
    public string? Main => Metrics.Where(m => Rows.Any(row => row.Record.PerUser.ContainsKey(m)))
        .OrderBy(m => m.Contains("NDCG", StringComparison.Ordinal) ? 0 : 1).FirstOrDefault();

    /// <summary>The value of a metric in a row; null if it was not measured.</summary>
    public static ResultsValue? Value(EvaluationRecord record, string metric) =>
        record.Results.Metrics.GetValueOrDefault(metric) ?? record.Lists.GetValueOrDefault(metric);

    /// <summary>The best value of a metric among the rows; null if no two rows can be compared by it.</summary>
    public double? Best(string metric)
    {
        double[] values = [.. Rows.Select(row => Value(row.Record, metric)?.Mean).OfType<double>()];
        return SameUsers && values.Length > 1 && Metric.Parse(metric).LargerIsBetter ? values.Max() : null;
    }
}
