using ILGPU;
using Indices = ILGPU.ArrayView<int>;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// Masked top-K, a group for each user: radix selection over 64-bit keys that hold the score above the complement of the item, so
/// that no two are equal; then the k selected are put in order by counting, for each, the larger ones.
/// </summary>
internal static class RankingKernels
{
    private const int Digits = 256;

    public static void TopK(
        DeviceBatch excluded, View scores, ArrayView<ulong> keys, Indices items, View itemScores, int columns, int k)
    {
        var histogram = SharedMemory.Allocate<int>(Digits);
        var state = SharedMemory.Allocate<int>(2); // the digit found, and how many of the k lie above it
        var selected = SharedMemory.Allocate<int>(1);
        int row = Grid.IdxX, lane = Group.IdxX, start = excluded.RowOffsets[row], end = excluded.RowOffsets[row + 1];
        var values = scores.SubView((long)row * columns, columns);
        var found = keys.SubView((long)row * k, k);
        int wanted = k < columns - (end - start) ? k : columns - (end - start);

        // The wanted-th largest key, one digit after another from the top; keys of fewer digits have zeros below.
        ulong threshold = 0;
        int remaining = wanted;
        for (int shift = 56; shift >= 0 && wanted > 0; shift -= 8)
        {
            for (int digit = lane; digit < Digits; digit += Group.DimX) histogram[digit] = 0;
            Group.Barrier();
            ulong prefix = shift == 56 ? 0 : threshold >> (shift + 8);
            for (int i = lane; i < columns; i += Group.DimX) Count(histogram, Key(values[i], i), shift, prefix, 1);
            for (int e = start + lane; e < end; e += Group.DimX)
            {
                int item = excluded.Columns[e];
                Count(histogram, Key(values[item], item), shift, prefix, -1);
            }
            Group.Barrier();
            if (lane == 0)
            {
                int digit = Digits - 1, above = 0;
                while (above + histogram[digit] < remaining) above += histogram[digit--];
                state[0] = digit;
                state[1] = above;
            }
            Group.Barrier();
            threshold |= (ulong)(uint)state[0] << shift;
            remaining -= state[1];
            Group.Barrier();
        }

        if (lane == 0) selected[0] = 0;
        Group.Barrier();
        for (int i = lane; i < columns && wanted > 0; i += Group.DimX)
        {
            ulong key = Key(values[i], i);
            if (key >= threshold && !Contains(excluded.Columns, start, end, i)) found[Atomic.Add(ref selected[0], 1)] = key;
        }
        Group.Barrier();
        for (int i = lane; i < k; i += Group.DimX)
        {
            if (i >= wanted)
            {
                items[(long)row * k + i] = -1;
                itemScores[(long)row * k + i] = float.NegativeInfinity;
                continue;
            }
            ulong key = found[i];
            int rank = 0;
            for (int other = 0; other < wanted; other++)
                if (found[other] > key) rank++;
            int item = (int)~(uint)key;
            items[(long)row * k + rank] = item;
            itemScores[(long)row * k + rank] = values[item];
        }
    }

    private static void Count(ArrayView<int> histogram, ulong key, int shift, ulong prefix, int change)
    {
        if (shift < 56 && key >> (shift + 8) != prefix) return;
        Atomic.Add(ref histogram[(int)(key >> shift) & (Digits - 1)], change);
    }

    /// <summary>Orders as the score does, NaN below everything, the lower item first among equals.</summary>
    private static ulong Key(float score, int item)
    {
        uint ordered = 0;
        if (!float.IsNaN(score))
        {
            uint bits = score == 0 ? 0 : Interop.FloatAsInt(score); // minus zero equals zero
            ordered = (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
        }
        return (ulong)ordered << 32 | ~(uint)item;
    }

    /// <summary>
    /// Halves the row as often as its length says, the same number of times in every thread: a search that ends where it finds
    /// its item would be a divergent loop, which ILGPU takes for a uniform one.
    /// </summary>
    private static bool Contains(Indices columns, int start, int end, int column)
    {
        if (start == end) return false;
        int first = start; // the last place whose item is not above the one sought, if there is any
        for (int length = end - start; length > 1; length -= length / 2)
        {
            int middle = first + length / 2;
            first = columns[middle] <= column ? middle : first;
        }
        return columns[first] == column;
    }
}
