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

    private readonly List<(int Start, double Weight)>?[] _ofKnown;

    /// <summary>Finds the neighbours of every new item.</summary>
    /// <param name="train">The new training clicks.</param>
    /// <param name="known">The known item of each column, or -1 for a new one.</param>
    /// <param name="knownItems">Number of known items, gone ones included.</param>
    public NewItems(CsrMatrix train, ReadOnlySpan<int> known, int knownItems)
    {
        _ofKnown = new List<(int, double)>[knownItems];
        Clicks = train.ColumnCounts();
        var (old, starts, alone) = (new List<int>(), new List<int[]>(), new List<int>());
        for (int column = 0; column < known.Length; column++)
            if (known[column] >= 0) old.Add(column);
        Starts = starts;
        if (old.Count == known.Length) return;
        var clicks = new CoOccurrence(train);
        var cosines = new float[known.Length];
        for (int column = 0; column < known.Length; column++)
        {
            if (known[column] >= 0) continue;
            clicks.Cosines(column, shrinkage: 0, cosines);
            int[] nearest =
                [.. old.Where(other => cosines[other] > 0).OrderByDescending(other => cosines[other]).Take(Neighbours)];
            if (nearest.Length == 0)
            {
                alone.Add(column);
                continue;
            }
            double sum = nearest.Sum(other => (double)cosines[other]);
            foreach (int other in nearest) (_ofKnown[known[other]] ??= []).Add((starts.Count, cosines[other] / sum));
            starts.Add([column]);
        }
        if (alone.Count == 0) return;
        foreach (int other in old) (_ofKnown[known[other]] ??= []).Add((starts.Count, 1.0 / old.Count));
        starts.Add([.. alone]);
    }

    /// <summary>The columns of new items; those of one entry start alike.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Starts { get; }

    /// <summary>Training clicks of every column.</summary>
    public IReadOnlyList<int> Clicks { get; }

    /// <summary>
    /// The <see cref="Starts"/> that a known item has a share in, with its weight there; the weights of one sum to 1.
    /// </summary>
    public IReadOnlyList<(int Start, double Weight)> StartedBy(int known) => _ofKnown[known] ?? [];
}
