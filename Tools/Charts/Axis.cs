namespace ManualVae.Tools.Charts;

/// <summary>A named axis. The data gives its range unless <see cref="Min"/> or <see cref="Max"/> is set.</summary>
/// <param name="Label">The quantity: <c>epoch</c>, <c>time</c>.</param>
/// <param name="Unit">Its unit, or null: <c>s</c>, <c>GFLOP/s</c>.</param>
public sealed record Axis(string Label, string? Unit = null)
{
    /// <summary>True for a logarithmic axis; values of zero or less are not drawn.</summary>
    public bool Log { get; init; }

    /// <summary>Lower end, or null for that of the data.</summary>
    public double? Min { get; init; }

    /// <summary>Upper end, or null for that of the data.</summary>
    public double? Max { get; init; }

    internal string Title => Unit is null ? Label : $"{Label} ({Unit})";

    /// <summary>The scale over the given values, between two pixel positions.</summary>
    internal Scale ScaleOver(IEnumerable<double> values, double from, double to, bool zero = false)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
            if (double.IsFinite(value) && (!Log || value > 0)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high) (low, high) = Log ? (1, 10) : (0, 1);
        // Room at the ends of a logarithmic axis: a mark at the first value is not cut in half.
        double room = Log ? Math.Pow(high / low, 0.03) : 1;
        (low, high) = (low / room, high * room);
        if (zero && !Log) (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        (low, high) = (Min ?? low, Max ?? high);
        if (!(high > low)) // one value: give it room on both sides
            (low, high) = Log ? (low / 2, low * 2) : low == 0 ? (0, 1) : (low - Math.Abs(low) / 2, low + Math.Abs(low) / 2);
        var scale = Log ? Scale.Logarithmic(low, high, from, to)
            : Scale.Linear(low, high, from, to, Min is not null, Max is not null);
        scale.Name = Label;
        return scale;
    }
}

/// <summary>Maps values to pixels, and has the ticks.</summary>
internal sealed class Scale
{
    private readonly double _low, _high;
    private readonly bool _log;

    private Scale(double low, double high, double from, double to, bool log, double[] ticks, string[] labels)
    {
        (_low, _high, From, To, _log) = (log ? Math.Log10(low) : low, log ? Math.Log10(high) : high, from, to, log);
        (Ticks, Labels) = (ticks, labels);
    }

    /// <summary>The quantity.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>The pixel of the lower end.</summary>
    public double From { get; }

    /// <summary>The pixel of the upper end.</summary>
    public double To { get; }

    public double[] Ticks { get; }

    /// <summary>Label of each tick.</summary>
    public string[] Labels { get; }

    /// <summary>Value at which bars start: zero, or the lower end of a logarithmic scale.</summary>
    public double Base => _log ? Math.Pow(10, _low) : Math.Clamp(0, _low, _high);

    public bool CanShow(double value) => double.IsFinite(value) && (!_log || value > 0);

    public double At(double value) => From + (To - From) * ((_log ? Math.Log10(value) : value) - _low) / (_high - _low);

    /// <summary>A linear scale. Ticks are multiples of 1, 2 or 5 times a power of ten; free ends lie on ticks.</summary>
    public static Scale Linear(double low, double high, double from, double to, bool fixLow, bool fixHigh)
    {
        double spacing = Math.Abs(to - from) < 200 ? 40 : Math.Abs(to - from) < 420 ? 46 : 80;
        double step = NiceStep((high - low) / Math.Max(2, Math.Abs(to - from) / spacing));
        long first = (long)Math.Floor(low / step + 1e-9), last = (long)Math.Ceiling(high / step - 1e-9);
        if (!fixLow) low = first * step;
        if (!fixHigh) high = last * step;
        var ticks = new List<double>();
        for (long tick = first; tick <= last; tick++)
            if (tick * step >= low - 1e-9 * step && tick * step <= high + 1e-9 * step) ticks.Add(tick * step);
        int decimals = Math.Clamp((int)-Math.Floor(Math.Log10(step) + 1e-9), 0, 12);
        double largest = Math.Max(Math.Abs(low), Math.Abs(high));
        return new(low, high, from, to, false, [.. ticks], [.. ticks.Select(tick => Label(tick, decimals, largest))]);
    }

    public static Scale Logarithmic(double low, double high, double from, double to)
    {
        double decades = Math.Log10(high / low);
        const double Wide = 120; // pixels of a decade in which labels at 1, 2 and 5 do not touch
        int[] within = decades <= 1.6 ? [1, 2, 3, 5, 7]
            : decades <= 3.2 || Math.Abs(to - from) >= Wide * decades ? [1, 2, 5] : [1];
        int every = Math.Max(1, (int)Math.Ceiling(decades * 44 / Math.Abs(to - from)));
        var ticks = new List<double>();
        for (int power = (int)Math.Floor(Math.Log10(low)); power <= Math.Ceiling(Math.Log10(high)); power++)
            foreach (int digit in within)
                if (power % every == 0 && digit * Math.Pow(10, power) is var tick && tick >= low * 0.999999
                    && tick <= high * 1.000001)
                    ticks.Add(tick);
        return new(low, high, from, to, true, [.. ticks], [.. ticks.Select(Decade)]);
    }

    /// <summary>A value with three significant digits or so; a very large or small one with a power of ten.</summary>
    public static string Readable(double value)
    {
        double size = Math.Abs(value);
        if (size == 0) return "0";
        return size is >= 1e5 or < 1e-4 ? Power(value)
            : value.ToString(size >= 1000 ? "#,0" : size >= 100 ? "0" : size >= 10 ? "0.#" : size >= 1 ? "0.##" : "0.####");
    }

    private static string Label(double value, int decimals, double largest)
    {
        if (Math.Abs(value) < 1e-12 * largest) return "0";
        return largest >= 1e6 || largest < 1e-3 ? Power(value) : value.ToString(largest >= 1e4 ? "#,0" : "F" + decimals);
    }

    private static string Decade(double value) => value is >= 0.001 and < 100_000 ? $"{value:#,0.####}" : Power(value);

    private static string Power(double value)
    {
        int power = (int)Math.Floor(Math.Log10(Math.Abs(value)) + 1e-9);
        string digits = $"{value / Math.Pow(10, power):0.##}";
        string raised = string.Concat($"{power}".Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
        return digits == "1" ? $"10{raised}" : digits == "-1" ? $"-10{raised}" : $"{digits}·10{raised}";
    }

    private static double NiceStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch { <= 1.0000001 => 1, <= 2.0000001 => 2, <= 5.0000001 => 5, _ => 10 } * power;
    }
}
