using ManualVae.Tools.Charts;
using ManualVae.Tools.Recipe;

namespace ManualVae.Tools.Report;

/// <summary>The folder of a recipe: the winner and why, what was tried, all trials, and what to do next.</summary>
internal static class RecipeReport
{
    /// <summary>True for the folder of a recipe.</summary>
    public static bool Is(string folder) => File.Exists(Path.Combine(folder, RecipeResult.File));

    /// <summary>Its sections.</summary>
    /// <exception cref="Data.InputException">The file is damaged.</exception>
    public static IEnumerable<ReportSection> Of(string folder, Links links)
    {
        var result = RecipeResult.Read(folder);
        yield return Recipe(folder, result, links);
        yield return new("What was tried", Tried(result) + Html.Figures([Bars(result).ToSvg()]));
        yield return new("All trials", Html.Details($"{Readable.Count(result.Trials.Count, "trial")}, the best first",
            Html.Card(Html.Table("Trials, the best first",
                ["model", $">validation {result.Metric}", ">best epoch", ">epochs", ">time", "settings"],
                result.Trials.OrderByDescending(t => t.Validation ?? double.NegativeInfinity).Select(t => (IReadOnlyList<string>)
                [
                    links.To(Path.Combine(folder, t.Run, "run.json"), t.Candidate),
                    t.Validation is double value ? $"{value:0.0000}" : Html.Escape(t.Failed ?? "no value"),
                    t.BestEpoch > 0 ? $"{t.BestEpoch}" : "–", t.BestEpoch > 0 ? $"{t.Epochs}" : "–", Time(t.Seconds),
                    Html.Escape(t.Shown),
                ]))))
            + $"<p class=\"muted\">Numbers: {links.To(Path.Combine(folder, RecipeResult.File), RecipeResult.File)}</p>\n");
    }

    private static ReportSection Recipe(string folder, RecipeResult result, Links links)
    {
        var facts = new List<(string, string)>
        {
            ("Chosen", result.Chosen ?? "not decided yet"),
            ($"Validation {result.Metric}", result.Winner?.Validation is double value ? $"{value:0.0000}" : "–"),
            ("Data", $"{result.Shape.Users:#,0} users, {result.Shape.Items:#,0} items, {result.Shape.Clicks:#,0} clicks"),
            ("Density", $"{result.Shape.Density:0.00%}, {(result.Shape.IsDense ? "dense" : "sparse")}"),
            ("Median history", $"{result.Shape.MedianHistory}"),
            ("Time", $"{Time(result.SpentSeconds)} of {Time(result.BudgetSeconds)}"),
            ("Kept on disk", Readable.Bytes(result.BytesKept)),
        };
        string next = !result.Finished ? "<p>The recipe is not finished; the same command with --resume goes on.</p>\n"
            : "<p>Everything was judged by the validation part; the test part was not touched. Next:</p>\n<ul>"
                + string.Concat(RecipeTable.Next(result, folder).Select(c => $"<li>{Html.Command(c.Split("    #")[0])}</li>"))
                + $"</ul>\n<p>Settings of the chosen model: {links.To(Path.Combine(folder, RecipeResult.PresetFile),
                    RecipeResult.PresetFile)}.</p>\n";
        return new("The recipe", Html.Card(Html.Facts(facts))
            + (result.Reason.Length > 0 ? $"<p class=\"found\">{Html.Escape(result.Reason)}</p>\n" : "")
            + (RecipeTable.EnsembleLine(result, folder) is string together ? $"<p>Together: {Html.Escape(together)}.</p>\n" : "")
            + next);
    }

    private static string Tried(RecipeResult result) => Html.Card(Html.Table("Models, the simplest first",
        ["model", ">trials", $">validation {result.Metric}", ">time", "verdict", "why it is tried"],
        result.Rows.Select(row => (IReadOnlyList<string>)
        [
            row.Candidate == result.Chosen ? $"<span class=\"best\">{Html.Escape(row.Candidate)}</span>"
                : Html.Escape(row.Candidate),
            $"{row.Tried}", row.Validation is double value ? $"{value:0.0000}" : "–", Time(row.Seconds),
            Html.Escape(row.Verdict), Html.Escape(row.Why),
        ])))
        + $"<p>A simpler model within {RecipeChoice.Tie * 100:0.0} % of the best is preferred.</p>\n";

    private static BarChart Bars(RecipeResult result)
    {
        var rows = result.Rows.Where(row => row.Validation is not null).ToList();
        return new BarChart
        {
            Title = $"Best {result.Metric} of each model", Value = new($"validation {result.Metric}"),
            Categories = [.. rows.Select(row => row.Candidate)],
            Series = [new("", [.. rows.Select(row => row.Validation!.Value)])], Format = "0.0000",
        };
    }

    private static string Time(double seconds) => Readable.Clock(TimeSpan.FromSeconds(seconds));
}
