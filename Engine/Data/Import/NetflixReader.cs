using System.Text;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// The Netflix prize: a movie's line "ID:" and under it lines "user,rating,date". One file a movie (<c>mv_0000001.txt</c> and
/// so on, in a folder or in <c>training_set</c> inside it) or the four <c>combined_data_N.txt</c>. Titles from
/// <c>movie_titles.csv</c> or <c>.txt</c> (id,year,title; Latin-1; the title may hold commas).
/// </summary>
internal static class NetflixReader
{
    /// <summary>Reads the folder or one file.</summary>
    public static void Read(ClickSource source)
    {
        source.HasTimes = true;
        string input = source.Options.Input;
        string folder = SourceFiles.IsFolder(input) ? input : Path.GetDirectoryName(Path.GetFullPath(input))!;
        if (SourceFiles.TryFind(folder, "movie_titles.csv", "movie_titles.txt") is { } titles) ReadTitles(source, titles);
        foreach (string file in Files(input)) ReadFile(source, file);
    }

    private static IEnumerable<string> Files(string input)
    {
        if (!SourceFiles.IsFolder(input)) return [SourceFiles.Find(input)];
        foreach (string folder in new[] { input, Path.Combine(input, "training_set") })
            foreach (string pattern in new[] { "combined_data_*.txt*", "mv_*.txt*" })
                if (SourceFiles.Files(folder, pattern) is { Length: > 0 } found) return found;
        var (name, format) = (Setting(nameof(ImportOptions.Input)), Setting(nameof(ImportOptions.Format)));
        throw About(
            $"{input}: holds no mv_*.txt and no combined_data_*.txt (plain or compressed); check {name} and {format}.");
    }

    private static void ReadFile(ClickSource source, string path)
    {
        using var table = new TableReader(source.Files, path, ",");
        byte[]? movie = null;
        table.ForEach(() =>
        {
            if (table.FieldCount == 1 && table.Bytes(0) is [.. var id, (byte)':'] && id.Length > 0)
            {
                movie = id.ToArray();
                return;
            }
            table.Expect(3, 3, "user,rating,date under a movie's line 'ID:'");
            if (movie is null) throw table.Malformed("a rating before any movie's line 'ID:'");
            source.Add(source.Train, table.Id(0, "user"), movie, source.Rating(table, 1), table.Time(2));
        });
    }

    private static void ReadTitles(ClickSource source, string path)
    {
        using var table = new TableReader(source.Files, path, ",");
        var title = new StringBuilder();
        while (table.Read())
        {
            table.Expect(3, int.MaxValue, "id,year,title");
            title.Clear().Append(table.Text(2));
            for (int field = 3; field < table.FieldCount; field++) title.Append(", ").Append(table.Text(field));
            string year = table.Text(1);
            source.Descriptions[table.Text(0)] = (year is "NULL" or "" ? title.ToString() : $"{title} ({year})", null);
        }
    }
}
