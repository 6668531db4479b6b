using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// JSON lines: an object a line. The properties that are asked for become the fields of a table, so that numbers, times and
/// faulty lines are treated as everywhere.
/// </summary>
internal static class JsonLines
{
    /// <summary>Separates the fields; no JSON text holds it unescaped.</summary>
    public const string Separator = "\u001f";

    /// <summary>Reads clicks; the options name the properties of users, items, ratings and times.</summary>
    public static void Read(ClickSource source)
    {
        var options = source.Options;
        var (user, item) = (Setting(nameof(options.UserColumn)), Setting(nameof(options.ItemColumn)));
        if (options.UserColumn is null || options.ItemColumn is null)
            throw About($"Format jsonl: name the properties with {user} and {item}.");
        string path = SourceFiles.Find(options.Input);
        if (options.RatingColumn is null) source.RequireNoRatingFilter(path);
        source.HasTimes = options.TimeColumn is not null;
        string?[] names = [options.UserColumn, options.ItemColumn, options.RatingColumn, options.TimeColumn, options.TitleColumn];
        using var table = Open(source.Files, path, [.. names.Select(name => name ?? "")], required: 2);
        while (table.Read())
        {
            source.Add(source.Train, table.Id(0, "user"), table.Id(1, "item"),
                names[2] is null ? double.PositiveInfinity : table.Number(2, "rating"),
                names[3] is null ? default : table.Time(3));
            if (names[4] is not null) source.Describe(table, 1, 4);
        }
    }

    /// <summary>The properties of a file's objects as a table without a header.</summary>
    /// <param name="files">The import that reads it.</param>
    /// <param name="path">The file.</param>
    /// <param name="names">Names of the properties; a missing one is an empty field, an array's values are joined by '|'.</param>
    /// <param name="required">How many of them the first object must have.</param>
    public static TableReader Open(SourceFiles files, string path, string[] names, int required)
    {
        files.Rewrite(path, stream => new JsonTable(stream, path, names, required));
        return new TableReader(files, path, Separator);
    }
}
