using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Report;

/// <summary>A section of a report.</summary>
/// <param name="Title">Its heading, plain text.</param>
/// <param name="Content">Its HTML; <see cref="Html"/> makes it and escapes text.</param>
public sealed record ReportSection(string Title, string Content)
{
    /// <summary>A section of figures after an introductory sentence.</summary>
    public static ReportSection OfFigures(string title, string introduction, params IEnumerable<Figure> figures) =>
        new(title, $"<p>{Html.Escape(introduction)}</p>\n{Html.Figures(figures.Select(f => f.ToSvg()))}");
}
