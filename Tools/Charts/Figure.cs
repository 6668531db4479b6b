using System.Security.Cryptography;
using System.Text;

namespace ManualVae.Tools.Charts;

/// <summary>
/// A figure that becomes one SVG document, for use alone or inside a page. Colours are CSS variables, so that it is readable on
/// light and dark backgrounds.
/// </summary>
public abstract record Figure
{
    /// <summary>Font sizes in pixels.</summary>
    private protected const double TitleSize = 14, TextSize = 12, Margin = 12;

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>A sentence under the title: how it was measured, or what to look for.</summary>
    public string? Subtitle { get; init; }

    /// <summary>Width in pixels.</summary>
    public double Width { get; init; } = 552;

    /// <summary>The SVG document.</summary>
    public string ToSvg()
    {
        var svg = new Svg();
        double top = Margin + TitleSize;
        svg.Text(Margin, top, Svg.Fit(Title, TitleSize, Width - 2 * Margin), "class=\"mv-title\"");
        foreach (string line in Wrap(Subtitle ?? ""))
            svg.Text(Margin, top += 18, line, "class=\"mv-muted\"");
        double height = Draw(svg, top + 12);
        string body = svg.ToString();
        // The id depends on the content only. Figures in one page must not share clip paths.
        string id = "mv" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))[..10];
        var (w, h) = (Svg.Number(Width), Svg.Number(height));
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"mv-figure{(Width > 700 ? " mv-wide" : "")}\" "
            + $"viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" "
            + $"aria-label=\"{Svg.Escape(Title)}\">\n<desc>{Svg.Escape(Describe())}</desc>\n<style>{FigureStyle.Css}</style>\n"
            + $"<rect class=\"mv-paper\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>\n"
            + body.Replace(ClipPlaceholder, id, StringComparison.Ordinal) + "</svg>\n";
    }

    /// <summary>Placeholder for the figure's id in names that must be unique in a page.</summary>
    private protected const string ClipPlaceholder = "mv-figure-id";

    /// <summary>A halo in the colour of the background keeps text readable over lines.</summary>
    private protected const string Halo =
        "style=\"paint-order:stroke;stroke:var(--mv-paper);stroke-width:4;stroke-linejoin:round\"";

    /// <summary>What it shows, in words, for those who cannot see it.</summary>
    internal abstract string Describe();

    /// <summary>Draws the figure below <paramref name="top"/> and returns its height.</summary>
    internal abstract double Draw(Svg svg, double top);

    /// <summary>Draws rows of legend entries from <paramref name="top"/> and returns their lower end.</summary>
    private protected double DrawLegend(
        Svg svg, double top, IReadOnlyList<(string Name, Action<double, double> Mark)> entries)
    {
        if (entries.Count == 0) return top;
        double x = Margin, y = top + 8;
        foreach (var (name, mark) in entries)
        {
            string label = Svg.Fit(name, TextSize, Width - 2 * Margin - 30);
            double width = 26 + Svg.Width(label, TextSize) + 16;
            if (x > Margin && x + width > Width) (x, y) = (Margin, y + 20);
            mark(x, y);
            svg.Text(x + 26, y + 4, label, "class=\"mv-text\"");
            x += width;
        }
        return y + 16;
    }

    private IEnumerable<string> Wrap(string text)
    {
        var line = new StringBuilder();
        text = text.Replace(" %", "\u00a0%", StringComparison.Ordinal);
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && Svg.Width($"{line} {word}", TextSize) > Width - 2 * Margin)
            {
                yield return line.ToString();
                line.Clear();
            }
            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }
        if (line.Length > 0) yield return line.ToString();
    }
}

/// <summary>The colours and fonts of every figure and page.</summary>
internal static class FigureStyle
{
    /// <summary>Number of series colours.</summary>
    public const int Colours = 8;

    private const string Light =
        "--mv-paper:#ffffff;--mv-ink:#1c2430;--mv-muted:#5c6675;--mv-grid:#e6e9ee;--mv-axis:#aab2bf;"
        + "--mv-cold:#c2410c;--mv-hot:#1d5fd1;"
        + "--mv-c0:#1d5fd1;--mv-c1:#d9650b;--mv-c2:#12805c;--mv-c3:#8446c4;"
        + "--mv-c4:#c2304a;--mv-c5:#0b7f95;--mv-c6:#8a6116;--mv-c7:#667085";

    private const string Dark =
        "--mv-paper:#161b22;--mv-ink:#e8ecf2;--mv-muted:#9aa5b4;--mv-grid:#2a313b;--mv-axis:#566170;"
        + "--mv-cold:#ff9d5c;--mv-hot:#6ea8ff;"
        + "--mv-c0:#6ea8ff;--mv-c1:#ff9d5c;--mv-c2:#4fd1a1;--mv-c3:#c79bff;"
        + "--mv-c4:#ff7d90;--mv-c5:#4fc9de;--mv-c6:#e0b354;--mv-c7:#a4afbf";

    /// <summary>CSS rules of a figure, alone or inside a page.</summary>
    public const string Css =
        ".mv-figure{" + Light
            + ";max-width:100%;height:auto;font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica "
                + "Neue',Arial,sans-serif}"
        + "@media (prefers-color-scheme:dark){.mv-figure{" + Dark + "}}"
        + ".mv-figure .mv-paper{fill:var(--mv-paper)}"
        + ".mv-figure text{font-size:12px;fill:var(--mv-ink)}"
        + ".mv-figure .mv-title{font-size:14px;font-weight:600}"
        + ".mv-figure .mv-muted,.mv-figure .mv-tick{fill:var(--mv-muted)}"
        + ".mv-figure .mv-tick{font-size:11px;font-variant-numeric:tabular-nums}"
        + ".mv-figure .mv-grid{stroke:var(--mv-grid);stroke-width:1;shape-rendering:crispEdges}"
        + ".mv-figure .mv-axis{stroke:var(--mv-axis);stroke-width:1;shape-rendering:crispEdges}"
        + ".mv-figure .mv-hover{fill:transparent}"
        + ".mv-figure .mv-border{stroke:var(--mv-ink);stroke-width:1;stroke-opacity:.6;shape-rendering:crispEdges}"
        + ".mv-figure .mv-rule{stroke:var(--mv-muted);stroke-width:1;stroke-dasharray:4 3}";

    /// <summary>The same colours for the page around the figures.</summary>
    public static string Page => $":root{{color-scheme:light dark;{Light}}}@media (prefers-color-scheme:dark){{:root{{{Dark}}}}}";

    /// <summary>The CSS colour of a series.</summary>
    public static string Colour(int series) => $"var(--mv-c{series % Colours})";
}
