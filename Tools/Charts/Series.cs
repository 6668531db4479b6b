using System.Text;

namespace ManualVae.Tools.Charts;

/// <summary>Data that is drawn over the axes of a <see cref="Chart"/>.</summary>
/// <param name="Name">Name in the legend; empty for none.</param>
public abstract record Series(string Name)
{
    /// <summary>Number of its colour, or null for the next free one. Series with the same number have the same colour.</summary>
    public int? Colour { get; init; }

    internal abstract IEnumerable<double> XValues { get; }

    internal abstract IEnumerable<double> YValues { get; }

    /// <summary>True if the value axis must start at zero.</summary>
    internal virtual bool NeedsZero => false;

    /// <summary>Draws the data.</summary>
    /// <param name="svg">The figure.</param>
    /// <param name="x">Scale of x.</param>
    /// <param name="y">Scale of y.</param>
    /// <param name="style">Number of its colour and mark.</param>
    /// <param name="several">True to tell it from others by marks too.</param>
    internal abstract void Draw(Svg svg, Scale x, Scale y, int style, bool several);

    /// <summary>What it shows, in words.</summary>
    internal virtual string Describe(string x, string y)
    {
        double[] xs = [.. XValues.Where(double.IsFinite)], ys = [.. YValues.Where(double.IsFinite)];
        string name = Name.Length > 0 ? $"{Name}: " : "";
        return xs.Length == 0 || ys.Length == 0 ? $"{name}no data" : $"{name}{x} {Scale.Readable(xs.Min())} to "
            + $"{Scale.Readable(xs.Max())}, {y} {Scale.Readable(ys.Min())} to {Scale.Readable(ys.Max())}";
    }

    /// <summary>What shows while the pointer is over a point.</summary>
    private protected string At(Scale x, Scale y, double atX, double atY) =>
        $"{(Name.Length > 0 ? $"{Name}: " : "")}{x.Name} {Scale.Readable(atX)}, {y.Name} {Scale.Readable(atY)}";

    /// <summary>Draws its mark in the legend: 20 pixels wide, centred vertically at <paramref name="y"/>.</summary>
    internal abstract void DrawMark(Svg svg, double x, double y, int style);

    private protected static void CheckLengths(int expected, params IReadOnlyList<double>?[] others)
    {
        if (others.Any(other => other is not null && other.Count != expected))
            throw new ArgumentException("The values of a series must be equally many.");
    }
}

/// <summary>Points joined by a line. A value that is not finite interrupts the line.</summary>
public sealed record LineSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y) : Series(Name)
{
    /// <summary>Lower edge of the confidence band at each point, or null.</summary>
    public IReadOnlyList<double>? Low { get; init; }

    /// <summary>Upper edge of the confidence band at each point, or null.</summary>
    public IReadOnlyList<double>? High { get; init; }

    /// <summary>True for a dashed line: predictions, controls, targets.</summary>
    public bool Dashed { get; init; }

    /// <summary>Most points of a line that show their values under the pointer.</summary>
    private const int MostHovers = 200;

    /// <summary>True to mark each point.</summary>
    public bool Markers { get; init; }

    internal override IEnumerable<double> XValues => X;

    internal override IEnumerable<double> YValues => Y.Concat(Low ?? []).Concat(High ?? []);

    internal override void Draw(Svg svg, Scale x, Scale y, int style, bool several)
    {
        string colour = FigureStyle.Colour(style);
        CheckLengths(X.Count, Y, Low, High);
        bool Shown(int i) => x.CanShow(X[i]) && y.CanShow(Y[i]);
        if (Low is not null && High is not null)
            foreach (var (start, end) in Runs(i => x.CanShow(X[i]) && y.CanShow(Low[i]) && y.CanShow(High[i])))
            {
                var band = new StringBuilder();
                for (int i = start; i < end; i++) Append(band, x.At(X[i]), y.At(High[i]));
                for (int i = end - 1; i >= start; i--) Append(band, x.At(X[i]), y.At(Low[i]));
                svg.Path(band.Append('Z').ToString(), $"style=\"fill:{colour};fill-opacity:.16\"");
            }
        foreach (var (start, end) in Runs(Shown))
        {
            var line = new StringBuilder();
            for (int i = start; i < end; i++) Append(line, x.At(X[i]), y.At(Y[i]));
            if (end - start > 1)
                svg.Path(line.ToString(), $"style=\"fill:none;stroke:{colour};stroke-width:2;stroke-linejoin:round{Dashes}\"");
            int every = Markers || end - start == 1 ? 1 : several ? Math.Max(1, (end - start + 7) / 8) : int.MaxValue;
            for (int i = start; i < end && every < int.MaxValue; i += every)
                svg.Path(Marks.Shape(style, x.At(X[i]), y.At(Y[i]), 3), $"style=\"fill:{colour};stroke:var(--mv-paper)\"");
        }
        int step = (X.Count + MostHovers - 1) / MostHovers;
        for (int i = 0; i < X.Count; i += Math.Max(1, step))
            if (Shown(i)) svg.Hover(x.At(X[i]), y.At(Y[i]), At(x, y, X[i], Y[i]) + Between(i));
    }

    private string Between(int i) => Low is not null && High is not null && double.IsFinite(Low[i])
        ? $" ({Scale.Readable(Low[i])} to {Scale.Readable(High[i])})" : "";

    internal override void DrawMark(Svg svg, double x, double y, int style)
    {
        string colour = FigureStyle.Colour(style);
        if (Low is not null) svg.Rectangle(x, y - 5, 20, 10, $"style=\"fill:{colour};fill-opacity:.16\"");
        svg.Line(x, y, x + 20, y, $"style=\"stroke:{colour};stroke-width:2{Dashes}\"");
        svg.Path(Marks.Shape(style, x + 10, y, 3), $"style=\"fill:{colour}\"");
    }

    private string Dashes => Dashed ? ";stroke-dasharray:6 4" : "";

    private IEnumerable<(int Start, int End)> Runs(Func<int, bool> shown)
    {
        for (int i = 0; i < X.Count;)
        {
            int start = i;
            while (i < X.Count && shown(i)) i++;
            if (i > start) yield return (start, i);
            else i++;
        }
    }

    private static void Append(StringBuilder path, double x, double y) =>
        path.Append(path.Length == 0 ? 'M' : 'L').Append(Svg.Number(x)).Append(' ').Append(Svg.Number(y));
}

/// <summary>Separate points.</summary>
public sealed record ScatterSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y) : Series(Name)
{
    /// <summary>Radius in pixels; the default is smaller for many points.</summary>
    public double? Radius { get; init; }

    internal override IEnumerable<double> XValues => X;

    internal override IEnumerable<double> YValues => Y;

    internal override void Draw(Svg svg, Scale x, Scale y, int style, bool several)
    {
        string colour = FigureStyle.Colour(style);
        CheckLengths(X.Count, Y);
        // One path for all points takes a fraction of the size of an element for each.
        double radius = Radius ?? (X.Count > 2000 ? 1.2 : X.Count > 300 ? 2 : 3.2);
        double opacity = X.Count > 2000 ? .35 : X.Count > 300 ? .55 : .85;
        var dots = new StringBuilder();
        for (int i = 0; i < X.Count; i++)
            if (x.CanShow(X[i]) && y.CanShow(Y[i]))
                dots.Append(style == 0 ? $"M{Svg.Number(x.At(X[i]))} {Svg.Number(y.At(Y[i]))}h0"
                    : Marks.Shape(style, x.At(X[i]), y.At(Y[i]), radius));
        svg.Path(dots.ToString(), style == 0
            ? $"style=\"fill:none;stroke-linecap:round;stroke:{colour};stroke-width:{Svg.Number(2 * radius)};"
                + $"stroke-opacity:{Svg.Number(opacity)}\""
            : $"style=\"fill:{colour};fill-opacity:{Svg.Number(opacity)}\"");
        if (X.Count > MostHovers) return;
        for (int i = 0; i < X.Count; i++)
            if (x.CanShow(X[i]) && y.CanShow(Y[i])) svg.Hover(x.At(X[i]), y.At(Y[i]), At(x, y, X[i], Y[i]));
    }

    private const int MostHovers = 300;

    internal override void DrawMark(Svg svg, double x, double y, int style) =>
        svg.Path(Marks.Shape(style, x + 12, y, 4), $"style=\"fill:{FigureStyle.Colour(style)}\"");
}

/// <summary>Touching columns over intervals of the x axis: a histogram.</summary>
/// <param name="Name">Name in the legend; empty for none.</param>
/// <param name="Edges">Ends of the intervals, increasing; one more than columns.</param>
/// <param name="Heights">Height of each column.</param>
public sealed record HistogramSeries(string Name, IReadOnlyList<double> Edges, IReadOnlyList<double> Heights) : Series(Name)
{
    /// <summary>Counts the values in bins of equal width between the smallest and the largest value.</summary>
    public static HistogramSeries Of(string name, IReadOnlyCollection<double> values, int bins = 30)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        double low = finite.DefaultIfEmpty(0).Min(), high = finite.DefaultIfEmpty(1).Max();
        if (!(high > low)) (low, high) = (low - 0.5, low + 0.5);
        var counts = new double[bins];
        foreach (double value in finite) counts[Math.Min(bins - 1, (int)((value - low) / (high - low) * bins))]++;
        return new(name, [.. Enumerable.Range(0, bins + 1).Select(i => low + (high - low) * i / bins)], counts);
    }

    internal override IEnumerable<double> XValues => Edges;

    internal override IEnumerable<double> YValues => Heights;

    internal override bool NeedsZero => true;

    internal override void Draw(Svg svg, Scale x, Scale y, int style, bool several)
    {
        string colour = FigureStyle.Colour(style);
        CheckLengths(Edges.Count - 1, Heights);
        for (int i = 0; i < Heights.Count; i++)
        {
            if (!y.CanShow(Heights[i]) || !x.CanShow(Edges[i]) || !x.CanShow(Edges[i + 1])) continue;
            double left = x.At(Edges[i]), top = y.At(Heights[i]), foot = y.At(y.Base);
            svg.Rectangle(left + 0.5, Math.Min(top, foot), x.At(Edges[i + 1]) - left - 1, Math.Abs(foot - top),
                $"style=\"fill:{colour};fill-opacity:.65\"",
                $"{x.Name} {Scale.Readable(Edges[i])} to {Scale.Readable(Edges[i + 1])}: {Heights[i]:#,0} {y.Name}");
        }
    }

    internal override void DrawMark(Svg svg, double x, double y, int style) =>
        svg.Rectangle(x + 5, y - 6, 12, 12, $"rx=\"2\" style=\"fill:{FigureStyle.Colour(style)};fill-opacity:.65\"");
}
