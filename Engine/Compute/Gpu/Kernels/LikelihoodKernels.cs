using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>A likelihood in the form that kernels take.</summary>
internal readonly struct DeviceLikelihood(Likelihood likelihood)
{
    public readonly int Kind = (int)likelihood.Kind;
    public readonly float ClickWeight = (float)likelihood.ClickWeight, ZeroWeight = (float)likelihood.ZeroWeight;
}

/// <summary>
/// Losses, a group for each user, forward and gradient in one kernel: one sweep over the logits gathers the loss (the softmax's
/// maximum and sum together, rescaling as the maximum grows), a second one writes the gradient.
/// </summary>
internal static class LikelihoodKernels
{
    /// <param name="batch">Structure of the targets.</param>
    /// <param name="targets">Values of the targets.</param>
    /// <param name="likelihood">Which.</param>
    /// <param name="logits">[B, items]; becomes the gradient where <paramref name="entryGradients"/> is given.</param>
    /// <param name="loss">[B].</param>
    /// <param name="entryGradients">Room for a number a click; empty for the loss alone.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="items">Columns of the logits.</param>
    public static void Loss(
        DeviceBatch batch, View targets, DeviceLikelihood likelihood, View logits, View loss, View entryGradients, float scale, int items)
    {
        int row = Grid.IdxX, start = batch.RowOffsets[row], end = batch.RowOffsets[row + 1];
        var f = logits.SubView((long)row * items, items);
        float logNormaliser = 0, sum = 0, clicks = 0;
        if (likelihood.Kind == (int)LikelihoodKind.Multinomial) logNormaliser = LogSumExp(f, items);
        else
            for (int i = Group.IdxX; i < items; i += Group.DimX)
                sum += likelihood.Kind == (int)LikelihoodKind.Gaussian
                    ? likelihood.ZeroWeight / 2 * f[i] * f[i]
                    : MathF.Max(f[i], 0) + DeviceMath.Log(1 + DeviceMath.Exp(f[i] < 0 ? f[i] : -f[i])); // log(1 + e^f)

        // The clicks' share of the loss, beside what they would have cost as zeros.
        for (int e = start + Group.IdxX; e < end; e += Group.DimX)
        {
            float x = targets[e], logit = f[batch.Columns[e]];
            clicks += x;
            if (likelihood.Kind == (int)LikelihoodKind.Multinomial) sum -= x == 0 ? 0 : x * (logit - logNormaliser);
            else if (likelihood.Kind == (int)LikelihoodKind.Logistic) sum -= x * logit;
            else
            {
                float weight = x > 0 ? likelihood.ClickWeight : likelihood.ZeroWeight;
                sum += weight / 2 * (x - logit) * (x - logit) - likelihood.ZeroWeight / 2 * logit * logit;
            }
        }
        sum = GroupReduce.Sum(sum);
        if (Group.IdxX == 0) loss[row] = sum;
        if (entryGradients.Length == 0) return;

        clicks = GroupReduce.Sum(clicks);
        for (int e = start + Group.IdxX; e < end; e += Group.DimX)
        {
            float x = targets[e], logit = f[batch.Columns[e]];
            float weight = x > 0 ? likelihood.ClickWeight : likelihood.ZeroWeight;
            entryGradients[e] = scale * (likelihood.Kind == (int)LikelihoodKind.Gaussian
                ? weight * (logit - x)
                : Slope(likelihood, logit, logNormaliser, clicks) - x);
        }
        Group.Barrier();
        for (int i = Group.IdxX; i < items; i += Group.DimX) f[i] = scale * Slope(likelihood, f[i], logNormaliser, clicks);
        Group.Barrier();
        for (int e = start + Group.IdxX; e < end; e += Group.DimX) f[batch.Columns[e]] = entryGradients[e];
    }

    /// <summary>The slope of the loss at an item without a click.</summary>
    private static float Slope(DeviceLikelihood likelihood, float logit, float logNormaliser, float clicks) =>
        likelihood.Kind == (int)LikelihoodKind.Multinomial ? clicks * DeviceMath.Exp(logit - logNormaliser)
        : likelihood.Kind == (int)LikelihoodKind.Gaussian ? likelihood.ZeroWeight * logit
        : DeviceMath.Sigmoid(logit);

    private static float LogSumExp(View f, int items)
    {
        float max = float.NegativeInfinity, sum = 0;
        for (int i = Group.IdxX; i < items; i += Group.DimX)
        {
            float logit = f[i];
            if (logit > max)
            {
                sum = sum * DeviceMath.Exp(max - logit) + 1;
                max = logit;
            }
            else
            {
                sum += DeviceMath.Exp(logit - max);
            }
        }
        float groupMax = GroupReduce.Max(max);
        // A thread without items has max -infinity and sum 0, and -infinity + infinity must not spoil the sum.
        float groupSum = GroupReduce.Sum(max == float.NegativeInfinity ? 0 : sum * DeviceMath.Exp(max - groupMax));
        return groupMax + DeviceMath.Log(groupSum);
    }
}
