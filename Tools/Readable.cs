namespace ManualVae.Tools;

/// <summary>Durations, sizes and counts as people write them.</summary>
internal static class Readable
{
    /// <summary>A duration for people: <c>0:07</c>, <c>1:02:33</c>.</summary>
    public static string Clock(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
            : $"{time.Minutes}:{time.Seconds:00}";

    /// <summary>A number of bytes for people: <c>120 MiB</c>.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1L << 30 => FormattableString.Invariant($"{bytes / (1L << 30):0.0} GiB"),
        >= 1L << 20 => FormattableString.Invariant($"{bytes / (1L << 20):0} MiB"),
        _ => FormattableString.Invariant($"{bytes / 1024:0} KiB"),
    };

    /// <summary>A count with its noun: <c>1 user</c>, <c>2 users</c>.</summary>
    public static string Count(long count, string noun) =>
        FormattableString.Invariant($"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>A field of a CSV file, quoted where it must be.</summary>
    public static string CsvField(string text) => text.AsSpan().IndexOfAny(",\"\r\n") >= 0
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
