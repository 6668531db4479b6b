using System.Runtime.CompilerServices;
using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>A likelihood in the form that kernels take; factors of clicks and users from the first user on, or empty.</summary>
internal readonly struct DeviceLikelihood(Likelihood likelihood, View emphasis, View userWeights)
{
    public readonly View Emphasis = emphasis, UserWeights = userWeights;
    public readonly int Kind = (int)likelihood.Kind;
    public readonly float ClickWeight = (float)likelihood.ClickWeight, ZeroWeight = (float)likelihood.ZeroWeight;
}

/// <summary>What the Gram form reads: h, h W'W, W'b, b'b, and the clicks' logits, which become their gradients.</summary>
internal readonly struct GramViews(View hidden, View products, View shift, View square, View clickLogits)
{
    public readonly View Hidden = hidden, Products = products, Shift = shift, Square = square, ClickLogits = clickLogits;
}

/// <summary>
/// Losses, a group for each user, forward and gradient in one kernel: one sweep over the logits gathers the loss (the softmax's
/// maximum and sum together, rescaling as the maximum grows), a second one writes the gradient; a thread has four logits on their
/// way at a time.
/// </summary>
internal static class LikelihoodKernels
{
    /// <param name="batch">Structure of the targets.</param>
    /// <param name="targets">Values of the targets.</param>
    /// <param name="likelihood">Which.</param>
    /// <param name="logits">[B, items]; becomes the gradient if <paramref name="entryGradients"/> is given.</param>
    /// <param name="loss">[B].</param>
    /// <param name="entryGradients">Room for a number a click; empty for the loss alone.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="items">Columns of the logits.</param>
    public static void Loss(
        DeviceBatch batch, View targets, DeviceLikelihood likelihood, View logits, View loss, View entryGradients, float scale,
        int items)
    {
        int row = Grid.IdxX, start = batch.RowOffsets[row], end = batch.RowOffsets[row + 1];
        var f = logits.SubView((long)row * items, items);
        float logNormaliser = 0, sum = 0, clicks = 0;
        if (likelihood.Kind == (int)LikelihoodKind.Multinomial) logNormaliser = LogSumExp(f, items);
        else
            for (int i = Group.IdxX; i < items; i += Group.DimX)
                sum += likelihood.Kind == (int)LikelihoodKind.Gaussian
                    ? likelihood.ZeroWeight / 2 * f[i] * f[i]
                    : Softplus(f[i]);

        // The clicks' share of the loss, beside what they would have cost as zeros.
        for (int e = start + Group.IdxX; e < end; e += Group.DimX)
        {
            float x = targets[e], logit = f[batch.Columns[e]], w = Emphasis(likelihood, e);
            if (likelihood.Kind == (int)LikelihoodKind.Multinomial)
            {
                x *= w;
                clicks += x;
                sum -= x == 0 ? 0 : x * (logit - logNormaliser);
            }
            else if (likelihood.Kind == (int)LikelihoodKind.Logistic)
            {
                sum -= x * logit;
                if (likelihood.Emphasis.Length > 0) sum += (w - 1) * (Softplus(logit) - x * logit);
            }
            else
            {
                float weight = w * (x > 0 ? likelihood.ClickWeight : likelihood.ZeroWeight);
                sum += weight / 2 * (x - logit) * (x - logit) - likelihood.ZeroWeight / 2 * logit * logit;
            }
        }
        sum = GroupReduce.Sum(sum);
        if (likelihood.UserWeights.Length > 0)
        {
            sum *= likelihood.UserWeights[row];
            scale *= likelihood.UserWeights[row];
        }
        if (Group.IdxX == 0) loss[row] = sum;
        if (entryGradients.Length == 0) return;

        clicks = GroupReduce.Sum(clicks);
        for (int e = start + Group.IdxX; e < end; e += Group.DimX)
        {
            float x = targets[e], logit = f[batch.Columns[e]], w = Emphasis(likelihood, e);
            float weight = x > 0 ? likelihood.ClickWeight : likelihood.ZeroWeight;
            entryGradients[e] = scale * (likelihood.Kind == (int)LikelihoodKind.Gaussian
                ? w * weight * (logit - x)
                : likelihood.Kind == (int)LikelihoodKind.Logistic ? w * (DeviceMath.Sigmoid(logit) - x)
                : Slope(likelihood, logit, logNormaliser, clicks) - w * x);
        }
        Group.Barrier();
        for (int i = Group.IdxX; i < items; i += 4 * Group.DimX)
        {
            int second = i + Group.DimX, third = second + Group.DimX, fourth = third + Group.DimX;
            float a = f[i], b = Logit(f, second, items), c = Logit(f, third, items), d = Logit(f, fourth, items);
            f[i] = scale * Slope(likelihood, a, logNormaliser, clicks);
            if (second < items) f[second] = scale * Slope(likelihood, b, logNormaliser, clicks);
            if (third < items) f[third] = scale * Slope(likelihood, c, logNormaliser, clicks);
            if (fourth < items) f[fourth] = scale * Slope(likelihood, d, logNormaliser, clicks);
        }
        Group.Barrier();
        for (int e = start + Group.IdxX; e < end; e += Group.DimX) f[batch.Columns[e]] = entryGradients[e];
    }

    /// <summary>The emphasis of each click, a group for each user.</summary>
    public static void DropEmphasis(DeviceBatch batch, View inputs, float dropped, float kept, View emphasis)
    {
        int row = Grid.IdxX, end = batch.RowOffsets[row + 1];
        for (int e = batch.RowOffsets[row] + Group.IdxX; e < end; e += Group.DimX) emphasis[e] = inputs[e] == 0 ? dropped : kept;
    }

    /// <summary>The Gaussian loss in Gram form, a group for each user; see <see cref="IBackend.GaussianGramBackward"/>.</summary>
    public static void GaussianGram(
        DeviceBatch batch, View targets, DeviceLikelihood likelihood, GramViews gram, View loss, View dh, float scale,
        int n)
    {
        int row = Grid.IdxX, end = batch.RowOffsets[row + 1];
        float zero = likelihood.ZeroWeight, sum = 0;
        for (int j = Group.IdxX; j < n; j += Group.DimX)
        {
            float product = gram.Products[(long)row * n + j], shift = gram.Shift[j];
            sum += zero / 2 * gram.Hidden[(long)row * n + j] * (product + 2 * shift);
            if (dh.Length > 0) dh[(long)row * n + j] += scale * zero * (product + shift);
        }
        for (int e = batch.RowOffsets[row] + Group.IdxX; e < end; e += Group.DimX)
        {
            float f = gram.ClickLogits[e], x = targets[e], weight = x > 0 ? likelihood.ClickWeight : zero;
            sum += weight / 2 * (f - x) * (f - x) - zero / 2 * f * f;
            gram.ClickLogits[e] = scale * (weight * (f - x) - zero * f);
        }
        sum = GroupReduce.Sum(sum);
        if (Group.IdxX == 0) loss[row] = sum + zero / 2 * gram.Square[0];
    }

    /// <summary>The slope of the loss at an item without a click.</summary>
    private static float Slope(DeviceLikelihood likelihood, float logit, float logNormaliser, float clicks) =>
        likelihood.Kind == (int)LikelihoodKind.Multinomial ? clicks * DeviceMath.Exp(logit - logNormaliser)
        : likelihood.Kind == (int)LikelihoodKind.Gaussian ? likelihood.ZeroWeight * logit
        : DeviceMath.Sigmoid(logit);

    private static float Emphasis(DeviceLikelihood likelihood, int e) =>
        likelihood.Emphasis.Length > 0 ? likelihood.Emphasis[e] : 1;

    /// <summary>log(1 + e^f).</summary>
    private static float Softplus(float f) => MathF.Max(f, 0) + DeviceMath.Log(1 + DeviceMath.Exp(f < 0 ? f : -f));

    private static float LogSumExp(View f, int items)
    {
        float max = float.NegativeInfinity, sum = 0;
        for (int i = Group.IdxX; i < items; i += 4 * Group.DimX)
        {
            float a = f[i], b = Logit(f, i + Group.DimX, items), c = Logit(f, i + 2 * Group.DimX, items),
                d = Logit(f, i + 3 * Group.DimX, items);
            float larger = MathF.Max(MathF.Max(max, a), MathF.Max(b, MathF.Max(c, d))), origin = Origin(larger);
            sum = sum * DeviceMath.Exp(max - origin) + DeviceMath.Exp(a - origin) + DeviceMath.Exp(b - origin)
                + DeviceMath.Exp(c - origin) + DeviceMath.Exp(d - origin);
            max = larger;
        }
        float groupOrigin = Origin(GroupReduce.Max(max));
        return groupOrigin + DeviceMath.Log(GroupReduce.Sum(sum * DeviceMath.Exp(max - groupOrigin)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Logit(View f, int i, int items) => i < items ? f[i] : float.NegativeInfinity;

    /// <summary>
    /// What exponents are taken from: the maximum, which a device takes past NaN; -infinity minus itself would be NaN too.
    /// </summary>
    private static float Origin(float max) => max == float.NegativeInfinity ? 0 : max;
}
