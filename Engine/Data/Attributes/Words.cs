using System.Globalization;
using System.Text;

namespace ManualVae.Data.Attributes;

/// <summary>
/// The words of a text: longest runs of letters, digits and marks of any script, in lower case. An apostrophe between two letters
/// belongs to its word, and an English genitive's ending goes: "Andy's don't" has <c>andy</c> and <c>don't</c>. Words of one
/// character are left out. There is no list of stop words.
/// </summary>
internal static class Words
{
    private const char Apostrophe = '\'';

    /// <summary>The words in their order.</summary>
    public static IEnumerable<string> Of(string text)
    {
        text = text.Replace('\u2019', Apostrophe).Replace('\u02BC', Apostrophe).ToLowerInvariant();
        int start = -1, characters = 0;
        for (int at = 0; at <= text.Length;)
        {
            int length = 1;
            bool inside = false;
            if (at < text.Length)
            {
                if (!Rune.TryGetRuneAt(text, at, out var rune)) rune = Rune.ReplacementChar;
                length = rune.Utf16SequenceLength;
                inside = IsPart(rune) || text[at] == Apostrophe && start >= 0 && IsLetterBefore(text, at)
                    && Rune.TryGetRuneAt(text, Math.Min(at + 1, text.Length - 1), out var next) && Rune.IsLetter(next);
            }
            if (inside)
            {
                if (start < 0) (start, characters) = (at, 0);
                characters++;
            }
            else if (start >= 0)
            {
                string word = text[start..at];
                if (word.EndsWith("'s", StringComparison.Ordinal)) (word, characters) = (word[..^2], characters - 2);
                if (characters > 1) yield return word;
                start = -1;
            }
            at += length;
        }
    }

    private static bool IsPart(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber;

    private static bool IsLetterBefore(string text, int at) =>
        Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out _) == System.Buffers.OperationStatus.Done
            && (Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark);
}
