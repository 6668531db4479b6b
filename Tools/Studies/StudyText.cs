using System.Globalization;
using ManualVae.Data;

namespace ManualVae.Tools.Studies;

/// <summary>Text of studies: rows of printed tables, and lists of numbers.</summary>
internal static class StudyText
{
    /// <summary>A row of a printed table: the first cell to the left, the others right-aligned.</summary>
    public static string Row(params string[] cells) =>
        cells[0].PadRight(34) + string.Concat(cells.Skip(1).Select(cell => cell.PadLeft(24)));

    /// <summary>Invariant text.</summary>
    public static string Text(FormattableString text) => FormattableString.Invariant(text);

    /// <summary>Numbers separated by commas.</summary>
    /// <exception cref="InputException">A part is not a number of 0 or more.</exception>
    public static double[] Numbers(string flag, string text) => [.. text.Split(',').Select(part =>
        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value >= 0
            ? value
            : throw new InputException(
                $"{flag} {text}: '{part}' is not a number of 0 or more; give numbers separated by commas."))];
}
