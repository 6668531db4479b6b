using System.Globalization;

namespace ManualVae.Tools;

/// <summary>Durations, sizes, counts and folders as people write them.</summary>
internal static class Readable
{
    /// <summary>A duration for people: <c>0:07</c>, <c>1:02:33</c>.</summary>
    public static string Clock(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
            : $"{time.Minutes}:{time.Seconds:00}";

    /// <summary>A number of bytes for people: <c>120 MiB</c>.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes / (1L << 30):0.0} GiB",
        >= 1L << 20 => $"{bytes / (1L << 20):0} MiB",
        _ => $"{bytes / 1024:0} KiB",
    };

    /// <summary>The name of a folder, however its path is written.</summary>
    public static string Folder(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    /// <summary>A count with its noun: <c>1 user</c>, <c>2 users</c>.</summary>
    public static string Count(long count, string noun) => $"{count:#,0} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>
    /// A field of a CSV file, quoted where it must be. A text that a spreadsheet would run as a formula gets an apostrophe
    /// before it; numbers stay as they are.
    /// </summary>
    public static string CsvField(string text)
    {
        if (text.Length > 0 && "=+-@\t\r".Contains(text[0])
            && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) text = "'" + text;
        return CsvQuoted(text);
    }

    /// <summary>
    /// An id in a CSV file. It stays as it is, so that other programs find it again; only one that would act in a spreadsheet, by
    /// a call or a link to another program, gets the apostrophe.
    /// </summary>
    public static string CsvId(string id) => id.AsSpan().IndexOfAny('(', '!', '|') > 0 ? CsvField(id) : CsvQuoted(id);

    private static string CsvQuoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") >= 0
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    /// <summary>A difference: +0.0123, -0.0001, 0.0000 for what rounds to nothing.</summary>
    public static string Signed(double difference) => difference.ToString("+0.0000;-0.0000;0.0000");
}
