namespace ManualVae.Tests;

/// <summary>
/// Changes texts as other programs and hostile people write them; the same seed gives the same changes. Beside
/// <see cref="Mutations"/>, whose changes are those of lines and bytes.
/// </summary>
internal static class TextMutations
{
    // Not UTF-8: a lone byte, an overlong form, half of a pair, a cut letter. Then control characters, an escape code, ends of
    // lines, numbers out of range.
    private static readonly byte[][] Strange =
    [
        [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0], "\u001b[2J"u8.ToArray(), [0x0b], [0x85], [0xc2, 0x85],
        [0xe2, 0x80, 0xa8], "\r"u8.ToArray(), "\r\n"u8.ToArray(), "\t"u8.ToArray(), "\""u8.ToArray(),
        "\n"u8.ToArray(), "-1"u8.ToArray(), "99999999999999999999"u8.ToArray(), "NaN"u8.ToArray(), "1e400"u8.ToArray(),
    ];

    private static readonly byte[][] Marks =
        [[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff], [0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff]];

    /// <summary>
    /// One to three changes: strange bytes put in (the same ones into two lines, too), a byte-order mark, a changed line.
    /// </summary>
    public static byte[] Of(byte[] text, Random random)
    {
        for (int n = random.Next(1, 4); n > 0; n--)
            text = random.Next(5) switch
            {
                0 => Inserted(text, 0, Marks[random.Next(Marks.Length)]),
                1 => Mutations.Lines(text, random),
                2 => Twice(text, random),
                _ => Inserted(text, random.Next(text.Length + 1), Strange[random.Next(Strange.Length)]),
            };
        return text;
    }

    // The same strange bytes at the same place of two lines: an id that appears again.
    private static byte[] Twice(byte[] text, Random random)
    {
        byte[] strange = Strange[random.Next(Strange.Length)];
        int first = random.Next(text.Length + 1), line = Array.IndexOf(text, (byte)'\n', Math.Min(first, text.Length - 1));
        if (line < 0) return Inserted(text, first, strange);
        int start = text.AsSpan(0, first).LastIndexOf((byte)'\n') + 1, second = Math.Min(text.Length, line + 1 + first - start);
        return Inserted(Inserted(text, second, strange), first, strange);
    }

    private static byte[] Inserted(byte[] text, int at, byte[] bytes) => [.. text[..at], .. bytes, .. text[at..]];
}
