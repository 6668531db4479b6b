namespace ManualVae.Data.Import;

/// <summary>
/// LightGCN and NGCF text: a line holds a user and then all of the user's items, separated by blanks; <c>train.txt</c>,
/// <c>test.txt</c> and perhaps <c>valid.txt</c>.
/// </summary>
internal static class LightGcnReader
{
    /// <summary>Reads the folder.</summary>
    public static void Read(ClickSource source)
    {
        string input = source.Options.Input;
        source.RequireNoRatingFilter(input);
        ReadFile(source, SourceFiles.Find(input, "train.txt"), source.Train);
        if (!SourceFiles.IsFolder(input)) return;
        if (SourceFiles.TryFind(input, "valid.txt", "validation.txt", "val.txt") is { } validation)
            ReadFile(source, validation, source.Validation = source.NewLog());
        if (SourceFiles.TryFind(input, "test.txt") is { } test) ReadFile(source, test, source.Test = source.NewLog());
    }

    private static void ReadFile(ClickSource source, string path, ClickLog log)
    {
        using var table = new TableReader(source.Files, path, " ");
        while (table.Read())
        {
            int fields = table.FieldCount;
            while (fields > 1 && table.Bytes(fields - 1).IsEmpty) fields--; // trailing blanks are common in these files
            var user = table.Id(0, "user");
            if (user.IndexOfAny((byte)',', (byte)':') >= 0)
                throw table.Malformed($"the user '{table.Text(0)}' is not an id followed by a blank and items");
            for (int field = 1; field < fields; field++) source.Add(log, user, table.Id(field, "item"));
            if (fields == 1) source.Users.Intern(user); // a user without clicks is still a user
        }
    }
}
