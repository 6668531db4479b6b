using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Report;

/// <summary>Users with their clicks, what a run recommends to them, and what was to be found.</summary>
internal static class ExamplesSection
{
    /// <summary>The examples of a run, or null if it has none.</summary>
    public static string? Of(ReportedRun run)
    {
        var record = run.Evaluations.FirstOrDefault(e => e.Examples.Count > 0);
        return record is null ? null : "<p>From few clicks to many, at even places among the evaluated users; not chosen by what "
            + "the run finds. A held-out click that was found has a ✓.</p>\n<div class=\"examples\">"
            + string.Concat(record.Examples.Select(Example)) + "</div>\n";
    }

    private static string Example(EvaluationExample example)
    {
        int hits = example.Items.Count(item => item.Hit);
        string items = string.Concat(example.Items.Select(item => item.Hit
            ? $"<li class=\"hit\">{Html.Escape(item.Name)} <span title=\"held out and found\">✓</span></li>"
            : $"<li>{Html.Escape(item.Name)}</li>"));
        return Html.Card($"<h3>User {Html.Escape(example.User)}</h3>"
            + $"<p><span class=\"muted\">Clicked</span> {Named(example.History, example.Clicks)}</p><ol>{items}</ol>"
            + $"<p><span class=\"muted\">Found {hits} of {Readable.Count(example.HeldOut, "held-out click")}"
            + (example.Missed.Length == 0 ? ".</span>"
                : $"; not in the list:</span> {Named(example.Missed, example.HeldOut - hits)}")
            + "</p>");
    }

    private static string Named(string[] names, int count) => names.Length == 0 ? "nothing"
        : Html.Escape(string.Join("; ", names)) + (count > names.Length ? $" and {count - names.Length:#,0} more" : "");
}
