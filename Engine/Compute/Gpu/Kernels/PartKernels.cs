using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>The linear path's own term (a group for each user, backward for each item), and rows of equal length.</summary>
internal static class PartKernels
{
    public static void SelfTerm(DeviceBatch batch, View inputs, View input, View output, View y, int n, int items)
    {
        int row = Grid.IdxX, end = batch.RowOffsets[row + 1];
        for (int e = batch.RowOffsets[row] + Group.IdxX; e < end; e += Group.DimX)
        {
            int item = batch.Columns[e];
            float sum = 0;
            for (int j = 0; j < n; j++) sum += input[(long)item * n + j] * output[(long)item * n + j];
            y[(long)row * items + item] -= inputs[e] * sum;
        }
    }

    /// <summary>The gradient of one of the two from the other one; every thread adds up the item's clicks.</summary>
    public static void SelfTermBackward(
        DeviceBatch batch, View inputs, View other, View gradient, View dy, int n, int items)
    {
        long item = Grid.IdxX;
        int end = batch.ColumnOffsets[item + 1];
        float sum = 0;
        for (int e = batch.ColumnOffsets[item]; e < end; e++)
            sum += inputs[batch.EntryIndices[e]] * dy[(long)batch.EntryRows[e] * items + item];
        for (int j = Group.IdxX; j < n; j += Group.DimX) gradient[item * n + j] -= sum * other[item * n + j];
    }

    public static void LeaveUsersOut(DeviceBatch batch, View inputs, View diagonal, View y, int items)
    {
        int row = Grid.IdxX, start = batch.RowOffsets[row], end = batch.RowOffsets[row + 1];
        var scores = y.SubView((long)row * items, items);
        float product = 0;
        for (int e = start + Group.IdxX; e < end; e += Group.DimX)
        {
            int item = batch.Columns[e];
            product += inputs[e] * (inputs[e] - scores[item]) * diagonal[item];
            scores[item] -= inputs[e]; // -r
        }
        float left = 1 - GroupReduce.Sum(product);
        Group.Barrier();
        for (int i = Group.IdxX; i < items; i += Group.DimX)
            scores[i] /= MathF.Max(left + scores[i] * scores[i] * diagonal[i], 1e-3f);
        Group.Barrier();
        for (int e = start + Group.IdxX; e < end; e += Group.DimX) scores[batch.Columns[e]] += inputs[e];
    }

    public static void UnitRows(View x, float length, View y, View norms, int n)
    {
        long row = Grid.IdxX, start = row * n;
        float squares = 0;
        for (int i = Group.IdxX; i < n; i += Group.DimX) squares += x[start + i] * x[start + i];
        float norm = MathF.Max(MathF.Sqrt(GroupReduce.Sum(squares)), 1e-6f);
        if (Group.IdxX == 0) norms[row] = norm;
        for (int i = Group.IdxX; i < n; i += Group.DimX) y[start + i] = length / norm * x[start + i];
    }

    public static void UnitRowsBackward(View y, float length, View norms, View dy, View dx, int n)
    {
        long row = Grid.IdxX, start = row * n;
        float along = 0, norm = norms[row];
        for (int i = Group.IdxX; i < n; i += Group.DimX) along += y[start + i] * dy[start + i];
        along = GroupReduce.Sum(along) / length;
        for (int i = Group.IdxX; i < n; i += Group.DimX)
            dx[start + i] += (length * dy[start + i] - y[start + i] * along) / norm;
    }
}
