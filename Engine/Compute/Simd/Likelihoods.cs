using System.Numerics;

namespace ManualVae.Compute.Simd;

/// <summary>One user's clicks; without emphasis each counts 1.</summary>
internal readonly unsafe struct Clicks(int* items, float* values, float* emphasis, int count)
{
    public readonly int* Items = items;
    public readonly float* Values = values;
    public readonly float* Emphasis = emphasis;
    public readonly int Count = count;

    /// <summary>Factor of a click's term.</summary>
    public double Weight(int e) => Emphasis == null ? 1 : Emphasis[e];
}

/// <summary>
/// The likelihoods of one user. Each returns the loss and, going backward, overwrites the logits by scale times its gradient.
/// Terms of all items are vectorised; those of the user's few clicks follow, in double precision.
/// </summary>
internal static unsafe class Likelihoods
{
    /// <summary>Logits between two runs of prefetches.</summary>
    private const int Piece = 512;

    /// <summary>
    /// -sum w x log softmax(f); gradient N softmax(f) - w x, N = sum w x. The maximum is subtracted first. While the exponentials
    /// keep the core busy, the logits that this thread will probably read next (or null) are prefetched.
    /// </summary>
    public static double Multinomial(Clicks clicks, int items, float* logits, double scale, bool backward, float* next)
    {
        float max = Maximum(logits, items);
        double clicked = 0, total = 0;
        for (int e = 0; e < clicks.Count; e++)
        {
            double x = clicks.Weight(e) * clicks.Values[e];
            total += x;
            clicked += x * logits[clicks.Items[e]];
        }
        double sum = 0;
        for (int i = 0; i < items; i += Piece)
        {
            int count = Math.Min(Piece, items - i);
            if (next != null) PrefetchList.Prefetch(next + i, count);
            sum += SumOfExponentials(logits + i, count, max, backward);
        }
        if (backward)
        {
            Elementwise.Apply(new Scaled((float)(scale * total / sum)), items, logits, logits);
            for (int e = 0; e < clicks.Count; e++)
                logits[clicks.Items[e]] -= (float)(scale * (clicks.Weight(e) * clicks.Values[e]));
        }
        return total == 0 ? 0 : total * (max + Math.Log(sum)) - clicked;
    }

    /// <summary>log sum e^f, minus infinity without items.</summary>
    public static double LogSumExp(int items, float* logits)
    {
        float max = Maximum(logits, items);
        double sum = 0;
        for (int i = 0; i < items; i += Piece) sum += SumOfExponentials(logits + i, Math.Min(Piece, items - i), max, keep: false);
        return max + Math.Log(sum);
    }

    /// <summary>
    /// sum x (lse - f) over a part of the items; unless the scale is NaN f := scale (n e^(f - lse) - x).
    /// </summary>
    public static double MultinomialOfPart(
        Clicks clicks, int items, float* logits, double scale, float logNormaliser, double total)
    {
        double loss = 0;
        for (int e = 0; e < clicks.Count; e++)
            loss += clicks.Values[e] * ((double)logNormaliser - logits[clicks.Items[e]]);
        if (double.IsNaN(scale)) return loss;
        for (int i = 0; i < items; i += Piece)
            SumOfExponentials(logits + i, Math.Min(Piece, items - i), logNormaliser, keep: true);
        Elementwise.Apply(new Scaled((float)(scale * total)), items, logits, logits);
        for (int e = 0; e < clicks.Count; e++) logits[clicks.Items[e]] -= (float)(scale * clicks.Values[e]);
        return loss;
    }

    /// <summary>sum w c/2 (x - f)^2; gradient w c (f - x).</summary>
    public static double Gaussian(Likelihood likelihood, Clicks clicks, int items, float* logits, double scale, bool backward)
    {
        double zero = likelihood.ZeroWeight, click = likelihood.ClickWeight;
        double loss = zero / 2 * Elementwise.Sum(default(Square), items, logits);
        for (int e = 0; e < clicks.Count; e++)
        {
            double f = logits[clicks.Items[e]], x = clicks.Values[e], weight = clicks.Weight(e) * (x > 0 ? click : zero);
            loss += (weight * (x - f) * (x - f) - zero * f * f) / 2;
            // Chosen so that the scaling of all items below gives weight * (f - x).
            if (backward) logits[clicks.Items[e]] = (float)(weight / zero * (f - x));
        }
        if (backward) Elementwise.Apply(new Scaled((float)(scale * zero)), items, logits, logits);
        return loss;
    }

    /// <summary>sum w (softplus(f) - x f); gradient w (sigmoid(f) - x).</summary>
    public static double Logistic(Clicks clicks, int items, float* logits, double scale, bool backward)
    {
        double loss = Elementwise.Sum(default(SoftplusMap), items, logits);
        for (int e = 0; e < clicks.Count; e++)
        {
            double f = logits[clicks.Items[e]], x = clicks.Values[e];
            loss -= x * f;
            if (clicks.Emphasis != null)
                loss += (clicks.Emphasis[e] - 1) * (Math.Max(f, 0) + Math.Log(1 + Math.Exp(-Math.Abs(f))) - x * f);
        }
        if (!backward) return loss;
        Elementwise.Apply(new ScaledSigmoid((float)scale), items, logits, logits);
        if (clicks.Emphasis != null)
            for (int e = 0; e < clicks.Count; e++)
            {
                ref float slope = ref logits[clicks.Items[e]];
                slope = (float)(clicks.Emphasis[e] * (slope - scale * clicks.Values[e]));
            }
        else for (int e = 0; e < clicks.Count; e++) logits[clicks.Items[e]] -= (float)(scale * clicks.Values[e]);
        return loss;
    }

    private static float Maximum(float* x, int count)
    {
        int width = Vector<float>.Count, i = 0;
        float max = float.NegativeInfinity;
        if (count >= 4 * width)
        {
            Vector<float> m0 = Vector.Load(x), m1 = Vector.Load(x + width);
            Vector<float> m2 = Vector.Load(x + 2 * width), m3 = Vector.Load(x + 3 * width);
            for (i = 4 * width; i <= count - 4 * width; i += 4 * width)
            {
                m0 = Vector.MaxNative(m0, Vector.Load(x + i));
                m1 = Vector.MaxNative(m1, Vector.Load(x + i + width));
                m2 = Vector.MaxNative(m2, Vector.Load(x + i + 2 * width));
                m3 = Vector.MaxNative(m3, Vector.Load(x + i + 3 * width));
            }
            m0 = Vector.MaxNative(Vector.MaxNative(m0, m1), Vector.MaxNative(m2, m3));
            for (int lane = 0; lane < width; lane++) max = Math.Max(max, m0[lane]);
        }
        for (; i < count; i++) max = Math.Max(max, x[i]);
        return max;
    }

    /// <summary>The sum of e^(x - max), which replaces x if it is kept. Single precision: only for a piece of a row.</summary>
    private static double SumOfExponentials(float* x, int count, float max, bool keep)
    {
        int width = Vector<float>.Count, i = 0;
        var shift = new Vector<float>(max);
        var sum = Vector<float>.Zero;
        for (; i <= count - 2 * width; i += 2 * width)
        {
            var (left, right) = (Vector.Load(x + i) - shift, Vector.Load(x + i + width) - shift);
            VectorMath.ExpNonPositive(ref left, ref right);
            sum = sum + left + right;
            if (!keep) continue;
            left.Store(x + i);
            right.Store(x + i + width);
        }
        if (i <= count - width)
        {
            var last = VectorMath.ExpNonPositive(Vector.Load(x + i) - shift);
            if (keep) last.Store(x + i);
            sum += last;
            i += width;
        }
        double rest = Elementwise.Sum(new ShiftedExp(max), count - i, x + i);
        if (keep) Elementwise.Apply(new ShiftedExp(max), count - i, x + i, x + i);
        return Vector.Sum(sum) + rest;
    }

    private readonly struct ShiftedExp(float shift) : IUnaryOperator
    {
        private readonly Vector<float> _shift = new(shift);
        public Vector<float> Invoke(Vector<float> x) => VectorMath.ExpNonPositive(x - _shift);
    }

    private readonly struct Scaled(float scale) : IUnaryOperator
    {
        private readonly Vector<float> _scale = new(scale);
        public Vector<float> Invoke(Vector<float> x) => x * _scale;
    }

    private readonly struct ScaledSigmoid(float scale) : IUnaryOperator
    {
        private readonly Vector<float> _scale = new(scale);
        public Vector<float> Invoke(Vector<float> x) => VectorMath.Sigmoid(x) * _scale;
    }

    private readonly struct SoftplusMap : IUnaryOperator
    {
        public Vector<float> Invoke(Vector<float> x) => VectorMath.Softplus(x);
    }

    private readonly struct Square : IUnaryOperator
    {
        public Vector<float> Invoke(Vector<float> x) => x * x;
    }
}
