namespace ManualVae.Compute;

/// <summary>Where the items lie in a parameter.</summary>
public enum ItemAxis
{
    /// <summary>It has nothing to do with items: hidden layers.</summary>
    None,
    /// <summary>A row is an item's: weights of the first and of the output layer, anchors.</summary>
    Rows,
    /// <summary>A column is an item's: biases of the output layer.</summary>
    Columns,
}

/// <summary>
/// The items that a process holds where several share them: [First, First + Count) of all. A process alone holds all of them.
/// </summary>
/// <param name="First">Number of the first item.</param>
/// <param name="Count">How many.</param>
/// <param name="All">How many there are in all processes together.</param>
public readonly record struct ItemRange(int First, int Count, int All)
{
    /// <summary>All items.</summary>
    public static ItemRange Whole(int items) => new(0, items, items);

    /// <summary>The share of one of several ranks: as even as it can be, in order, so that ranks follow each other.</summary>
    /// <param name="items">Number of all items.</param>
    /// <param name="rank">Which rank, from 0.</param>
    /// <param name="ranks">How many share them.</param>
    public static ItemRange Of(int items, int rank, int ranks)
    {
        int first = (int)((long)items * rank / ranks);
        return new(first, (int)((long)items * (rank + 1) / ranks) - first, items);
    }

    /// <summary>The item after the last.</summary>
    public int End => First + Count;

    /// <summary>The part of increasing items that lies in the range.</summary>
    public Range Within(ReadOnlySpan<int> increasing)
    {
        if (Count == All) return 0..increasing.Length;
        return From(increasing, First)..From(increasing, End);
    }

    /// <summary>Position of the first number that is not below a bound.</summary>
    private static int From(ReadOnlySpan<int> increasing, int bound)
    {
        int at = increasing.BinarySearch(bound, Comparer<int>.Default);
        return at < 0 ? ~at : at;
    }
}
