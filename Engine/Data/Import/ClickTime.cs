namespace ManualVae.Data.Import;

/// <summary>When a click happened, in the unit of its source: whole units and a fraction of one, 0 where there is none.</summary>
internal readonly record struct ClickTime(long Whole, double Fraction = 0)
{
    /// <summary>The time of a number; null where it is too large.</summary>
    public static ClickTime? Of(double value) => Math.Abs(value) < 9e18
        ? new ClickTime((long)Math.Floor(value), value - Math.Floor(value)) : null;

    /// <summary>The time as a number that sorts as <see cref="double"/> values do, for a log that has fractions.</summary>
    public long FractionalKey => KeyOf(Whole + Fraction);

    /// <summary>A number that sorts as the value does among those of <see cref="FractionalKey"/>.</summary>
    public static long KeyOf(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        return bits >= 0 ? bits : long.MinValue - bits;
    }
}
