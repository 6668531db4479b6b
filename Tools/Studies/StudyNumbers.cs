using ManualVae.Study;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Studies;

/// <summary>Measured numbers in the sentences and facts of a study.</summary>
internal static class StudyNumbers
{
    private const string None = "not measured";

    /// <summary>A number with three significant digits or so.</summary>
    public static string Number(double value) => !double.IsFinite(value) ? None
        : Math.Abs(value) is >= 0.1 and < 1 ? $"{value:0.###}" : Scale.Readable(value);

    /// <summary>An estimate and its interval: <c>0.48 (0.47 to 0.5)</c>.</summary>
    public static string Number(Interval value) => Write(value, Number);

    /// <summary>A share as a percentage.</summary>
    public static string Percent(double share) => double.IsFinite(share) ? $"{100 * share:0.0} %" : None;

    /// <summary>A share and its interval as percentages.</summary>
    public static string Percent(Interval share) => Write(share, Percent);

    private static string Write(Interval value, Func<double, string> text) =>
        !double.IsFinite(value.Value) || value.Low == value.High || !double.IsFinite(value.Low) ? text(value.Value)
            : $"{text(value.Value)} ({text(value.Low)} to {text(value.High)})";
}
