using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// Likelihoods: one thread takes one user's logits, which stay in its L2 cache while it passes over them.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void DropEmphasis(SparseBatch batch, double dropped, double kept, Tensor emphasis)
    {
        Debug.Assert(emphasis.Length >= batch.Entries);
        ForRows(batch.Rows, 16, (batch, (float)dropped, (float)kept, emphasis),
            static (in (SparseBatch Batch, float Dropped, float Kept, Tensor Emphasis) s, int row) =>
            {
                float* inputs = s.Batch.Inputs.Pointer(), emphasis = s.Emphasis.Pointer();
                for (int e = s.Batch.RowOffsets[row]; e < s.Batch.RowOffsets[row + 1]; e++)
                    emphasis[e] = inputs[e] == 0 ? s.Dropped : s.Kept;
            });
    }

    /// <inheritdoc/>
    public void LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, int firstRow = 0) =>
        EachUser(likelihood, batch, firstRow, 0, logits, loss, false);

    /// <inheritdoc/>
    public void LikelihoodBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow = 0) =>
        EachUser(likelihood, batch, firstRow, scale, logits, loss, true);

    /// <inheritdoc/>
    public bool ComputesParts => true;

    /// <inheritdoc/>
    public void LogSumExp(Tensor logits, Tensor normalisers) =>
        ForRows(logits.Rows, 1, (logits, normalisers), static (in (Tensor Logits, Tensor Normalisers) s, int row) =>
            s.Normalisers.Pointer()[row] = (float)Likelihoods.LogSumExp(s.Logits.Columns, s.Logits.Row(row)));

    /// <inheritdoc/>
    public void MultinomialOfPart(
        SparseBatch batch, double scale, Tensor logits, Tensor totals, Tensor loss, int firstRow = 0) =>
        ForRows(logits.Rows, 1, (batch, firstRow, scale, logits, totals, loss),
            static (in (SparseBatch Batch, int First, double Scale, Tensor Logits, Tensor Totals, Tensor Loss) s, int row) =>
            {
                int start = s.Batch.RowOffsets[s.First + row], count = s.Batch.RowOffsets[s.First + row + 1] - start;
                fixed (int* items = s.Batch.ColumnIndices)
                    s.Loss.Pointer()[row] = (float)Likelihoods.MultinomialOfPart(
                        new(items + start, s.Batch.Targets.Pointer() + start, null, count), s.Logits.Columns, s.Logits.Row(row),
                        s.Scale, s.Totals.Row(row)[0], s.Totals.Row(row)[1]);
            });

    private void EachUser(
        Likelihood likelihood, SparseBatch batch, int firstRow, double scale, Tensor logits, Tensor loss, bool backward)
    {
        Debug.Assert(firstRow + logits.Rows <= batch.Rows && logits.Columns == batch.Columns && loss.Length == logits.Rows);
        ForRows(logits.Rows, 1, (likelihood, batch, firstRow, scale, logits, loss, backward, _threads.Count),
            static (in (Likelihood L, SparseBatch Batch, int First, double Scale, Tensor Logits, Tensor Loss, bool Backward,
                int Threads) s, int row) =>
            {
                int start = s.Batch.RowOffsets[s.First + row], count = s.Batch.RowOffsets[s.First + row + 1] - start;
                int n = s.Logits.Columns;
                float* logits = s.Logits.Row(row), targets = s.Batch.Targets.Pointer() + start;
                float* next = row + s.Threads < s.Logits.Rows ? s.Logits.Row(row + s.Threads) : null;
                float* emphasis = s.L.Emphasis.IsNone ? null : s.L.Emphasis.Pointer() + start;
                double user = s.L.UserWeights.IsNone ? 1 : s.L.UserWeights.Pointer()[s.First + row], scale = s.Scale * user;
                fixed (int* items = s.Batch.ColumnIndices)
                {
                    var clicks = new Clicks(items + start, targets, emphasis, count);
                    s.Loss.Pointer()[row] = (float)(user * s.L.Kind switch
                    {
                        LikelihoodKind.Multinomial => Likelihoods.Multinomial(clicks, n, logits, scale, s.Backward, next),
                        LikelihoodKind.Gaussian => Likelihoods.Gaussian(s.L, clicks, n, logits, scale, s.Backward),
                        LikelihoodKind.Logistic => Likelihoods.Logistic(clicks, n, logits, scale, s.Backward),
                        _ => throw new UnreachableException(),
                    });
                }
            });
    }
}
