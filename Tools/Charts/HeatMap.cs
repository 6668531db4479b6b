using System.Text;

namespace ManualVae.Tools.Charts;

/// <summary>
/// A matrix as coloured cells with a colour bar. If values have both signs, the background's colour is at zero and each sign has
/// its own colour. Otherwise the colour runs from the background's (the smallest value) to the full colour (the largest).
/// </summary>
public sealed record HeatMap : Figure
{
    private const int Shades = 32;

    /// <summary>Values by row and column; cells that are not finite stay blank.</summary>
    public required double[,] Values { get; init; }

    /// <summary>The quantity that the colours show.</summary>
    public required Axis Value { get; init; }

    /// <summary>Title of the columns.</summary>
    public required string Columns { get; init; }

    /// <summary>Title of the rows.</summary>
    public required string Rows { get; init; }

    /// <summary>Name of each column, or null for their numbers.</summary>
    public IReadOnlyList<string>? ColumnNames { get; init; }

    /// <summary>Name of each row, or null for their numbers.</summary>
    public IReadOnlyList<string>? RowNames { get; init; }

    /// <summary>Lines before these rows and columns: borders of groups.</summary>
    public IReadOnlyList<int> Borders { get; init; } = [];

    internal override string Describe()
    {
        double[] finite = [.. Values.Cast<double>().Where(double.IsFinite)];
        string size = $"{Values.GetLength(0)} rows ({Rows}) by {Values.GetLength(1)} columns ({Columns})";
        return finite.Length == 0 ? "no data" : $"{size}; "
            + $"{Value.Title} {Scale.Readable(finite.Min())} to {Scale.Readable(finite.Max())}";
    }

    internal override double Draw(Svg svg, double top)
    {
        int rows = Values.GetLength(0), columns = Values.GetLength(1);
        var finite = Values.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        bool diverging = finite.Min() < 0 && finite.Max() > 0;
        double high = diverging ? Math.Max(-finite.Min(), finite.Max()) : finite.Max(), low = diverging ? -high : finite.Min();
        if (high <= low) high = low + 1;

        top = DrawColourBar(svg, top, low, high, diverging) + 22;
        svg.Text(Margin, top - 8, $"{Rows} ↓", "class=\"mv-muted\"");
        double left = Margin + (RowNames is null ? 34
            : Math.Min(Width / 3, RowNames.Select(n => Svg.Width(n, 11)).DefaultIfEmpty(0).Max()) + 8);
        double cell = Math.Min((Width - Margin - left) / Math.Max(1, columns), 44);
        double height = Math.Max(1.5, Math.Min(cell, 26));
        if (columns > 40) height = cell = Math.Max(1, Math.Floor(cell)); // many columns: square cells on whole pixels
        // One path for each shade keeps the file of a map of 10,000 cells small.
        var shades = new StringBuilder[2 * Shades + 1];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                double value = Values[row, column];
                if (!double.IsFinite(value)) continue;
                int shade = diverging ? (int)Math.Round(value / high * Shades)
                    : (int)Math.Round((value - low) / (high - low) * Shades);
                (shades[shade + Shades] ??= new()).Append($"M{Svg.Number(left + column * cell)} {Svg.Number(top + row * height)}")
                    .Append($"h{Svg.Number(cell)}v{Svg.Number(height)}h{Svg.Number(-cell)}z");
            }
        for (int s = 0; s < shades.Length; s++)
            if (shades[s] is not null) svg.Path(shades[s].ToString(), Fill(s - Shades));
        double bottom = top + rows * height;
        svg.Rectangle(left, top, columns * cell, rows * height, "style=\"fill:none;stroke:var(--mv-grid)\"");
        foreach (int border in Borders)
        {
            svg.Line(left + border * cell, top, left + border * cell, bottom, "class=\"mv-border\"");
            svg.Line(left, top + border * height, left + columns * cell, top + border * height, "class=\"mv-border\"");
        }
        DrawNames(svg, left, top, bottom, cell, height, rows, columns);
        svg.Text(left + columns * cell / 2, bottom + 38, $"{Columns} →", "class=\"mv-muted\" text-anchor=\"middle\"");
        return bottom + 50;
    }

    private void DrawNames(Svg svg, double left, double top, double bottom, double cell, double height, int rows, int columns)
    {
        // A name is left out where it would touch the one before.
        double end = double.NegativeInfinity;
        for (int row = 0; row < rows; row++)
        {
            string name = RowNames?[row] ?? $"{row}";
            double y = top + (row + 0.5) * height + 4;
            if (name.Length == 0 || y < end + 12) continue;
            svg.Text(left - 6, y, Svg.Fit(name, 11, left - Margin), "class=\"mv-tick\" text-anchor=\"end\"");
            end = y;
        }
        end = double.NegativeInfinity;
        for (int column = 0; column < columns; column++)
        {
            string name = ColumnNames?[column] ?? $"{column}";
            double x = left + (column + 0.5) * cell, half = Svg.Width(name, 11) / 2;
            if (name.Length == 0 || x - half < end + 6) continue;
            svg.Text(x, bottom + 16, name, "class=\"mv-tick\" text-anchor=\"middle\"");
            end = x + half;
        }
    }

    private double DrawColourBar(Svg svg, double top, double low, double high, bool diverging)
    {
        double x = Margin + Svg.Width(Scale.Readable(low), 11) + 8;
        svg.Text(x - 8, top + 11, Scale.Readable(low), "class=\"mv-tick\" text-anchor=\"end\"");
        int first = diverging ? -Shades : 0, step = diverging ? 3 : 5, width = step * (Shades - first + 1);
        x = Math.Round(x); // whole pixels: no seams
        for (int shade = first; shade <= Shades; shade++) svg.Rectangle(x + (shade - first) * step, top, step, 14, Fill(shade));
        svg.Rectangle(x, top, width, 14, "style=\"fill:none;stroke:var(--mv-grid)\"");
        string upper = Scale.Readable(high);
        svg.Text(x + width + 8, top + 11, upper, "class=\"mv-tick\"");
        svg.Text(x + width + 20 + Svg.Width(upper, 11), top + 11, Value.Title, "class=\"mv-muted\"");
        return top + 20;
    }

    private static string Fill(int shade) =>
        $"style=\"fill:var(--mv-{(shade < 0 ? "cold" : "hot")});fill-opacity:"
            + $"{Svg.Number(Math.Abs(shade) / (double)Shades)}\" shape-rendering=\"crispEdges\"";
}
