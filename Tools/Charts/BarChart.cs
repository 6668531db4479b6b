namespace ManualVae.Tools.Charts;

/// <summary>The bars of one colour, one for each category.</summary>
/// <param name="Name">Name in the legend; empty for none.</param>
/// <param name="Values">One for each category; values that are not finite are left out.</param>
/// <param name="Errors">Half the length of each error bar (a standard error, say), or null.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> Values, IReadOnlyList<double>? Errors = null)
{
    /// <summary>What follows each value: the stars of a test, say; null for nothing.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    /// <summary>Number of its colour and pattern, or null for its place among the series.</summary>
    public int? Colour { get; init; }
}

/// <summary>Horizontal bars by category, each with its value beside it. Long names of categories stay readable.</summary>
public sealed record BarChart : Figure
{
    private const double BarHeight = 16;

    /// <summary>The axis of the values; it starts at zero unless its <see cref="Axis.Min"/> is set.</summary>
    public required Axis Value { get; init; }

    /// <summary>Names of the categories, top to bottom.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>The bars: every series has one in every category.</summary>
    public required IReadOnlyList<BarSeries> Series { get; init; }

    /// <summary>A .NET format for the values, or null for three decimals, and fewer for large values.</summary>
    public string? Format { get; init; }

    /// <summary>True if a value is negative: error bars may then cross zero.</summary>
    private bool Signed => Series.Any(s => s.Values.Any(v => v < 0));

    internal override string Describe() => string.Join("; ", Categories.Select((category, c) => $"{category}: "
        + string.Join(", ", Series.Where(s => double.IsFinite(s.Values[c])).Select(s => Said(s, c)))));

    private string Said(BarSeries series, int category) =>
        $"{(series.Name.Length > 0 ? $"{series.Name} " : "")}{Text(series.Values[category])}"
            + (series.Errors?[category] is double error && error > 0 ? $" ± {Text(error).TrimStart('+')}" : "")
            + Note(series, category);

    private static string Note(BarSeries series, int category) =>
        series.Notes?[category] is { Length: > 0 } note ? $" {note}" : "";

    private string Text(double value) => Format is null && Math.Abs(value) >= 1.5 ? Scale.Readable(value)
        : value.ToString(Format ?? "0.000");

    internal override double Draw(Svg svg, double top)
    {
        if (Series.Any(s => s.Values.Count != Categories.Count || (s.Errors ?? s.Values).Count != Categories.Count
            || (s.Notes?.Count ?? Categories.Count) != Categories.Count))
            throw new ArgumentException("Every series needs one value a category.");
        var entries = Series.Select((series, s) => (series.Name, new Action<double, double>((x, y) =>
            DrawBar(svg, x + 5, y - 6, 12, 12, series.Colour ?? s, series.Name)))).ToList();
        svg.Raw(Marks.Patterns(Series.Select((series, s) => (series.Colour ?? s) + 1).DefaultIfEmpty(0).Max(), ClipPlaceholder));
        top = DrawLegend(svg, top, Series.Count > 1 ? entries : []) + 6;

        double left = Margin + Math.Min(Width / 3, Categories.Select(c => Svg.Width(c, TextSize)).DefaultIfEmpty(0).Max()) + 10;
        double notes = Series.SelectMany(s => s.Notes ?? []).Select(note => Svg.Width(note, 11)).DefaultIfEmpty(0).Max();
        double right = Width - Margin - 52 - notes; // room for the value of the longest bar
        double group = Series.Count * (BarHeight + 2) + 10, bottom = top + Categories.Count * group;
        var values = Series.SelectMany(s =>
            s.Values.SelectMany((v, c) => s.Errors?[c] is double e ? new[] { Signed ? v - e : v, v + e } : [v]));
        var scale = Value.ScaleOver(values, left, right, zero: true);
        for (int t = 0; t < scale.Ticks.Length; t++)
        {
            double at = scale.At(scale.Ticks[t]);
            svg.Line(at, top, at, bottom, "class=\"mv-grid\"");
            svg.Text(at, bottom + 16, scale.Labels[t], "class=\"mv-tick\" text-anchor=\"middle\"");
        }
        for (int c = 0; c < Categories.Count; c++)
        {
            double y = top + c * group + 5;
            svg.Text(left - 10, y + (group - 10) / 2 + 4, Svg.Fit(Categories[c], TextSize, left - Margin - 8),
                "class=\"mv-text\" text-anchor=\"end\"");
            for (int s = 0; s < Series.Count; s++, y += BarHeight + 2)
                DrawBar(svg, scale, Series[s], Series[s].Colour ?? s, c, y);
        }
        double foot = scale.At(scale.Base);
        svg.Line(foot, top, foot, bottom, "class=\"mv-axis\"");
        svg.Text((left + right) / 2, bottom + 38, Value.Title, "class=\"mv-muted\" text-anchor=\"middle\"");
        return bottom + 50;
    }

    private static void DrawBar(Svg svg, double x, double y, double width, double height, int series, string text)
    {
        svg.Rectangle(x, y, width, height, $"rx=\"2\" style=\"fill:{FigureStyle.Colour(series)}\"", text);
        if (Marks.Pattern(series, ClipPlaceholder) is string pattern)
            svg.Rectangle(x, y, width, height, $"rx=\"2\" style=\"{pattern};pointer-events:none\"");
    }

    private void DrawBar(Svg svg, Scale scale, BarSeries series, int colour, int category, double y)
    {
        double value = series.Values[category];
        if (!scale.CanShow(value)) return;
        double foot = scale.At(scale.Base), end = scale.At(value), middle = y + BarHeight / 2, tip = Math.Max(foot, end);
        DrawBar(svg, Math.Min(foot, end), y, Math.Abs(end - foot), BarHeight, colour,
            $"{Categories[category]}: {Said(series, category)}");
        if (series.Errors?[category] is double error && error > 0)
        {
            var (low, high) = (scale.At(Signed ? value - error : Math.Max(value - error, scale.Base)), scale.At(value + error));
            svg.Path($"M{Svg.Number(low)} {Svg.Number(middle)}H{Svg.Number(high)}M{Svg.Number(low)} {Svg.Number(middle - 4)}v8"
                + $"M{Svg.Number(high)} {Svg.Number(middle - 4)}v8",
                    "style=\"stroke:var(--mv-ink);stroke-width:1.2;stroke-opacity:.75;fill:none\"");
            tip = Math.Max(tip, high);
        }
        string text = Format is null && scale.Ticks[^1] >= 1.5 ? Scale.Readable(value) : value.ToString(Format ?? "0.000");
        svg.Text(tip + 6, middle + 4, text + Note(series, category), $"class=\"mv-tick\" {Halo}");
    }
}
