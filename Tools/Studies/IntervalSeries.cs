using ManualVae.Study;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Studies;

/// <summary>Estimates with their confidence intervals as series of a figure.</summary>
internal static class IntervalSeries
{
    /// <summary>A line with a band.</summary>
    public static LineSeries Line(string name, IReadOnlyList<double> x, Interval[] y) =>
        new(name, x, [.. y.Select(i => i.Value)])
        {
            Low = [.. y.Select(i => i.Low)], High = [.. y.Select(i => i.High)], Markers = true,
        };

    /// <summary>Bars with whiskers.</summary>
    public static BarSeries Bars(string name, Interval[] values) =>
        new(name, [.. values.Select(i => i.Value)], [.. values.Select(i => (i.High - i.Low) / 2)]);
}
