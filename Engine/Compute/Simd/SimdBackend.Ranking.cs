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

    /// <inheritdoc/>
    public int FewUsers => FewRows.IsSupported && !_gemm.TakesBf16 ? FewRows.Most : 0;

    /// <inheritdoc/>
    public void LinearTopK(
        Tensor x, Parameter weight, Parameter? bias, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        Debug.Assert(x.Columns == weight.Value.Columns && x.Rows == excluded.Rows && weight.Value.Rows == excluded.Columns);
        Debug.Assert(items.Length == (long)x.Rows * k && itemScores.Length == items.Length);
        using var call = Caller.Enter();
        if (FewUsers == 0)
        {
            var scores = Allocate(x.Rows, weight.Value.Rows);
            LinearForward(x, weight, bias, Activation.Identity, scores);
            TopK(scores, excluded, k, items, itemScores);
            Free(scores);
            return;
        }
        for (int done = 0; done < x.Rows; done += FewRows.Most)
        {
            int rows = Math.Min(FewRows.Most, x.Rows - done);
            _fewUsers.TopK(new(x.Slice(done, rows), weight.Value), bias is null ? null : bias.Value.Pointer(), excluded, done, k,
                items.Slice(done * k, rows * k), itemScores.Slice(done * k, rows * k));
        }
    }
}
