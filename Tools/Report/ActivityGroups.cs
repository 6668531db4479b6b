using ManualVae.Evaluation;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Report;

/// <summary>The results of users with few, more and many clicks (Liang et al. 2018, figure 3).</summary>
internal static class ActivityGroups
{
    private const int Groups = 5, Least = 20, Most = 8;

    /// <summary>Tables and figures by fifths of the users; empty without values of single users.</summary>
    public static string Of(EvaluatedPart part)
    {
        if (part.Main is not string metric) return "";
        var rows = part.Rows.Where(row => row.Record.PerUser.ContainsKey(metric) && row.Record.FoldIn is not null
            && row.Record.Users.Length >= Least).Take(Most).ToList();
        if (rows.Count == 0) return "";
        rows.RemoveAll(row => !row.Record.Users.AsSpan().SequenceEqual(rows[0].Record.Users));
        var groups = UserGroup.OfEqualSize(rows[0].Record.FoldIn!, Groups);
        if (groups.Count < 2) return "";
        (string, double[])[] models = [.. rows.Select(row => (row.Run.Name, row.Record.PerUser[metric]))];
        return $"<h3>By activity</h3>\n{Of(metric, models, groups, Compared(metric, models, groups))}";
    }

    /// <summary>Introduction, figures and table of one metric.</summary>
    /// <param name="metric">Which metric.</param>
    /// <param name="models">Short names and the values of the same users; the first is the baseline.</param>
    /// <param name="groups">The groups of these users.</param>
    /// <param name="rows">The differences from the first in each group, under the short names; none for one model.</param>
    public static string Of(string metric, IReadOnlyList<(string Name, double[] Values)> models, IReadOnlyList<UserGroup> groups,
        IReadOnlyList<PairedComparison> rows)
    {
        string[] others = [.. models.Skip(1).Select(model => model.Name)];
        string text = "<p>Does a model serve users with few clicks as well as active ones? The users in "
            + $"{Readable.Count(groups.Count, "group")} by the clicks that the model is shown of them (fold-in), as equal in "
            + "size as can be without parting users with as many clicks."
            + (others.Length == 0 ? ""
                : $" Each group is a paired t-test against <strong>{Html.Escape(models[0].Name)}</strong>: "
                + Html.Escape(Stars) + " Holm's correction is over all metrics, runs and groups compared together.")
            + "</p>\n";
        var table = groups.Select(group => (IReadOnlyList<string>)
        [
            Unbroken(group.Name), $"{group.Users.Length:#,0}", .. models.Select(model => Mean(model.Values, group)),
            .. others.SelectMany(name => Cells(rows.First(
                row => (row.Model, row.Metric, row.Group) == (name, metric, group.Name)))),
        ]);
        return text + Html.Figures(Figures(metric, models, groups, rows).Select(figure => figure.ToSvg()))
            + Html.Card(Html.Table($"{metric} by clicks shown",
            ["clicks shown", ">users", .. models.Select(model => $">{model.Name}"), .. others.SelectMany(name => new[]
                { $">{name} − {models[0].Name}, 95 % interval", ">p (Holm)" })], table));

        static string[] Cells(PairedComparison row) =>
        [
            $"{Html.Signed(row.Difference)} <span class=\"se\">{Html.Signed(row.Low)} to {Html.Signed(row.High)}</span>",
            $"{Html.P(row.AdjustedP)} {row.Stars}".TrimEnd(),
        ];
    }

    /// <summary>The means of each group with one standard error and stars; with several models, the differences too.</summary>
    public static IEnumerable<Figure> Figures(string metric, IReadOnlyList<(string Name, double[] Values)> models,
        IReadOnlyList<UserGroup> groups, IReadOnlyList<PairedComparison> rows)
    {
        string[] categories = [.. groups.Select(group => $"{group.Name} clicks")];
        bool several = models.Count > 1;
        var compared = models.Skip(1).Select((model, m) => (model.Name, Colour: m + 1, Rows: groups.Select(group => rows.First(
            row => (row.Model, row.Metric, row.Group) == (model.Name, metric, group.Name))).ToArray())).ToList();
        yield return new BarChart
        {
            Title = $"{metric} by activity",
            Subtitle = "Users by the clicks the model is shown. Bars: mean over the users of the group, ± one standard error."
                + (several ? $" Stars: differs from {models[0].Name}. {Stars}" : ""),
            Value = new(metric), Categories = categories, Width = models.Count > 3 ? 900 : 552,
            Series =
            [
                .. models.Select((model, m) => (model.Name, Means: groups.Select(group =>
                    MetricResult.MeanOf([.. group.Users.Select(user => model.Values[user])])).ToArray(), Place: m))
                    .Select(model => new BarSeries(several ? model.Name : "", [.. model.Means.Select(mean => mean.Mean)],
                        [.. model.Means.Select(mean => mean.StandardError)])
                    {
                        Notes = model.Place == 0 ? null : [.. compared[model.Place - 1].Rows.Select(row => row.Stars)],
                    }),
            ],
        };
        if (!several) yield break;
        yield return new BarChart
        {
            Title = compared.Count == 1 ? $"{compared[0].Name} minus {models[0].Name}" : $"Differences from {models[0].Name}",
            Subtitle = $"{metric}, the same users paired. To the right of 0: higher than {models[0].Name}. "
                + "± one standard error of the difference.",
            Value = new($"difference in {metric}"), Categories = categories, Format = "+0.0000;−0.0000;0.0000",
            Width = models.Count > 3 ? 900 : 552,
            Series = [.. compared.Select(model => new BarSeries(model.Name, [.. model.Rows.Select(row => row.Difference)],
                [.. model.Rows.Select(row => row.StandardError)])
                { Notes = [.. model.Rows.Select(row => row.Stars)], Colour = model.Colour })],
        };
    }

    /// <summary>The differences of each group from the first model.</summary>
    private static IReadOnlyList<PairedComparison> Compared(
        string metric, IReadOnlyList<(string Name, double[] Values)> models, IReadOnlyList<UserGroup> groups) =>
        models.Count < 2 ? [] : PairedComparison.WithFirst([.. models.Select(model =>
            (model.Name, (IReadOnlyDictionary<string, double[]>)new Dictionary<string, double[]> { [metric] = model.Values }))],
            groups: [.. groups.Select(group => (group.Name, group.Users))]);

    private static string Stars => ComparisonTable.Stars.Replace("* p < ", Unbroken("* p < "), StringComparison.Ordinal);

    private static string Unbroken(string text) => text.Replace(' ', '\u00a0');

    private static string Mean(double[] values, UserGroup group)
    {
        var (mean, error) = MetricResult.MeanOf([.. group.Users.Select(user => values[user])]);
        return Html.Mean(mean, error);
    }
}
