using System.Buffers;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ManualVae.Compute;

/// <summary>
/// Selects the best items of one row of scores in host memory without sorting the row: a bound that enough items reach, a vector
/// scan for these candidates, the k-th of them by bisection, and a sort of k.
/// </summary>
public static class TopK
{
    private const int OnStack = 1024;

    /// <summary>
    /// Writes the <c>items.Length</c> best items, best first. Equal scores (0 and -0 are equal) rank the lower item first; NaN
    /// ranks after every other score; excluded items are never ranked. If fewer items remain: item -1, score -infinity.
    /// </summary>
    /// <param name="scores">One score an item.</param>
    /// <param name="excluded">Items that must not be ranked, strictly increasing.</param>
    /// <param name="items">Receives k items.</param>
    /// <param name="itemScores">Receives their k scores.</param>
    public static void Select(ReadOnlySpan<float> scores, ReadOnlySpan<int> excluded, Span<int> items, Span<float> itemScores)
    {
        Debug.Assert(items.Length == itemScores.Length);
        int k = Math.Min(items.Length, scores.Length);
        int[] candidates = ArrayPool<int>.Shared.Rent(scores.Length);
        int count = k == 0 ? 0 : Candidates(scores, excluded, LowerBound(scores, k + excluded.Length), candidates);
        int[] keys = ArrayPool<int>.Shared.Rent(count);
        for (int i = 0; i < count; i++) keys[i] = Key(scores[candidates[i]]);
        count = KeepBest(candidates.AsSpan(0, count), keys.AsSpan(0, count), k);

        for (int i = 0; i < count; i++) itemScores[i] = scores[candidates[i]];
        Sort(candidates.AsSpan(0, count), keys.AsSpan(0, count), items, itemScores);
        ArrayPool<int>.Shared.Return(candidates);
        ArrayPool<int>.Shared.Return(keys);
    }

    /// <summary>
    /// Writes candidates best first, and what is written where there are no more. Their scores lie in front of
    /// <paramref name="itemScores"/> and are put in order there.
    /// </summary>
    internal static void Sort(ReadOnlySpan<int> candidates, ReadOnlySpan<int> keys, Span<int> items, Span<float> itemScores)
    {
        int count = candidates.Length;
        Span<ulong> best = count <= OnStack ? stackalloc ulong[count] : new ulong[count];
        for (int i = 0; i < count; i++) best[i] = (ulong)~((uint)keys[i] ^ 0x8000_0000) << 32 | (uint)candidates[i];
        best.Sort(itemScores[..count]);
        for (int rank = 0; rank < count; rank++) items[rank] = (int)(uint)best[rank];
        items[count..].Fill(-1);
        itemScores[count..].Fill(float.NegativeInfinity);
    }

    /// <summary>An integer of the same order as the score; 0 and -0 are equal, NaN is below minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Key(float score)
    {
        int bits = BitConverter.SingleToInt32Bits(score + 0f); // + 0 turns -0 into 0
        return float.IsNaN(score) ? int.MinValue : Ordered(bits);
    }

    /// <summary>The bits of a float as an integer of the same order, and back.</summary>
    private static int Ordered(int bits) => bits ^ ((bits >> 31) & int.MaxValue);

    /// <summary>The score of a key that is no NaN's; 0 for both zeros.</summary>
    internal static float ScoreOf(int key) => BitConverter.Int32BitsToSingle(Ordered(key));

    /// <summary>
    /// A bound that the scores of at least <paramref name="rank"/> items reach, and of not many more: about the rank-th largest
    /// maximum of disjoint groups of items. NaN if there are too few groups to tell, or too few with a maximum.
    /// </summary>
    private static float LowerBound(ReadOnlySpan<float> scores, int rank)
    {
        const int GroupsPerRank = 4, MostGroups = 4096; // enough that few items beyond the wanted ones reach the bound
        int width = Vector<float>.Count, depth = scores.Length / Math.Max(1, GroupsPerRank * rank);
        if (rank < 1 || depth < 2) return float.NaN;
        int groups = scores.Length / (width * depth) * width;
        if (groups < 2 * rank || groups > MostGroups) return float.NaN;
        Span<int> maxima = stackalloc int[groups];
        ref float first = ref MemoryMarshal.GetReference(scores);
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
            (bits ^ (Vector.ShiftRightArithmetic(bits, 31) & new Vector<int>(int.MaxValue))).CopyTo(maxima[group..]); // Ordered
        }
        int key = KeyReachedBy(maxima, rank, rank + rank / 8);
        float bound = ScoreOf(key);
        return float.IsNegativeInfinity(bound) ? float.NaN : bound;
    }

    /// <summary>
    /// A key that at least <paramref name="least"/> of the keys reach, and at most <paramref name="most"/> if there is such a
    /// key: bisection, counting in vectors. If there is none, the largest key that the least reach.
    /// </summary>
    internal static int KeyReachedBy(ReadOnlySpan<int> keys, int least, int most)
    {
        int low = int.MaxValue, high = int.MinValue;
        foreach (int key in keys) (low, high) = (Math.Min(low, key), Math.Max(high, key));
        for (int reached = keys.Length; low < high && reached > most;)
        {
            int middle = (int)(((long)low + high + 1) >> 1), count = CountFrom(keys, middle);
            if (count >= least) (low, reached) = (middle, count);
            else high = middle - 1;
        }
        return low;
    }

    internal static int CountFrom(ReadOnlySpan<int> keys, int least)
    {
        var (from, counts) = (new Vector<int>(least), Vector<int>.Zero);
        int i = 0, count = 0;
        for (; i <= keys.Length - Vector<int>.Count; i += Vector<int>.Count)
            counts -= Vector.GreaterThanOrEqual(new Vector<int>(keys[i..]), from);
        for (; i < keys.Length; i++) count += keys[i] >= least ? 1 : 0;
        return count + Vector.Sum(counts);
    }

    /// <summary>
    /// Writes the items that reach the bound (all, if it is NaN) and are not excluded, increasing; returns their number.
    /// </summary>
    private static int Candidates(ReadOnlySpan<float> scores, ReadOnlySpan<int> excluded, float bound, Span<int> candidates)
    {
        int count = 0, next = 0, i = 0;
        ref float first = ref MemoryMarshal.GetReference(scores);
        var least = Vector256.Create(bound);
        for (; i <= scores.Length - 32; i += 32)
        {
            uint reached = float.IsNaN(bound) ? uint.MaxValue
                : Reached(ref first, i, least) | Reached(ref first, i + 8, least) << 8
                    | Reached(ref first, i + 16, least) << 16 | Reached(ref first, i + 24, least) << 24;
            for (; reached != 0; reached &= reached - 1)
                Offer(i + BitOperations.TrailingZeroCount(reached), excluded, ref next, candidates, ref count);
        }
        for (; i < scores.Length; i++)
            if (!(scores[i] < bound)) Offer(i, excluded, ref next, candidates, ref count);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reached(ref float first, int i, Vector256<float> least) =>
        Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref first, (nuint)i), least).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Offer(int item, ReadOnlySpan<int> excluded, ref int next, Span<int> candidates, ref int count)
    {
        while (next < excluded.Length && excluded[next] < item) next++;
        if (next == excluded.Length || excluded[next] != item) candidates[count++] = item;
    }

    /// <summary>Moves the k best candidates to the front, of equal ones the first; says how many there are.</summary>
    private static int KeepBest(Span<int> candidates, Span<int> keys, int k)
    {
        if (keys.Length <= k) return keys.Length;
        int worst = KeyReachedBy(keys, k, k), above = worst == int.MaxValue ? 0 : CountFrom(keys, worst + 1);
        int equal = k - above, kept = 0;
        for (int i = 0; i < keys.Length; i++)
            if (keys[i] > worst || (keys[i] == worst && equal-- > 0))
                (candidates[kept], keys[kept++]) = (candidates[i], keys[i]);
        return kept;
    }
}
