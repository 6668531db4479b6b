using ManualVae.Study;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Studies;

/// <summary>Estimates with their confidence intervals as series of a figure.</summary>
internal static class IntervalSeries
{
    /// <summary>A line with a band, a point for each row.</summary>
    public static LineSeries Line<T>(string name, IReadOnlyCollection<T> rows, Func<T, double> x, Func<T, Interval> y) =>
        new(name, [.. rows.Select(x)], [.. rows.Select(row => y(row).Value)])
        {
            Low = [.. rows.Select(row => y(row).Low)], High = [.. rows.Select(row => y(row).High)], Markers = true,
        };

    /// <summary>Bars with whiskers, a bar for each row.</summary>
    public static BarSeries Bars<T>(string name, IReadOnlyCollection<T> rows, Func<T, Interval> value) =>
        new(name, [.. rows.Select(row => value(row).Value)], [.. rows.Select(row => (value(row).High - value(row).Low) / 2)]);
}
