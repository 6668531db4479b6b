namespace ManualVae.Tools.Charts;

/// <summary>Shapes of marks and patterns of bars: series differ by more than colour.</summary>
internal static class Marks
{
    /// <summary>Outline of a mark of a series around a point; shapes repeat as colours do.</summary>
    /// <param name="series">Number of the series.</param>
    /// <param name="x">Centre.</param>
    /// <param name="y">Centre.</param>
    /// <param name="r">Half its size in pixels.</param>
    public static string Shape(int series, double x, double y, double r)
    {
        string n(double value) => Svg.Number(value);
        string at = $"M{n(x)} {n(y)}";
        return (series % FigureStyle.Colours) switch
        {
            0 => $"{at}m{n(-r)} 0a{n(r)} {n(r)} 0 1 0 {n(2 * r)} 0a{n(r)} {n(r)} 0 1 0 {n(-2 * r)} 0z",
            1 => $"{at}m{n(-r)} {n(-r)}h{n(2 * r)}v{n(2 * r)}h{n(-2 * r)}z",
            2 => $"{at}m0 {n(-1.3 * r)}l{n(1.2 * r)} {n(2.2 * r)}h{n(-2.4 * r)}z",
            3 => $"{at}m0 {n(-1.4 * r)}l{n(1.4 * r)} {n(1.4 * r)}l{n(-1.4 * r)} {n(1.4 * r)}l{n(-1.4 * r)} {n(-1.4 * r)}z",
            4 => $"{at}m0 {n(1.3 * r)}l{n(1.2 * r)} {n(-2.2 * r)}h{n(-2.4 * r)}z",
            5 => $"{at}m{n(-r / 2)} {n(-1.4 * r)}h{n(r)}v{n(2.8 * r)}h{n(-r)}z",
            6 => $"{at}m{n(-1.4 * r)} {n(-r / 2)}h{n(2.8 * r)}v{n(r)}h{n(-2.8 * r)}z",
            _ => $"{at}m{n(-1.3 * r)} 0l{n(2.2 * r)} {n(-1.2 * r)}v{n(2.4 * r)}z",
        };
    }

    /// <summary>Definitions of the patterns of that many series; the first has none.</summary>
    public static string Patterns(int series, string id) => series < 2 ? "" : "<defs>" + string.Concat(
        Enumerable.Range(1, Math.Min(series, FigureStyle.Colours) - 1).Select(s =>
            $"<pattern id=\"{id}-p{s}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path d=\"{Lines[s]}\" "
            + "style=\"fill:none;stroke:var(--mv-paper);stroke-width:1.3;stroke-opacity:.75\"/></pattern>")) + "</defs>";

    /// <summary>The fill of a bar's pattern, or null for the first series.</summary>
    public static string? Pattern(int series, string id) =>
        series % FigureStyle.Colours is > 0 and var s ? $"fill:url(#{id}-p{s})" : null;

    private static readonly string[] Lines =
    [
        "", "M-1 7L7-1M-4 4L4-4M2 10L10 2", "M0 3H6", "M3 0V6", "M-1-1L7 7M-4 2L4 10M2-4L10 4", "M0 3H6M3 0V6",
        "M1.5 3H4.5", "M-1 7L7-1M-1-1L7 7",
    ];
}
