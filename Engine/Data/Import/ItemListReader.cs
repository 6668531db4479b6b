namespace ManualVae.Data.Import;

/// <summary>
/// CiteULike's <c>users.dat</c>: a line a user, the number of items and then the items; users are numbered from 0.
/// </summary>
internal static class ItemListReader
{
    /// <summary>Reads the file.</summary>
    public static void Read(ClickSource source)
    {
        string path = SourceFiles.Find(source.Options.Input, "users.dat");
        source.RequireNoRatingFilter(path);
        using var table = new TableReader(source.Files, path, " ");
        while (table.Read())
        {
            int fields = table.FieldCount;
            while (fields > 1 && table.Bytes(fields - 1).IsEmpty) fields--;
            if (table.Number(0, "number of items") != fields - 1)
                throw table.Malformed($"'{table.Text(0)}' is not the number of the {fields - 1} items that follow");
            byte[] user = System.Text.Encoding.ASCII.GetBytes($"{table.Line - 1}");
            for (int field = 1; field < fields; field++) source.Add(source.Train, user, table.Id(field, "item"));
        }
    }
}
