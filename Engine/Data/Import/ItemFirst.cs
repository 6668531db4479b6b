namespace ManualVae.Data.Import;

/// <summary>Notices lines of Amazon's reviews, whose item (an ASIN or ISBN) stands before the user.</summary>
internal sealed class ItemFirst
{
    private long _lines;
    private bool _all = true;

    /// <summary>True where every line so far reads as an Amazon item and an Amazon user.</summary>
    public bool IsLikely => _all && _lines > 1;

    /// <summary>Looks at the first two fields of a line.</summary>
    public void Add(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        _lines++;
        _all = _all && IsCode(second) && second[0] == 'A' && IsCode(first) && (first[0] == 'B' || first.Length == 10);
    }

    private static bool IsCode(ReadOnlySpan<byte> id)
    {
        bool digit = false;
        foreach (byte letter in id)
        {
            if (!char.IsAsciiDigit((char)letter) && !char.IsAsciiLetterUpper((char)letter)) return false;
            digit |= char.IsAsciiDigit((char)letter);
        }
        return digit && id.Length >= 3;
    }
}
