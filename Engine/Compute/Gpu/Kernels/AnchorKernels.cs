using System.Runtime.CompilerServices;
using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>An <see cref="AnchorTerm"/> in kernels' form: anchors [I, N K], weights, each click's chosen anchor.</summary>
internal readonly struct DeviceAnchors(AnchorTerm term, View values, View itemWeights, View userWeights, View choices)
{
    public readonly View Values = values, ItemWeights = itemWeights, UserWeights = userWeights, Choices = choices;
    public readonly int PerItem = term.PerItem, Aligns = term.Aligns ? 1 : 0, Shrinks = term.Shrinks ? 1 : 0,
        IsCodebook = term.IsCodebook ? 1 : 0;

    /// <summary>Weight of a click on the item, before it is divided by the user's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float ItemWeight(long item) => ItemWeights.Length == 0 ? 1 : ItemWeights[item];

    /// <summary>Index of the first element of a click's anchor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long First(int entry, long item, int latent) =>
        (item * PerItem + (PerItem == 1 ? 0 : (int)Choices[entry])) * latent;
}

/// <summary>
/// The anchor regulariser: groups for each user forward, for each item backward. points: posterior (rows of 2 K, closed
/// form) or z (rows of K), rows of pointWidth.
/// </summary>
internal static class AnchorKernels
{
    /// <summary>
    /// A thread for each click: which of the item's anchors is nearest, a small whole number. Of a codebook a thread for each
    /// user, whose choice is kept at the first click.
    /// </summary>
    public static void Choose(DeviceBatch batch, DeviceAnchors anchors, View points, int pointWidth, int count, int latent)
    {
        for (long i = ElementKernels.First; i < count; i += ElementKernels.Stride)
        {
            int row = anchors.IsCodebook != 0 ? (int)i : batch.EntryRows[i];
            if (batch.RowOffsets[row + 1] == batch.RowOffsets[row]) continue;
            int entry = anchors.IsCodebook != 0 ? batch.RowOffsets[row] : batch.EntryIndices[i], choice = 0;
            int item = anchors.IsCodebook != 0 ? 0 : batch.Columns[entry];
            long point = (long)row * pointWidth;
            float least = float.PositiveInfinity;
            for (int n = 0; n < anchors.PerItem; n++)
            {
                long anchor = ((long)item * anchors.PerItem + n) * latent;
                float distance = 0;
                for (int k = 0; k < latent; k++)
                {
                    float difference = points[point + k] - anchors.Values[anchor + k];
                    distance += difference * difference;
                }
                if (!(distance < least)) continue;
                least = distance;
                choice = n;
            }
            anchors.Choices[entry] = choice;
        }
    }

    public static void Forward(
        DeviceBatch batch, DeviceAnchors anchors, View points, int pointWidth, View centroids, View loss, int latent)
    {
        int row = Grid.IdxX, start = batch.RowOffsets[row], end = batch.RowOffsets[row + 1];
        if (anchors.IsCodebook != 0 && end > start) end = start + 1;
        float sum = 0, total = end - start;
        if (anchors.ItemWeights.Length != 0)
        {
            total = 0;
            for (int e = start; e < end; e++) total += anchors.ItemWeight(batch.Columns[e]);
            if (Group.IdxX == 0) anchors.UserWeights[row] = total;
        }
        for (int k = Group.IdxX; k < latent; k += Group.DimX)
        {
            float point = points[(long)row * pointWidth + k], centroid = 0, squares = 0;
            for (int e = start; e < end && anchors.Aligns != 0; e++)
            {
                int item = anchors.IsCodebook != 0 ? 0 : batch.Columns[e];
                float anchor = anchors.Values[anchors.First(e, item, latent) + k], weight = anchors.ItemWeight(item);
                centroid += weight * anchor;
                squares += weight * (point - anchor) * (point - anchor);
            }
            centroids[(long)row * latent + k] = end == start ? 0 : centroid / total;
            if (end == start) continue;
            sum += squares / total;
            if (anchors.Shrinks != 0) sum += DeviceMath.Exp(points[(long)row * pointWidth + latent + k]);
        }
        sum = GroupReduce.Sum(sum);
        if (Group.IdxX == 0) loss[row] = sum;
    }

    public static void BackwardPoint(
        DeviceBatch batch, DeviceAnchors anchors, View points, int pointWidth, View centroids, View rowScale, View dPoints,
        int latent)
    {
        for (long i = ElementKernels.First; i < centroids.Length; i += ElementKernels.Stride)
        {
            long row = i / latent, at = row * pointWidth + i - row * latent;
            if (batch.RowOffsets[row + 1] == batch.RowOffsets[row]) continue;
            float scale = rowScale.Length == 0 ? 1 : rowScale[row];
            if (anchors.Aligns != 0) dPoints[at] += 2 * scale * (points[at] - centroids[i]);
            if (anchors.Shrinks != 0) dPoints[at + latent] += scale * DeviceMath.Exp(points[at + latent]);
        }
    }

    public static void BackwardAnchors(
        DeviceBatch batch, DeviceAnchors anchors, View points, int pointWidth, View rowScale, View dAnchors, int latent)
    {
        long item = Grid.IdxX;
        int start = batch.ColumnOffsets[item], end = batch.ColumnOffsets[item + 1];
        if (start == end) return;
        float weight = anchors.ItemWeight(item);
        for (int n = 0; n < anchors.PerItem; n++)
            for (int k = Group.IdxX; k < latent; k += Group.DimX)
            {
                long at = (item * anchors.PerItem + n) * latent + k;
                float anchor = anchors.Values[at], sum = 0;
                for (int e = start; e < end; e++)
                {
                    if (anchors.First(batch.EntryIndices[e], item, latent) + k != at) continue;
                    int row = batch.EntryRows[e];
                    float total = anchors.ItemWeights.Length == 0
                        ? batch.RowOffsets[row + 1] - batch.RowOffsets[row] : anchors.UserWeights[row];
                    float scale = 2 * (rowScale.Length == 0 ? 1 : rowScale[row]) * weight / total;
                    sum += scale * (anchor - points[(long)row * pointWidth + k]);
                }
                dAnchors[at] += sum;
            }
    }

    /// <summary>A group for each code, which adds its users in order.</summary>
    public static void BackwardCodes(
        DeviceBatch batch, DeviceAnchors anchors, View points, int pointWidth, View rowScale, View dAnchors, int rows, int latent)
    {
        long code = Grid.IdxX;
        for (int k = Group.IdxX; k < latent; k += Group.DimX)
        {
            float anchor = anchors.Values[code * latent + k], sum = 0;
            for (int row = 0; row < rows; row++)
            {
                int start = batch.RowOffsets[row];
                if (start == batch.RowOffsets[row + 1] || anchors.First(start, 0, latent) != code * latent) continue;
                float scale = 2 * (rowScale.Length == 0 ? 1 : rowScale[row]);
                sum += scale * (anchor - points[(long)row * pointWidth + k]);
            }
            dAnchors[code * latent + k] += sum;
        }
    }
}
