using System.Numerics.Tensors;

namespace ManualVae.Compute.Reference;

/// <summary>The output layer at the clicks alone, and the Gaussian loss in Gram form.</summary>
public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void ClickLogitsForward(SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor logits)
    {
        for (int row = 0; row < batch.Rows; row++)
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            {
                int item = batch.ColumnIndices[e];
                Data(logits)[e] = TensorPrimitives.Dot<double>(Row(h, row), Row(weight.Value, item)) + Data(bias.Value)[item];
            }
    }

    /// <inheritdoc/>
    public void ClickLogitsBackward(
        SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor dLogits, Tensor dh)
    {
        for (int row = 0; row < batch.Rows; row++)
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            {
                int item = batch.ColumnIndices[e];
                double d = Data(dLogits)[e];
                if (!dh.IsNone) AddTo(Row(dh, row), Row(weight.Value, item), d);
                if (!weight.Gradient.IsNone) AddTo(Row(weight.Gradient, item), Row(h, row), d);
                if (!bias.Gradient.IsNone) Data(bias.Gradient)[item] += d;
            }
    }

    /// <inheritdoc/>
    public void GaussianGramBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor h, Tensor products, Tensor shift, Tensor square,
        Tensor clickLogits, Tensor loss, Tensor dh)
    {
        var logits = Data(clickLogits);
        for (int row = 0; row < batch.Rows; row++)
        {
            double zero = likelihood.ZeroWeight;
            double sum = zero / 2 * (TensorPrimitives.Dot<double>(Row(h, row), Row(products, row))
                + 2 * TensorPrimitives.Dot<double>(Row(h, row), Data(shift)) + Data(square)[0]);
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            {
                double f = logits[e], x = Data(batch.Targets)[e], weight = Confidence(likelihood, x);
                sum += weight / 2 * (f - x) * (f - x) - zero / 2 * f * f;
                logits[e] = scale * (weight * (f - x) - zero * f);
            }
            Data(loss)[row] = sum;
            if (dh.IsNone) continue;
            AddTo(Row(dh, row), Row(products, row), scale * zero);
            AddTo(Row(dh, row), Data(shift), scale * zero);
        }
    }
}
