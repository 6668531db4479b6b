using ManualVae.Data;

namespace ManualVae.Tests.Long;

/// <summary>Data on which every command takes a second: users of even number click even items, the others odd ones.</summary>
public static class SmallData
{
    public const int Users = 40, Items = 20;

    /// <summary>The clicks; two of three of a user's half, drawn without chance.</summary>
    public static CsrMatrix Clicks() => CsrMatrix.FromPairs(Users, Items,
        [.. from user in Enumerable.Range(0, Users)
            from item in Enumerable.Range(0, Items)
            where item % 2 == user % 2 && (user * 7 + item * 5) % 6 < 4
            select (user, item)]);

    /// <summary>A prepared folder: 24 training users, 8 of validation, 8 of the test.</summary>
    /// <param name="folder">The new folder.</param>
    /// <param name="newer">With other ids for one user and one item, as data of a later day.</param>
    public static string Save(string folder, bool newer = false)
    {
        string[] users = [.. Enumerable.Range(0, Users).Select(user => $"u{user}")];
        string[] items = [.. Enumerable.Range(0, Items).Select(item => $"i{item}")];
        if (newer) (users[1], items[3]) = ("v1", "new");
        return Save(folder, Clicks(), "halves", users, new ItemList(items, [.. items.Select(item => $"Title {item}")],
            [.. Enumerable.Range(0, Items).Select(item => item % 2 == 0 ? "even" : "odd")]));
    }

    /// <summary>Any clicks of as many users and items, divided in the same way: items 0 to 5 are held out.</summary>
    public static string Save(string folder, CsrMatrix clicks, string source, string[] users, ItemList items)
    {
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", source), Split = SplitKind.Strong },
            clicks.SelectRows([.. Enumerable.Range(0, 24)]), Part(24), Part(32), users, items).Save(folder);
        return folder;

        EvaluationSplit Part(int first)
        {
            var (foldIn, heldOut) = (new List<(int, int)>(), new List<(int, int)>());
            for (int user = 0; user < 8; user++)
                foreach (int item in clicks.RowColumns(first + user)) (item < 6 ? heldOut : foldIn).Add((user, item));
            return new(CsrMatrix.FromPairs(8, Items, foldIn), CsrMatrix.FromPairs(8, Items, heldOut), first);
        }
    }

    /// <summary>The clicks as a table with a header, for an import.</summary>
    public static string SaveTable(string file)
    {
        var clicks = Clicks();
        File.WriteAllLines(file, Enumerable.Range(0, Users).SelectMany(user =>
            clicks.RowColumns(user).ToArray().Select(item => $"u{user},i{item}")).Prepend("user,item"));
        return file;
    }
}
