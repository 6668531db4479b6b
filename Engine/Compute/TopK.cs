using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManualVae.Compute;

/// <summary>
/// Selects the best items of one row of scores in host memory without sorting the row: a heap of the k best so far, and a
/// vector scan that skips whatever lies below the worst of them.
/// </summary>
public static class TopK
{
    /// <summary>
    /// Writes the <c>items.Length</c> best items, best first. Equal scores (0 and -0 are equal) rank the lower item first; NaN
    /// ranks after every number; excluded items are never ranked. Where fewer items remain: item -1, score -infinity.
    /// </summary>
    /// <param name="scores">One score an item.</param>
    /// <param name="excluded">Items that must not be ranked, strictly increasing.</param>
    /// <param name="items">Receives k items.</param>
    /// <param name="itemScores">Receives their k scores.</param>
    public static void Select(ReadOnlySpan<float> scores, ReadOnlySpan<int> excluded, Span<int> items, Span<float> itemScores)
    {
        Debug.Assert(items.Length == itemScores.Length);
        int k = Math.Min(items.Length, scores.Length);
        Span<ulong> heap = k <= 1024 ? stackalloc ulong[k] : new ulong[k];
        int size = 0, start = 0;
        foreach (int item in excluded)
        {
            Debug.Assert(item >= start && item < scores.Length);
            Scan(scores, start, item, heap, ref size);
            start = item + 1;
        }
        Scan(scores, start, scores.Length, heap, ref size);

        var best = heap[..size];
        best.Sort();
        for (int rank = 0; rank < size; rank++)
        {
            int item = (int)~(uint)best[size - 1 - rank];
            (items[rank], itemScores[rank]) = (item, scores[item]);
        }
        items[size..].Fill(-1);
        itemScores[size..].Fill(float.NegativeInfinity);
    }

    // Offers items [i, end) to the heap. An item that equals the worst of a full heap loses, as it is the higher item.
    private static void Scan(ReadOnlySpan<float> scores, int i, int end, Span<ulong> heap, ref int size)
    {
        if (heap.IsEmpty) return;
        while (i < end && size < heap.Length)
        {
            heap[size++] = Key(scores[i], i);
            i++;
            if (size == heap.Length) heap.Sort(); // an increasing sequence is a heap
        }
        ref float first = ref MemoryMarshal.GetReference(scores);
        int width = Vector<float>.Count;
        while (i < end)
        {
            float worst = scores[(int)~(uint)heap[0]];
            if (!float.IsNaN(worst)) // nothing compares greater than NaN
            {
                var bound = new Vector<float>(worst);
                while (i + 4 * width <= end
                    && (Vector.GreaterThan(Vector.LoadUnsafe(ref first, (nuint)i), bound)
                        | Vector.GreaterThan(Vector.LoadUnsafe(ref first, (nuint)(i + width)), bound)
                        | Vector.GreaterThan(Vector.LoadUnsafe(ref first, (nuint)(i + 2 * width)), bound)
                        | Vector.GreaterThan(Vector.LoadUnsafe(ref first, (nuint)(i + 3 * width)), bound)) == Vector<int>.Zero)
                    i += 4 * width;
            }
            for (int stop = Math.Min(i + 4 * width, end); i < stop; i++)
                if (!(scores[i] <= worst) && Key(scores[i], i) is var key && key > heap[0])
                {
                    ReplaceRoot(heap, key);
                    worst = scores[(int)~(uint)heap[0]];
                }
        }
    }

    // Orders by score, then by the lower item: the larger key is the better. NaN is below minus infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(float score, int item)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f); // + 0 turns -0 into 0
        uint ordered = float.IsNaN(score) ? 0 : (int)bits < 0 ? ~bits : bits | 0x8000_0000;
        return (ulong)ordered << 32 | ~(uint)item;
    }

    private static void ReplaceRoot(Span<ulong> heap, ulong key)
    {
        int hole = 0;
        while (2 * hole + 1 is var child && child < heap.Length)
        {
            if (child + 1 < heap.Length && heap[child + 1] < heap[child]) child++;
            if (heap[child] >= key) break;
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = key;
    }
}
