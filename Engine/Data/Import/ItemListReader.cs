namespace ManualVae.Data.Import;

/// <summary>
/// CiteULike's <c>users.dat</c>: a line a user, the number of items and then the items; users and items are numbered from 0.
/// Titles come from the <c>raw-data.csv</c> of citeulike-a, which numbers items from 1.
/// </summary>
internal static class ItemListReader
{
    /// <summary>Reads the file.</summary>
    public static void Read(ClickSource source)
    {
        string path = SourceFiles.Find(source.Options.Input, "users.dat");
        source.RequireNoRatingFilter(path);
        using var table = new TableReader(source.Files, path, " ");
        table.ForEach(() =>
        {
            int items = table.FieldCount - 1;
            if (table.Number(0, "number of items") != items)
                throw table.Malformed($"'{table.Text(0)}' is not the number of the {items} items that follow");
            byte[] user = System.Text.Encoding.ASCII.GetBytes($"{table.Line - 1}");
            for (int field = 1; field <= items; field++) source.Add(source.Train, user, table.Id(field, "item"));
        });
        if (SourceFiles.TryFindBeside(path, "raw-data.csv") is { } titles) ReadTitles(source, titles);
    }

    private static void ReadTitles(ClickSource source, string path)
    {
        using var table = new TableReader(source.Files, path, ",", hasHeader: true, lenient: true);
        int id = table.Column("doc.id"), title = table.Column("raw.title");
        while (table.Read())
            if (table.FieldCount > Math.Max(id, title) && int.TryParse(table.Text(id), out int number))
                source.Descriptions[$"{number - 1}"] = (ItemList.OneLine(table.Text(title)), null);
    }
}
