namespace ManualVae.Study;

/// <summary>An estimate with its 95 % confidence interval.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct Interval(double Value, double Low, double High)
{
    /// <summary>A number whose uncertainty is not estimated.</summary>
    public static Interval Exactly(double value) => new(value, value, value);

    /// <summary>The difference of two estimates taken as independent; too wide if they are positively correlated.</summary>
    public static Interval operator -(Interval a, Interval b)
    {
        double value = a.Value - b.Value, half = 0.5 * Math.Sqrt(Math.Pow(a.High - a.Low, 2) + Math.Pow(b.High - b.Low, 2));
        return new(value, value - half, value + half);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        double.IsNaN(Value) ? "-" : Low == High ? Short(Value) : $"{Short(Value)} [{Short(Low)}, {Short(High)}]";

    /// <summary>Three decimals at most, and no -0.</summary>
    private static string Short(double value) => FormattableString.Invariant($"{Math.Round(value, 3) + 0.0:0.###}");
}
