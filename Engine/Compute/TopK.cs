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
        int size = Scan(scores, excluded, heap, LowerBound(scores, k + excluded.Length));

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

    /// <summary>
    /// A number that the scores of at least <paramref name="rank"/> items reach, and of not many more: about the rank-th largest
    /// maximum of disjoint groups of items. NaN where there are too few groups to tell, or too few with a number.
    /// </summary>
    private static float LowerBound(ReadOnlySpan<float> scores, int rank)
    {
        const int GroupsPerRank = 4, MostGroups = 4096; // enough that few items beyond the wanted ones reach the bound
        int width = Vector<float>.Count, depth = scores.Length / Math.Max(1, GroupsPerRank * rank);
        if (rank < 1 || depth < 2) return float.NaN;
        int groups = scores.Length / (width * depth) * width;
        if (groups < 2 * rank || groups > MostGroups) return float.NaN;
        Span<int> maxima = stackalloc int[groups]; // as integers of the same order
        ref float first = ref MemoryMarshal.GetReference(scores);
        var (least, most) = (new Vector<int>(int.MaxValue), new Vector<int>(int.MinValue));
        for (int group = 0; group < groups; group += width)
        {
            ref float start = ref Unsafe.Add(ref first, (nint)group * depth);
            var max = new Vector<float>(float.NegativeInfinity);
            for (int i = 0; i < depth; i++)
            {
                var next = Vector.LoadUnsafe(ref start, (nuint)(i * width));
                max = Vector.ConditionalSelect(Vector.GreaterThan(next, max), next, max); // passes over NaN
            }
            var bits = Vector.AsVectorInt32(max);
            var ordered = bits ^ (Vector.ShiftRightArithmetic(bits, 31) & new Vector<int>(int.MaxValue));
            ordered.CopyTo(maxima[group..]);
            (least, most) = (Vector.Min(least, ordered), Vector.Max(most, ordered));
        }
        int low = int.MaxValue, high = int.MinValue;
        for (int lane = 0; lane < width; lane++) (low, high) = (Math.Min(low, least[lane]), Math.Max(high, most[lane]));

        // Bisection: at least rank maxima reach low, fewer reach high + 1; close enough is good enough.
        for (int reached = groups; low < high && reached > rank + rank / 8;)
        {
            int middle = (int)(((long)low + high + 1) >> 1), count = CountFrom(maxima, middle);
            if (count >= rank) (low, reached) = (middle, count);
            else high = middle - 1;
        }
        float bound = BitConverter.Int32BitsToSingle(low ^ ((low >> 31) & int.MaxValue));
        return float.IsNegativeInfinity(bound) ? float.NaN : bound;
    }

    private static int CountFrom(ReadOnlySpan<int> values, int least)
    {
        var (from, count) = (new Vector<int>(least), Vector<int>.Zero);
        for (int i = 0; i < values.Length; i += Vector<int>.Count)
            count -= Vector.GreaterThanOrEqual(new Vector<int>(values[i..]), from);
        return Vector.Sum(count);
    }

    // Offers all items to the heap but excluded ones and those below the bound, of which none can be among the best.
    private static int Scan(ReadOnlySpan<float> scores, ReadOnlySpan<int> excluded, Span<ulong> heap, float bound)
    {
        int size = 0, width = Vector<float>.Count, nextExcluded = 0;
        if (heap.IsEmpty) return 0;
        ref float first = ref MemoryMarshal.GetReference(scores);
        for (int i = 0; i < scores.Length;)
        {
            if (!float.IsNaN(bound)) // NaN is below every number, but nothing compares to it
            {
                var least = new Vector<float>(bound);
                while (i + 4 * width <= scores.Length
                    && (Vector.GreaterThanOrEqual(Vector.LoadUnsafe(ref first, (nuint)i), least)
                        | Vector.GreaterThanOrEqual(Vector.LoadUnsafe(ref first, (nuint)(i + width)), least)
                        | Vector.GreaterThanOrEqual(Vector.LoadUnsafe(ref first, (nuint)(i + 2 * width)), least)
                        | Vector.GreaterThanOrEqual(Vector.LoadUnsafe(ref first, (nuint)(i + 3 * width)), least)) == Vector<int>.Zero)
                    i += 4 * width;
                while (i + width <= scores.Length && !Vector.GreaterThanOrEqualAny(Vector.LoadUnsafe(ref first, (nuint)i), least)) i += width;
            }
            for (int stop = Math.Min(i + width, scores.Length); i < stop; i++)
            {
                if (scores[i] < bound) continue;
                while (nextExcluded < excluded.Length && excluded[nextExcluded] < i) nextExcluded++;
                if (nextExcluded == excluded.Length || excluded[nextExcluded] != i) Offer(scores, i, heap, ref size, ref bound);
            }
        }
        return size;
    }

    private static void Offer(ReadOnlySpan<float> scores, int item, Span<ulong> heap, ref int size, ref float bound)
    {
        ulong key = Key(scores[item], item);
        if (size < heap.Length)
        {
            heap[size++] = key;
            if (size < heap.Length) return;
            heap.Sort(); // an increasing sequence is a heap
        }
        else if (key > heap[0]) ReplaceRoot(heap, key);
        else return;
        bound = scores[(int)~(uint)heap[0]];
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
