using System.Net;
using System.Text.RegularExpressions;

namespace ManualVae.Tools.Report;

/// <summary>Pieces of HTML; every text is escaped.</summary>
internal static partial class Html
{
    /// <summary>Text escaped for content and attributes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A table of HTML cells; the first cell of a row names the row.</summary>
    /// <param name="caption">What the table has, plain text; read aloud, not shown.</param>
    /// <param name="headings">Plain text. One that begins with <c>&gt;</c> aligns its column to the right.</param>
    /// <param name="rows">The cells. A row with fewer cells than headings ends in one wide cell.</param>
    public static string Table(string caption, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows) =>
        $"{Scroll(caption)}<table><caption class=\"aside\">{Escape(caption)}</caption><thead>"
        + Row(headings.Select(h => Cell("th scope=\"col\"", h, Escape(h.TrimStart('>'))))) + "</thead><tbody>\n"
        + string.Concat(rows.Select(row => Row(row.Select((cell, c) => c == 0 ? Cell("th scope=\"row\"", headings[0], cell)
            : c == row.Count - 1 && c < headings.Count - 1 ? $"<td colspan=\"{headings.Count - c}\">{cell}</td>"
            : Cell("td", headings[c], cell))) + "\n"))
        + "</tbody></table></div>\n";

    /// <summary>A table on a card.</summary>
    public static string Card(string content) => $"<div class=\"card\">{content}</div>\n";

    /// <summary>Names and values side by side.</summary>
    public static string Facts(IEnumerable<(string Name, string Value)> facts) =>
        "<dl class=\"facts\">" + string.Concat(facts
            .Select(f => $"<div><dt>{Escape(f.Name)}</dt><dd>{Escape(f.Value)}</dd></div>")) + "</dl>\n";

    /// <summary>Figures in as many columns as fit; a wide one can be moved sideways, by keyboard too.</summary>
    public static string Figures(IEnumerable<string> svgs) =>
        "<div class=\"figures\">" + string.Concat(svgs.Select(svg =>
        {
            string description = Description().Match(svg).Groups[1].Value, title = Label().Match(svg).Groups[1].Value;
            return $"<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{title}\">{svg}</div>"
                + $"<figcaption class=\"aside\">{title}: {description}</figcaption></figure>\n";
        })) + "</div>\n";

    /// <summary>A part of the page that opens on a click, and in print.</summary>
    public static string Details(string summary, string content) =>
        $"<details><summary>{Escape(summary)}</summary>{content}</details>\n";

    /// <summary>The p of a test; a dash where there is none.</summary>
    public static string P(double p) => !double.IsFinite(p) ? "–" : p < 0.0001 ? "&lt; 0.0001" : $"{p:0.0000}";

    /// <summary>A difference, with its sign.</summary>
    public static string Signed(double value) => double.IsFinite(value) ? value.ToString("+0.0000;−0.0000;0.0000") : "–";

    /// <summary>A mean with its standard error.</summary>
    public static string Mean(double mean, double error) => $"{mean:0.0000} <span class=\"se\">± {error:0.0000}</span>";

    /// <summary>A command for the terminal.</summary>
    public static string Command(string text) => $"<code>{Escape(text)}</code>";

    // A part that scrolls can be reached by the keyboard.
    private static string Scroll(string label) =>
        $"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{Escape(label)}\">";

    private static string Row(IEnumerable<string> cells) => $"<tr>{string.Concat(cells)}</tr>";

    private static string Cell(string tag, string heading, string content) =>
        $"<{tag}{(heading.StartsWith('>') ? " class=\"number\"" : "")}>{content}</{tag.Split(' ')[0]}>";

    [GeneratedRegex("<desc>(.*?)</desc>", RegexOptions.Singleline)]
    private static partial Regex Description();

    [GeneratedRegex("aria-label=\"(.*?)\"")]
    private static partial Regex Label();
}
