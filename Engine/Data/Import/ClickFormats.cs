namespace ManualVae.Data.Import;

/// <summary>The formats that an import reads: one line each.</summary>
public static class ClickFormats
{
    private static readonly SortedDictionary<string, Action<ClickSource>> Readers = new(StringComparer.Ordinal)
    {
        ["movielens-100k"] = MovieLensReader.Read100K,
        ["movielens-1m"] = MovieLensReader.Read1M,
        ["movielens"] = MovieLensReader.ReadCsv,
        ["netflix"] = NetflixReader.Read,
        ["msd"] = PairsReader.ReadMillionSong,
        ["ncf"] = NcfReader.Read,
        ["lightgcn"] = LightGcnReader.Read,
        ["pairs"] = PairsReader.Read,
        [Csv] = PairsReader.ReadCsv,
    };

    /// <summary>The published Mult-VAE folder; it holds a division of users and is read by <see cref="ProSgReader"/>.</summary>
    public const string ProSg = "pro-sg";

    /// <summary>A table whose columns are named by <see cref="ImportOptions"/>.</summary>
    public const string Csv = "csv";

    /// <summary>Names of all formats.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Readers.Keys, ProSg];

    internal static ClickSource Read(ImportOptions options, SourceFiles files)
    {
        var source = new ClickSource(options, files);
        Readers[options.Format](source);
        return source;
    }
}
