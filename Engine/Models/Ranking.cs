using System.Buffers;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>Ranks by scores in host memory, on all cores.</summary>
internal static class Ranking
{
    /// <summary>Scores held for ranking, at most: 128 MiB. With many items users come by fewer at a time.</summary>
    private const long MostScores = 1L << 25;

    /// <summary>Users whose scores of so many items are held at once.</summary>
    internal static int RowsAtOnce(int items) => (int)Math.Clamp(MostScores / Math.Max(1, items), 1, int.MaxValue);

    /// <summary>Each row's k best items, best first, without those its row of <paramref name="excluded"/> holds.</summary>
    /// <param name="scores">Rows x items, at least.</param>
    /// <param name="excluded">What is not ranked.</param>
    /// <param name="firstRow">Row of <paramref name="excluded"/> that belongs to the first row of scores.</param>
    /// <param name="k">How many items for each row; -1 fills up.</param>
    /// <param name="items">Rows x k: receives the items.</param>
    /// <param name="best">Rows x k: receives their scores.</param>
    internal static void Select(float[] scores, CsrMatrix excluded, int firstRow, int k, Span<int> items, Span<float> best)
    {
        if (k == 0) return;
        int rows = items.Length / k, itemCount = excluded.Columns;
        var (hostItems, hostBest) = (ArrayPool<int>.Shared.Rent(items.Length), ArrayPool<float>.Shared.Rent(items.Length));
        Cores.For(0, rows, row => TopK.Select(
            scores.AsSpan(row * itemCount, itemCount), excluded.RowColumns(firstRow + row),
            hostItems.AsSpan(row * k, k), hostBest.AsSpan(row * k, k)));
        hostItems.AsSpan(0, items.Length).CopyTo(items);
        hostBest.AsSpan(0, items.Length).CopyTo(best);
        ArrayPool<int>.Shared.Return(hostItems);
        ArrayPool<float>.Shared.Return(hostBest);
    }
}
