using System.Globalization;
using ManualVae.Data;

namespace ManualVae.Tools;

/// <summary>Amounts of memory as people write them.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ];

    /// <summary>Reads <c>2GiB</c>, <c>1.5 GB</c>, <c>800MiB</c>.</summary>
    /// <param name="flag">Named in the message.</param>
    /// <param name="text">The value.</param>
    /// <exception cref="InputException">No amount above 0 with a unit.</exception>
    public static long Read(string flag, string text)
    {
        foreach (var (unit, bytes) in Units)
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite,
                    CultureInfo.InvariantCulture, out double number)
                && number * bytes is >= 1 and < long.MaxValue)
                return (long)(number * bytes);
        throw new InputException($"{flag} '{text}': give an amount such as 800MiB or 2GiB.");
    }
}
