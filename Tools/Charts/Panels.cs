namespace ManualVae.Tools.Charts;

/// <summary>
/// Charts of one kind side by side under one title, each with its own title; the first one's legend stands for all.
/// </summary>
public sealed record Panels : Figure
{
    private const double Gap = 8;

    /// <summary>The charts, left to right.</summary>
    public required IReadOnlyList<Chart> Charts { get; init; }

    internal override double Draw(Svg svg, double top)
    {
        if (Charts.Count == 0) return top;
        top = Charts[0].DrawLegend(svg, Margin, top);
        double width = (Width - Gap * (Charts.Count - 1)) / Charts.Count, height = top;
        for (int c = 0; c < Charts.Count; c++)
        {
            svg.Raw($"<g transform=\"translate({Svg.Number(c * (width + Gap))} 0)\">");
            svg.Text(Margin, top + 12, Svg.Fit(Charts[c].Title, TextSize, width - 2 * Margin),
                "class=\"mv-text\" style=\"font-weight:600\"");
            height = Math.Max(height, (Charts[c] with { Width = width, Legend = false }).Draw(svg, top + 18));
            svg.Raw("</g>");
        }
        return height;
    }
}
