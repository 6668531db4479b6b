using ManualVae.Data;

namespace ManualVae.Tools.Runs;

/// <summary>What is known of one user: the clicks a model may see, and, in a test part, those it should find.</summary>
/// <param name="FoldIn">Matrix that holds the clicks.</param>
/// <param name="Row">Its row of this user.</param>
/// <param name="HeldOut">Items held out, increasing; empty where none are.</param>
internal sealed record History(CsrMatrix FoldIn, int Row, int[] HeldOut)
{
    /// <summary>The history of a user of the data, by index in <c>users.tsv</c>.</summary>
    public static History OfUser(PreparedDataset data, int user)
    {
        // The test part first: in weak generalisation it knows the most of everybody.
        foreach (var part in new[] { data.Test, data.Validation })
            if (part is not null && user >= part.FirstUser && user < part.FirstUser + part.FoldIn.Rows)
                return new(part.FoldIn, user - part.FirstUser, part.HeldOut.RowColumns(user - part.FirstUser).ToArray());
        return new(data.Train, user, []);
    }

    /// <summary>The history of a user of the data, by original id.</summary>
    /// <exception cref="InputException">No such user.</exception>
    public static History OfUser(PreparedDataset data, string id)
    {
        int user = Array.IndexOf(data.UserIds, id);
        return user >= 0
            ? OfUser(data, user)
            : throw new InputException($"--user {id}: no such user among the {data.UserIds.Length} of {data.Directory}; "
                + $"ids look like {string.Join(", ", data.UserIds.Take(3))}. For someone new give --items.");
    }

    /// <summary>The history of a new user: a list of original item ids; unknown ones are named and skipped.</summary>
    public static History OfItems(PreparedDataset data, IReadOnlyCollection<string> ids)
    {
        string[] unknown = [.. ids.Where(id => Array.IndexOf(data.ItemIds, id) < 0)];
        if (unknown.Length > 0)
            Console.Error.WriteLine($"note: --items: skipped {Readable.Count(unknown.Length, "id")} that {data.Directory} does "
                + $"not have ({string.Join(", ", unknown.Take(3))}{(unknown.Length > 3 ? ", ..." : "")}); "
                + $"ids look like {string.Join(", ", data.ItemIds.Take(3))}.");
        return new(CsrMatrix.FromPairs(1, data.ItemCount,
            [.. ids.Except(unknown).Select(id => (0, Array.IndexOf(data.ItemIds, id)))]), 0, []);
    }

    /// <summary>The index of an item by its original id.</summary>
    /// <exception cref="InputException">No such item.</exception>
    public static int Item(PreparedDataset data, string flag, string id)
    {
        int item = Array.IndexOf(data.ItemIds, id);
        return item >= 0
            ? item
            : throw new InputException(
                $"{flag} {id}: no such item among the {data.ItemCount} that training users clicked in {data.Directory}; "
                + $"ids look like {string.Join(", ", data.ItemIds.Take(3))}.");
    }
}
