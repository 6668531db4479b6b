using System.Globalization;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// One of the folds of a cross-validation: this fold is the test, the next one (after the last: the first) validation.
/// </summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">Folds in all, at least 3.</param>
internal readonly record struct Fold(int Index, int Count)
{
    /// <summary>The fold that validates.</summary>
    public int Validation => (Index + 1) % Count;

    /// <summary>Reads a text such as <c>1/5</c>, or null.</summary>
    /// <exception cref="InputException">Not of that form.</exception>
    public static Fold? Parse(string? text)
    {
        if (text is null) return null;
        string[] parts = text.Split('/');
        return parts.Length == 2 && Whole(parts[0]) is int index && Whole(parts[1]) is int count && count >= 3
            && index >= 1 && index <= count
            ? new(index - 1, count)
            : throw About($"{Setting(nameof(Fold))} {text}: give I/K with 3 or more folds, such as 1/5.");
    }

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
