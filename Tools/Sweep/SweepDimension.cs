using System.Globalization;
using ManualVae.Data;

namespace ManualVae.Tools.Sweep;

/// <summary>A setting that a sweep varies: some values, or a range of numbers.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Values">Its values; null for a range.</param>
/// <param name="Low">Low end of the range.</param>
/// <param name="High">High end of the range.</param>
/// <param name="Log">Equal ratios are equally likely, not equal differences.</param>
internal sealed record SweepDimension(string Name, string[]? Values, double Low = 0, double High = 0, bool Log = false)
{
    /// <summary>64..512 means whole numbers.</summary>
    public bool Whole => Values is null && Low == Math.Floor(Low) && High == Math.Floor(High) && High - Low >= 2;

    /// <summary>The ends on the scale of <see cref="Scaled"/>; half a number is added around whole ones.</summary>
    public (double Low, double High) Bounds => Whole ? (Scaled(Low - 0.5), Scaled(High + 0.5)) : (Scaled(Low), Scaled(High));

    /// <summary>
    /// Reads <c>name=v1,v2,v3</c> (values that are lists themselves are separated by <c>|</c>), <c>name=low..high</c> or
    /// <c>name=log:low..high</c>.
    /// </summary>
    /// <exception cref="InputException">It is none of these.</exception>
    public static SweepDimension Parse(string text)
    {
        int equals = text.IndexOf('=');
        if (equals < 1 || equals == text.Length - 1)
            throw new InputException($"--vary '{text}': write name=v1,v2,v3 or name=low..high or name=log:low..high.");
        var (name, values) = (text[..equals].TrimStart('-'), text[(equals + 1)..]);
        if (!values.Contains("..", StringComparison.Ordinal))
            return new(name, values.Split(values.Contains('|') ? '|' : ',', StringSplitOptions.TrimEntries));
        bool log = values.StartsWith("log:", StringComparison.Ordinal);
        string[] ends = (log ? values[4..] : values).Split("..");
        if (ends.Length != 2 || !Read(ends[0], out double low) || !Read(ends[1], out double high) || !(low < high)
            || (log && low <= 0))
            throw new InputException(
                $"--vary '{text}': a range is low..high with low below high{(log ? ", both above 0" : "")}.");
        return new(name, null, low, high, log);
    }

    /// <summary>The value at a share of the range, from 0 to 1.</summary>
    public string At(double share) =>
        Text(Log ? Low * Math.Pow(High / Low, share) : Low + (High - Low) * share);

    /// <summary>A number of the range as text.</summary>
    public string Text(double value) => Whole ? $"{Math.Round(value)}" : $"{value:G4}";

    /// <summary>A number on the scale on which the range is even.</summary>
    public double Scaled(double value) => Log ? Math.Log(value) : value;

    /// <summary>The number of a point on the scale, within the range.</summary>
    public double Unscaled(double point)
    {
        double value = Math.Clamp(Log ? Math.Exp(point) : point, Low, High);
        return Whole ? Math.Round(value) : value;
    }

    /// <summary>The number that a text of the range stands for.</summary>
    public static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static bool Read(string number, out double value) =>
        double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
