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
        string?[] read = [options.UserColumn, options.ItemColumn, options.RatingColumn, options.TimeColumn, options.TitleColumn];
        string[] names = [.. read.Select(name => name ?? ""),
            .. WhereFilter.Parse(options.Where).Select(condition => condition.Column)];
        int rating = read[2] is null ? -1 : 2, time = read[3] is null ? -1 : 3;
        using var table = Open(source.Files, path, names, required: 2);
        var where = new WhereFilter(options.Where, name => Array.IndexOf(names, name, read.Length));
        table.ForEach(() =>
        {
            if (!where.Keeps(table)) return;
            source.Add(source.Train, table, 0, 1, rating, time);
            if (read[4] is not null) source.Describe(table, 1, 4);
        });
        where.Tell(source);
    }

    /// <summary>The properties of a file's objects as a table without a header.</summary>
    /// <param name="files">The import that reads it.</param>
    /// <param name="path">The file.</param>
    /// <param name="names">Names of the properties; a missing one is an empty field, an array's values are joined by '|'.</param>
    /// <param name="required">How many of them the first object must have.</param>
    public static TableReader Open(SourceFiles files, string path, string[] names, int required) =>
        new(files, path, Separator, rewrite: text => new JsonTable(text, path, names, required, files.Text));
}
