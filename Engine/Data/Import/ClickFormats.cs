using static ManualVae.Data.InputException;

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
        ["csv"] = PairsReader.ReadCsv,
    };

    /// <summary>The published Mult-VAE folder; it holds a division of users and is read by <see cref="ProSgReader"/>.</summary>
    public const string ProSg = "pro-sg";

    /// <summary>Names of all formats.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Readers.Keys, ProSg];

    /// <summary>Reads a source, except the published folder.</summary>
    /// <exception cref="InputException">No such format, or the files cannot be read.</exception>
    internal static ClickSource Read(ImportOptions options, SourceFiles files)
    {
        if (!Readers.TryGetValue(options.Format, out var read))
            throw About($"{Setting(nameof(options.Format))} {options.Format}: unknown; use one of {string.Join(", ", Names)}.");
        return files.Text.Read(options, () =>
        {
            var source = new ClickSource(options, files);
            read(source);
            return source;
        });
    }
}
