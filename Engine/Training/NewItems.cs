using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Training;

/// <summary>
/// Where items start that a model does not know yet: at the mean of the known items that the same users click, weighted by the
/// cosine of their clicks. An item that shares no user with a known one starts at the mean of all known items.
/// </summary>
internal sealed class NewItems
{
    private const int Neighbours = 20;

    private readonly List<(int Item, double Weight)>[] _ofKnown; // by known column: which new items it starts, by number

    /// <summary>Finds the neighbours of every new item.</summary>
    /// <param name="train">The new training clicks.</param>
    /// <param name="known">The known item of each column, or -1 for a new one.</param>
    /// <param name="knownItems">Number of known items, gone ones included.</param>
    public NewItems(CsrMatrix train, ReadOnlySpan<int> known, int knownItems)
    {
        _ofKnown = new List<(int, double)>[knownItems];
        var columns = new List<int>();
        for (int column = 0; column < known.Length; column++)
            if (known[column] < 0) columns.Add(column);
        Columns = [.. columns];
        Clicks = [.. train.ColumnCounts()];
        if (Columns.Count == 0) return;
        var clicks = new CoOccurrence(train);
        var cosines = new float[known.Length];
        int[] all = [.. Enumerable.Range(0, known.Length).Where(IsKnown(known))];
        for (int item = 0; item < Columns.Count; item++)
        {
            clicks.Cosines(Columns[item], shrinkage: 0, cosines);
            int[] nearest = [.. all.Where(other => cosines[other] > 0).OrderByDescending(other => cosines[other]).Take(Neighbours)];
            double sum = nearest.Sum(other => (double)cosines[other]);
            foreach (int other in nearest.Length > 0 ? nearest : all)
                (_ofKnown[known[other]] ??= []).Add((item, nearest.Length > 0 ? cosines[other] / sum : 1.0 / all.Length));
        }
    }

    /// <summary>The columns of the new items.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>Training clicks of every column.</summary>
    public IReadOnlyList<int> Clicks { get; }

    /// <summary>The new items (by their place in <see cref="Columns"/>) that a known item starts, with its weight there.</summary>
    public IReadOnlyList<(int Item, double Weight)> StartedBy(int known) => _ofKnown[known] ?? [];

    private static Func<int, bool> IsKnown(ReadOnlySpan<int> known)
    {
        int[] items = known.ToArray();
        return column => items[column] >= 0;
    }
}
