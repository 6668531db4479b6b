using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Report;

/// <summary>The results of users with few, more and many clicks.</summary>
internal static class ActivityGroups
{
    private const int Groups = 4, Least = 20;

    /// <summary>Table and figure by quarters of the users; empty without values of single users.</summary>
    public static string Of(EvaluatedPart part)
    {
        if (part.Main is not string metric) return "";
        var rows = part.Rows.Where(row => row.Record.PerUser.ContainsKey(metric) && row.Record.Users.Length >= Least).ToList();
        if (rows.Count == 0) return "";
        int[] limits = Limits(rows[0].Record.Clicks);
        if (limits.Length == 0) return "";
        string[] names = [.. Enumerable.Range(0, limits.Length + 1).Select(g => Name(limits, g))];
        var values = rows.Select(row => (row.Run.Name, Groups: Enumerable.Range(0, names.Length)
            .Select(g => Mean(row.Record, metric, limits, g)).ToArray())).ToList();
        string table = Html.Table($"{metric} by clicks of the user", ["clicks", ">users", .. values.Select(v => $">{v.Name}")],
            names.Select((name, g) => (IReadOnlyList<string>)[name, $"{values[0].Groups[g].Users:#,0}",
                .. values.Select(v => v.Groups[g].Users == 0 ? "–"
                    : $"{v.Groups[g].Mean:0.0000} <span class=\"se\">± {v.Groups[g].Error:0.0000}</span>")]));
        var figure = new BarChart
        {
            Title = $"{metric} by activity", Subtitle = "Users by their clicks, shown and held out; ± one standard error",
            Value = new(metric), Categories = [.. names.Select(name => $"{name} clicks")],
            Series = [.. values.Take(8).Select(v => new BarSeries(values.Count > 1 ? v.Name : "",
                [.. v.Groups.Select(g => g.Mean)], [.. v.Groups.Select(g => g.Error)]))],
            Width = values.Count > 3 ? 900 : 552,
        };
        return "<h3>By activity</h3>\n<p>Does a run serve users with few clicks as well as active ones? Quarters of the "
            + $"evaluated users by their clicks.</p>\n{Html.Card(table)}{Html.Figures([figure.ToSvg()])}";
    }

    /// <summary>Upper ends of all quarters but the last, without repeats.</summary>
    private static int[] Limits(int[] clicks)
    {
        int[] sorted = [.. clicks.Order()];
        return [.. Enumerable.Range(1, Groups - 1).Select(g => sorted[g * sorted.Length / Groups - 1]).Distinct()
            .Where(limit => limit < sorted[^1])];
    }

    private static string Name(int[] limits, int group) => group == 0 ? $"up to {limits[0]}"
        : group == limits.Length ? $"over {limits[^1]}"
        : limits[group - 1] + 1 == limits[group] ? $"{limits[group]}" : $"{limits[group - 1] + 1} to {limits[group]}";

    private static (int Users, double Mean, double Error) Mean(EvaluationRecord record, string metric, int[] limits, int group)
    {
        double[] values = [.. record.PerUser[metric].Where((_, u) => limits.Count(limit => record.Clicks[u] > limit) == group)];
        if (values.Length == 0) return (0, double.NaN, 0);
        double mean = values.Average(), squares = values.Sum(v => (v - mean) * (v - mean));
        return (values.Length, mean, values.Length < 2 ? 0 : Math.Sqrt(squares / (values.Length - 1) / values.Length));
    }
}
