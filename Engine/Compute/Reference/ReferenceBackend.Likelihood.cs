namespace ManualVae.Compute.Reference;

/// <summary>Likelihoods.</summary>
public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void DropEmphasis(SparseBatch batch, double dropped, double kept, Tensor emphasis)
    {
        for (int e = 0; e < batch.Entries; e++) Data(emphasis)[e] = Data(batch.Inputs)[e] == 0 ? dropped : kept;
    }

    /// <inheritdoc/>
    public void LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, int firstRow = 0)
    {
        double[] history = new double[logits.Columns], w = new double[logits.Columns];
        for (int row = 0; row < logits.Rows; row++)
        {
            Densify(batch, firstRow + row, history);
            Emphasise(likelihood, batch, firstRow + row, w);
            var f = Row(logits, row);
            double sum = 0, logNormaliser = likelihood.Kind == LikelihoodKind.Multinomial ? LogSumExp(f) : 0;
            for (int i = 0; i < f.Length; i++)
                sum += w[i] * likelihood.Kind switch
                {
                    LikelihoodKind.Multinomial => history[i] == 0 ? 0 : -history[i] * (f[i] - logNormaliser),
                    LikelihoodKind.Gaussian => Confidence(likelihood, history[i]) / 2 * (history[i] - f[i]) * (history[i] - f[i]),
                    // log(1 + e^f) - x f, without overflow
                    _ => Math.Max(f[i], 0) + Math.Log(1 + Math.Exp(-Math.Abs(f[i]))) - history[i] * f[i],
                };
            Data(loss)[row] = sum * UserWeight(likelihood, firstRow + row);
        }
    }

    /// <inheritdoc/>
    public void LikelihoodBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow = 0)
    {
        LikelihoodForward(likelihood, batch, logits, loss, firstRow);
        double[] history = new double[logits.Columns], w = new double[logits.Columns];
        for (int row = 0; row < logits.Rows; row++)
        {
            Densify(batch, firstRow + row, history);
            Emphasise(likelihood, batch, firstRow + row, w);
            var f = Row(logits, row);
            double user = scale * UserWeight(likelihood, firstRow + row), clicks = history.Zip(w, (x, wi) => x * wi).Sum();
            double logNormaliser = likelihood.Kind == LikelihoodKind.Multinomial ? LogSumExp(f) : 0;
            for (int i = 0; i < f.Length; i++)
                f[i] = user * likelihood.Kind switch
                {
                    LikelihoodKind.Multinomial => clicks * Math.Exp(f[i] - logNormaliser) - w[i] * history[i],
                    LikelihoodKind.Gaussian => w[i] * Confidence(likelihood, history[i]) * (f[i] - history[i]),
                    _ => w[i] * (Sigmoid(f[i]) - history[i]),
                };
        }
    }

    /// <inheritdoc/>
    public bool ComputesParts => true;

    /// <inheritdoc/>
    public void LogSumExp(Tensor logits, Tensor normalisers)
    {
        for (int row = 0; row < logits.Rows; row++)
            Data(normalisers)[row] = logits.Columns == 0 ? double.NegativeInfinity : LogSumExp(Row(logits, row));
    }

    /// <inheritdoc/>
    public void MultinomialOfPart(
        SparseBatch batch, double scale, Tensor logits, Tensor totals, Tensor loss, int firstRow = 0)
    {
        var history = new double[logits.Columns];
        for (int row = 0; row < logits.Rows; row++)
        {
            Densify(batch, firstRow + row, history);
            var f = Row(logits, row);
            double sum = 0, logNormaliser = Row(totals, row)[0], clicks = Row(totals, row)[1];
            for (int i = 0; i < f.Length; i++)
            {
                sum += history[i] == 0 ? 0 : history[i] * (logNormaliser - f[i]);
                if (!double.IsNaN(scale)) f[i] = scale * (clicks * Math.Exp(f[i] - logNormaliser) - history[i]);
            }
            Data(loss)[row] = sum;
        }
    }

    private static double Confidence(Likelihood likelihood, double x) => x > 0 ? likelihood.ClickWeight : likelihood.ZeroWeight;

    private static double UserWeight(Likelihood likelihood, int row) =>
        likelihood.UserWeights.IsNone ? 1 : Data(likelihood.UserWeights)[row];

    /// <summary>The factor of each item's term: 1 but for clicks that the likelihood emphasises.</summary>
    private static void Emphasise(Likelihood likelihood, SparseBatch batch, int row, double[] weights)
    {
        Array.Fill(weights, 1);
        if (likelihood.Emphasis.IsNone) return;
        for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            weights[batch.ColumnIndices[e]] = Data(likelihood.Emphasis)[e];
    }

    private static void Densify(SparseBatch batch, int row, double[] history)
    {
        Array.Clear(history);
        for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            history[batch.ColumnIndices[e]] = Data(batch.Targets)[e];
    }

    private static double LogSumExp(ReadOnlySpan<double> x)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double value in x) max = Math.Max(max, value);
        foreach (double value in x) sum += Math.Exp(value - max);
        return max + Math.Log(sum);
    }
}
