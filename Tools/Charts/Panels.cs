namespace ManualVae.Tools.Charts;

/// <summary>
/// Charts of one kind side by side under one title. Each has its own title; the legend of the first chart holds for all.
/// </summary>
public sealed record Panels : Figure
{
    private const double Gap = 8;

    /// <summary>The charts, left to right, in two rows if there are more than four.</summary>
    public required IReadOnlyList<Chart> Charts { get; init; }

    internal override string Describe() => string.Join(". ", Charts.Select(chart => $"{chart.Title}: {chart.Describe()}"));

    internal override double Draw(Svg svg, double top)
    {
        if (Charts.Count == 0) return top;
        top = Charts[0].DrawLegend(svg, top);
        int columns = Charts.Count <= 4 ? Charts.Count : (Charts.Count + 1) / 2;
        double width = (Width - Gap * (columns - 1)) / columns;
        foreach (var row in Charts.Chunk(columns))
        {
            double bottom = top;
            for (int c = 0; c < row.Length; c++)
            {
                svg.Raw($"<g transform=\"translate({Svg.Number(c * (width + Gap))} 0)\">");
                svg.Text(Margin, top + 12, Svg.Fit(row[c].Title, TextSize, width - 2 * Margin),
                    "class=\"mv-text\" style=\"font-weight:600\"");
                bottom = Math.Max(bottom, (row[c] with { Width = width, Legend = false }).Draw(svg, top + 18));
                svg.Raw("</g>");
            }
            top = bottom;
        }
        return top;
    }
}
