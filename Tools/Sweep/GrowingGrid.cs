namespace ManualVae.Tools.Sweep;

/// <summary>A dimension of a <see cref="GrowingGrid"/>.</summary>
/// <param name="Name">The setting.</param>
/// <param name="Values">The values to begin with, above or equal to 0.</param>
/// <param name="Growth">
/// Above 1: while the best value is the largest or the smallest, this many times as much, or as little, is tried; 0 for a fixed
/// axis.
/// </param>
internal sealed record GridAxis(string Name, IReadOnlyList<double> Values, double Growth = 0);

/// <summary>
/// A grid that grows at its edges: first all combinations of the first values; then, while the best point has an outermost value
/// of an axis, the next value of that axis with the best point's others. A best value inside the grid is no longer an edge of the
/// search, unless the number of trials ended it.
/// </summary>
internal static class GrowingGrid
{
    /// <summary>Searches.</summary>
    /// <param name="axes">The axes.</param>
    /// <param name="most">Most points that are tried; the first of the grid, in order, if it has more.</param>
    /// <param name="evaluate">The value of a point, larger is better; null if it failed.</param>
    /// <returns>The best point, the earlier one of equals; null if none has a value.</returns>
    public static IReadOnlyDictionary<string, double>? Best(IReadOnlyList<GridAxis> axes, int most,
        Func<IReadOnlyDictionary<string, double>, double?> evaluate)
    {
        var tried = new List<(Dictionary<string, double> Point, double Value)>();
        foreach (var point in Grid(axes).Take(most)) Try(point);
        while (true)
        {
            var best = tried.MaxBy(t => t.Value);
            if (best.Point is null || double.IsNegativeInfinity(best.Value)) return null;
            var next = axes.Where(axis => axis.Growth > 1)
                .SelectMany(axis => Beyond(axis, best.Point, tried.Select(t => t.Point)))
                .Take(most - tried.Count).ToList();
            if (next.Count == 0) return best.Point;
            next.ForEach(Try);
        }

        void Try(Dictionary<string, double> point) => tried.Add((point, evaluate(point) ?? double.NegativeInfinity));
    }

    private static IEnumerable<Dictionary<string, double>> Grid(IReadOnlyList<GridAxis> axes) =>
        axes.Aggregate<GridAxis, IEnumerable<Dictionary<string, double>>>([[]], (points, axis) => points.SelectMany(point =>
            axis.Values.Select(value => new Dictionary<string, double>(point) { [axis.Name] = value })));

    // What lies beyond the edges that the best point lies on: one value, or two of an axis that has one only.
    private static IEnumerable<Dictionary<string, double>> Beyond(
        GridAxis axis, Dictionary<string, double> best, IEnumerable<Dictionary<string, double>> tried)
    {
        double[] values = [.. tried.Select(point => point[axis.Name])];
        double own = best[axis.Name];
        if (own == values.Max() && own > 0) yield return new(best) { [axis.Name] = Rounded(own * axis.Growth) };
        if (own == values.Min() && own > 0) yield return new(best) { [axis.Name] = Rounded(own / axis.Growth) };
    }

    // As it is written in a command: 0.003 / 3 is 0.001.
    private static double Rounded(double value) =>
        double.Parse(value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture);
}
