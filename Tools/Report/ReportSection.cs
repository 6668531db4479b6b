using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Report;

/// <summary>A section of a report.</summary>
/// <param name="Title">Its heading, plain text.</param>
/// <param name="Content">Its HTML; make it with <see cref="Html"/>, which escapes.</param>
public sealed record ReportSection(string Title, string Content)
{
    /// <summary>A section of figures with a sentence before them.</summary>
    public static ReportSection OfFigures(string title, string introduction, params IEnumerable<Figure> figures) =>
        new(title, $"<p>{Html.Escape(introduction)}</p>\n{Html.Figures(figures.Select(f => f.ToSvg()))}");
}
