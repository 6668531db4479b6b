using System.Globalization;
using ManualVae.Data;

namespace ManualVae.Tools.Runs;

/// <summary>One of several parts of a list, such as <c>2/8</c>. Each is a block; all parts in their order are the list.</summary>
/// <param name="Index">From 1.</param>
/// <param name="Count">How many parts there are.</param>
internal readonly record struct Part(int Index, int Count)
{
    /// <summary>Reads the value of <c>--part</c>; null is the only part.</summary>
    /// <exception cref="InputException">It is not I/N.</exception>
    public static Part Parse(string? text)
    {
        if (text is null) return new(1, 1);
        string[] numbers = text.Split('/');
        return numbers.Length == 2 && Whole(numbers[0]) is int index && Whole(numbers[1]) is int count
            && index >= 1 && index <= count
            ? new(index, count)
            : throw new InputException($"--part {text}: give I/N with I from 1 to N, such as 2/8.");
    }

    /// <summary>The part of a list.</summary>
    public IReadOnlyList<T> Of<T>(IReadOnlyList<T> list)
    {
        int from = (int)((long)list.Count * (Index - 1) / Count), to = (int)((long)list.Count * Index / Count);
        return Count == 1 ? list : [.. list.Skip(from).Take(to - from)];
    }

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
