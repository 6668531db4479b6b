using System.Runtime.CompilerServices;
using ILGPU;
using Indices = ILGPU.ArrayView<int>;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// The structure of a sparse batch on the device, see <see cref="SparseBatch"/>: its clicks by user, and by item with offsets for
/// every item, clicked or not.
/// </summary>
internal readonly struct DeviceBatch(
    Indices users, Indices rowOffsets, Indices columns, Indices columnOffsets, Indices entryRows, Indices entryIndices)
{
    public readonly Indices Users = users, RowOffsets = rowOffsets, Columns = columns, ColumnOffsets = columnOffsets,
        EntryRows = entryRows, EntryIndices = entryIndices;

    /// <summary>The users from a row on, for kernels that go by user.</summary>
    public DeviceBatch From(int row) => new(
        Users.SubView(row, Users.Length - row), RowOffsets.SubView(row, RowOffsets.Length - row), Columns, ColumnOffsets,
        EntryRows, EntryIndices);
}

/// <summary>Sparse input layer: groups for each user forward, for each item backward.</summary>
internal static class SparseKernels
{
    public static void EncodeInputs(
        DeviceBatch batch, View targets, View inputs, int mode, float keepProbability, DeviceKey key, int sharedUser)
    {
        int row = Grid.IdxX, end = batch.RowOffsets[row + 1];
        uint user = (uint)(sharedUser >= 0 ? sharedUser : batch.Users[row]);
        float squares = 0;
        for (int e = batch.RowOffsets[row] + Group.IdxX; e < end; e += Group.DimX)
        {
            bool kept = mode == (int)MaskMode.Clean || DeviceRandom.Uniform(key, user, (uint)batch.Columns[e]) < keepProbability;
            float seen = kept ? targets[e] : 0;
            inputs[e] = seen;
            float counted = mode == (int)MaskMode.MaskThenNormalise ? seen : targets[e];
            squares += counted * counted;
        }
        float scale = 1 / MathF.Sqrt(MathF.Max(GroupReduce.Sum(squares), 1e-12f));
        if (mode == (int)MaskMode.Plain) scale = 1;
        if (mode == (int)MaskMode.NormaliseThenDrop) scale /= keepProbability;
        for (int e = batch.RowOffsets[row] + Group.IdxX; e < end; e += Group.DimX) inputs[e] *= scale;
    }

    /// <summary>Columns of y that a group of <see cref="ForwardThreads"/> takes of one user.</summary>
    public const int ForwardColumns = 32;

    /// <summary>Threads of such a group: eight walk down the user's history for each column.</summary>
    public const int ForwardThreads = 8 * ForwardColumns;

    /// <summary>
    /// Each of a column's eight threads adds every eighth click, and their sums are added in order: the longest history of a
    /// batch is what all others wait for.
    /// </summary>
    [LaunchBounds(ForwardThreads, 4)]
    public static void LinearForward(DeviceBatch batch, View inputs, View weight, View bias, int activation, View y, int n)
    {
        const int lanes = ForwardThreads / ForwardColumns;
        var sums = SharedMemory.Allocate<float>(ForwardThreads);
        int row = Grid.IdxX, j = Grid.IdxY * ForwardColumns + Group.IdxX % ForwardColumns, lane = Group.IdxX / ForwardColumns;
        int end = batch.RowOffsets[row + 1];
        float sum = 0;
        if (j < n)
        {
            int e = batch.RowOffsets[row] + lane;
            // Four clicks at a time: their rows are fetched together.
            for (; e + 3 * lanes < end; e += 4 * lanes)
                sum = sum + Term(batch, inputs, weight, e, n, j) + Term(batch, inputs, weight, e + lanes, n, j)
                    + Term(batch, inputs, weight, e + 2 * lanes, n, j) + Term(batch, inputs, weight, e + 3 * lanes, n, j);
            for (; e < end; e += lanes) sum += Term(batch, inputs, weight, e, n, j);
        }
        sums[Group.IdxX] = sum;
        Group.Barrier();
        if (lane > 0 || j >= n) return;
        for (int other = 1; other < lanes; other++) sum += sums[other * ForwardColumns + Group.IdxX];
        if (bias.Length > 0) sum += bias[j];
        y[(long)row * n + j] = ElementKernels.Apply(activation, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Term(in DeviceBatch batch, View inputs, View weight, int e, int n, int j) =>
        inputs[e] * weight[(long)batch.Columns[e] * n + j];

    /// <summary>
    /// A thread for each element of the gradient, which adds its item's clicks by increasing user; the sum goes to the update
    /// if one is wanted, and then no gradient lies in memory.
    /// </summary>
    public static void LinearBackward(DeviceBatch batch, View inputs, View dy, View dWeight, DeviceAdam adam, int n)
    {
        long item = Grid.IdxX;
        int j = Grid.IdxY * Group.DimX + Group.IdxX, e = batch.ColumnOffsets[item], end = batch.ColumnOffsets[item + 1];
        if (j >= n || (e == end && !adam.IsWanted)) return;
        float sum = 0;
        for (; e + 4 <= end; e += 4)
            sum = sum + GradientTerm(batch, inputs, dy, e, n, j) + GradientTerm(batch, inputs, dy, e + 1, n, j)
                + GradientTerm(batch, inputs, dy, e + 2, n, j) + GradientTerm(batch, inputs, dy, e + 3, n, j);
        for (; e < end; e++) sum += GradientTerm(batch, inputs, dy, e, n, j);
        if (adam.IsWanted) adam.Move(item * n + j, sum);
        else dWeight[item * n + j] += sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float GradientTerm(in DeviceBatch batch, View inputs, View dy, int e, int n, int j) =>
        inputs[batch.EntryIndices[e]] * dy[(long)batch.EntryRows[e] * n + j];

    /// <summary>A group for each user: its clicks' logits, one after the other.</summary>
    public static void ClickLogits(DeviceBatch batch, View h, View weight, View bias, View logits, int n)
    {
        int row = Grid.IdxX, end = batch.RowOffsets[row + 1];
        for (int e = batch.RowOffsets[row]; e < end; e++)
        {
            int item = batch.Columns[e];
            float sum = 0;
            for (int j = Group.IdxX; j < n; j += Group.DimX) sum += h[(long)row * n + j] * weight[(long)item * n + j];
            sum = GroupReduce.Sum(sum);
            if (Group.IdxX == 0) logits[e] = sum + bias[item];
        }
    }

    /// <summary>A thread for each element of dh, which adds its user's clicks.</summary>
    public static void ClickLogitsBackwardHidden(DeviceBatch batch, View dLogits, View weight, View dh, int n)
    {
        int row = Grid.IdxX, j = Grid.IdxY * Group.DimX + Group.IdxX;
        if (j >= n) return;
        float sum = 0;
        for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++) sum += Term(batch, dLogits, weight, e, n, j);
        dh[(long)row * n + j] += sum;
    }

    /// <summary>A thread for each item, which adds its clicks by increasing user.</summary>
    public static void ClickLogitsBackwardBias(DeviceBatch batch, View dLogits, View dBias)
    {
        for (long item = ElementKernels.First; item < dBias.Length; item += ElementKernels.Stride)
        {
            float sum = 0;
            for (int e = batch.ColumnOffsets[item]; e < batch.ColumnOffsets[item + 1]; e++)
                sum += dLogits[batch.EntryIndices[e]];
            dBias[item] += sum;
        }
    }
}
