using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// Ranking: one thread selects one user's best items.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        Debug.Assert(scores.Rows == excluded.Rows && scores.Columns == excluded.Columns);
        Debug.Assert(items.Length == (long)scores.Rows * k && itemScores.Length == items.Length);
        fixed (int* best = items)
        fixed (float* bestScores = itemScores)
        {
            ForRows(scores.Rows, 1, (scores, excluded, k, (nint)best, (nint)bestScores),
                static (in (Tensor Scores, SparseBatch Excluded, int K, nint Items, nint ItemScores) s, int row) =>
                {
                    var masked = s.Excluded.ColumnIndices[s.Excluded.RowOffsets[row]..s.Excluded.RowOffsets[row + 1]];
                    Compute.TopK.Select(s.Scores.RowSpan(row), masked,
                        new((int*)s.Items + (nint)row * s.K, s.K), new((float*)s.ItemScores + (nint)row * s.K, s.K));
                });
        }
    }
}
