using System.Net;

namespace ManualVae.Tools.Report;

/// <summary>Pieces of HTML; every text is escaped.</summary>
internal static class Html
{
    /// <summary>Text escaped for content and attributes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A table of HTML cells. A heading that begins with <c>&gt;</c> aligns its column to the right.</summary>
    public static string Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows) =>
        "<div class=\"scroll\"><table><thead>" + Row(headings.Select(h => Cell("th", h, Escape(h.TrimStart('>')))))
        + "</thead><tbody>\n"
        + string.Concat(rows.Select(row => Row(row.Select((cell, c) => Cell("td", headings[c], cell))) + "\n"))
        + "</tbody></table></div>\n";

    /// <summary>Names and values side by side.</summary>
    public static string Facts(IEnumerable<(string Name, string Value)> facts) =>
        "<dl class=\"facts\">" + string.Concat(facts
            .Select(f => $"<div><dt>{Escape(f.Name)}</dt><dd>{Escape(f.Value)}</dd></div>")) + "</dl>\n";

    /// <summary>Figures in as many columns as fit.</summary>
    public static string Figures(IEnumerable<string> svgs) =>
        "<div class=\"figures\">" + string.Concat(svgs.Select(svg => $"<figure>{svg}</figure>\n")) + "</div>\n";

    /// <summary>A part of the page that opens on a click.</summary>
    public static string Details(string summary, string content) =>
        $"<details><summary>{Escape(summary)}</summary>{content}</details>\n";

    private static string Row(IEnumerable<string> cells) => $"<tr>{string.Concat(cells)}</tr>";

    private static string Cell(string tag, string heading, string content) =>
        heading.StartsWith('>') ? $"<{tag} class=\"number\">{content}</{tag}>" : $"<{tag}>{content}</{tag}>";
}
