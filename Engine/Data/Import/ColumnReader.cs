namespace ManualVae.Data.Import;

/// <summary>A click a line without a header; the options give the columns by number, from 1.</summary>
internal static class ColumnReader
{
    /// <summary>Reads fields that are never quoted.</summary>
    public static void Read(ClickSource source) => Read(source, quoted: false);

    /// <summary>Reads fields that may be quoted.</summary>
    public static void ReadQuoted(ClickSource source) => Read(source, quoted: true);

    /// <summary>Reads the lines of a table.</summary>
    public static void Read(ClickSource source, bool quoted)
    {
        var options = source.Options;
        string path = SourceFiles.Find(options.Input);
        if (options.RatingColumn is null) source.RequireNoRatingFilter(path);
        source.HasTimes = options.TimeColumn is not null;
        int user = Field(options.UserColumn), item = Field(options.ItemColumn), rating = Field(options.RatingColumn),
            time = Field(options.TimeColumn), title = Field(options.TitleColumn);
        string separator = options.Separator ?? ",";
        source.RequireNoHeader(path, line => Separators.Split(line, separator), user, item, rating);
        using var table = new TableReader(source.Files, path, separator, quoted: quoted);
        var where = new WhereFilter(options.Where, Field);
        table.ForEach(() =>
        {
            if (!where.Keeps(table)) return;
            source.Add(source.Train, table, user, item, rating, time);
            if (title >= 0) source.Describe(table, item, title);
        });
        where.Tell(source);
    }

    private static int Field(string? column) => column is null ? -1 : Separators.NumberOf(column) is { } number
        ? number - 1 : throw new InputException($"Column '{column}': the file has no header; give the column's number, from 1.");
}
