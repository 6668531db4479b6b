namespace ManualVae.Tools.Charts;

/// <summary>A line at a named value: the peak of the machine, a published result, the best epoch.</summary>
/// <param name="Label">Its name, which is written beside it.</param>
/// <param name="Value">The value.</param>
/// <param name="Vertical">True for a value of the x axis.</param>
public sealed record Rule(string Label, double Value, bool Vertical = false);

/// <summary>Lines with confidence bands, points and histograms over two named axes; the legend stands above the data.</summary>
public sealed record Chart : Figure
{
    /// <summary>The horizontal axis.</summary>
    public required Axis X { get; init; }

    /// <summary>The vertical axis; its name is written horizontally above it.</summary>
    public required Axis Y { get; init; }

    /// <summary>The series; later ones are drawn on top.</summary>
    public required IReadOnlyList<Series> Series { get; init; }

    /// <summary>Lines at named values.</summary>
    public IReadOnlyList<Rule> Rules { get; init; } = [];

    /// <summary>Height of the data area in pixels.</summary>
    public double PlotHeight { get; init; } = 240;

    /// <summary>True to name the series above the data if there are several.</summary>
    public bool Legend { get; init; } = true;

    internal override double Draw(Svg svg, double top)
    {
        int[] styles = Styles();
        if (Legend) top = DrawLegend(svg, top);
        svg.Text(Margin, top + 10, Svg.Fit(Y.Title, TextSize, Width - 2 * Margin), "class=\"mv-muted\"");
        top += 24;
        double bottom = top + PlotHeight;

        var vertical = Rules.Where(rule => rule.Vertical).Select(rule => rule.Value);
        var horizontal = Rules.Where(rule => !rule.Vertical).Select(rule => rule.Value);
        var y = Y.ScaleOver(Series.SelectMany(s => s.YValues).Concat(horizontal), bottom, top, Series.Any(s => s.NeedsZero));
        double left = Margin + y.Labels.Select(label => Svg.Width(label, 11)).DefaultIfEmpty(0).Max() + 8;
        var xValues = Series.SelectMany(s => s.XValues).Concat(vertical).ToList();
        double right = Width - Margin - 10;
        // A linear x axis ends at the data, so that there is no empty strip beside a curve.
        var finite = xValues.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var tight = X.Log || finite.Min() >= finite.Max() ? X
            : X with { Min = X.Min ?? finite.Min(), Max = X.Max ?? finite.Max() };
        var x = (Series.All(s => s is ScatterSeries) ? X : tight).ScaleOver(xValues, left, right);

        DrawAxes(svg, x, y, left, right, top, bottom);
        string clip = $"{ClipPlaceholder}-{svg.NextNumber()}";
        svg.Raw($"<clipPath id=\"{clip}\"><rect x=\"{Svg.Number(left - 4)}\" y=\"{Svg.Number(top - 4)}\" "
            + $"width=\"{Svg.Number(right - left + 8)}\" height=\"{Svg.Number(PlotHeight + 8)}\"/></clipPath>");
        svg.Raw($"<g clip-path=\"url(#{clip})\">");
        for (int s = 0; s < Series.Count; s++) Series[s].Draw(svg, x, y, styles[s], Series.Count > 1);
        svg.Raw("</g>");
        DrawRules(svg, x, y, left, right, top, bottom);
        if (Series.Sum(s => s.XValues.Count()) == 0)
            svg.Text((left + right) / 2, (top + bottom) / 2, "no data", "class=\"mv-muted\" text-anchor=\"middle\"");
        return bottom + 50;
    }

    /// <summary>Draws the legend from <paramref name="top"/> and returns its lower end.</summary>
    internal double DrawLegend(Svg svg, double top)
    {
        var entries = Series.Zip(Styles()).Where(pair => pair.First.Name.Length > 0)
            .Select(pair => (pair.First.Name,
                new Action<double, double>((x, y) => pair.First.DrawMark(svg, x, y, pair.Second)))).ToList();
        return DrawLegend(svg, top, entries.Count > 1 ? entries : []);
    }

    internal override string Describe() => string.Join("; ", Series.Select(s => s.Describe(X.Label, Y.Title))
        .Concat(Rules.Where(r => r.Label.Length > 0).Select(r => $"line: {r.Label}")));

    private int[] Styles()
    {
        int next = 0;
        return [.. Series.Select(series => series.Colour ?? next++)];
    }

    private void DrawAxes(Svg svg, Scale x, Scale y, double left, double right, double top, double bottom)
    {
        for (int t = 0; t < y.Ticks.Length; t++)
        {
            double at = y.At(y.Ticks[t]);
            svg.Line(left, at, right, at, "class=\"mv-grid\"");
            svg.Text(left - 8, at + 4, y.Labels[t], "class=\"mv-tick\" text-anchor=\"end\"");
        }
        double end = double.NegativeInfinity;
        for (int t = 0; t < x.Ticks.Length; t++)
        {
            double at = x.At(x.Ticks[t]), half = Svg.Width(x.Labels[t], 11) / 2;
            svg.Line(at, bottom, at, bottom + 4, "class=\"mv-axis\"");
            if (at - half < end + 6 || at + half > Width) continue; // labels never touch
            svg.Text(at, bottom + 17, x.Labels[t], "class=\"mv-tick\" text-anchor=\"middle\"");
            end = at + half;
        }
        svg.Line(left, bottom, right, bottom, "class=\"mv-axis\"");
        svg.Text((left + right) / 2, bottom + 38, Svg.Fit(X.Title, TextSize, Width - 2 * Margin),
            "class=\"mv-muted\" text-anchor=\"middle\"");
    }

    private void DrawRules(Svg svg, Scale x, Scale y, double left, double right, double top, double bottom)
    {
        foreach (var rule in Rules)
        {
            if (rule.Vertical && x.CanShow(rule.Value))
            {
                double at = x.At(rule.Value);
                double half = Svg.Width(rule.Label, 11) / 2, middle = Math.Min(at, right - half);
                svg.Line(at, top, at, bottom, "class=\"mv-rule\"");
                // Above the data, beside the name of the y axis; inside if there is no room.
                bool above = middle - half > Margin + Svg.Width(Y.Title, TextSize) + 10;
                Label(above ? middle : at + 5, above ? top - 7 : top + 9, rule.Label, above ? "middle" : "start");
            }
            else if (!rule.Vertical && y.CanShow(rule.Value))
            {
                double at = y.At(rule.Value);
                svg.Line(left, at, right, at, "class=\"mv-rule\"");
                Label(right - 2, at - 5, rule.Label, "end");
            }
        }

        void Label(double atX, double atY, string text, string anchor) =>
            svg.Text(atX, atY, text, $"class=\"mv-tick\" text-anchor=\"{anchor}\" {Halo}");
    }
}
