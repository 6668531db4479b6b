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
        using var table = new TableReader(source.Files, path, options.Separator ?? ",", quoted: quoted);
        while (table.Read())
        {
            source.Add(source.Train, table.Id(user, "user"), table.Id(item, "item"),
                rating < 0 ? double.PositiveInfinity : table.Number(rating, "rating"), time < 0 ? default : table.Time(time));
            if (title >= 0) source.Describe(table, item, title);
        }
    }

    private static int Field(string? column) => column is null ? -1 : int.TryParse(column, out int number) && number > 0
        ? number - 1 : throw new InputException($"Column '{column}': the file has no header; give the column's number, from 1.");
}
