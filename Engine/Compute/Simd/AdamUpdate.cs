using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManualVae.Compute.Simd;

/// <summary>Adam's update of a run of elements, all of it in one pass (formula: <see cref="AdamStep"/>).</summary>
internal readonly unsafe struct AdamUpdate
{
    private readonly float _beta1, _oneMinusBeta1, _beta2, _oneMinusBeta2, _rate, _epsilon, _decay;

    public AdamUpdate(AdamStep step, double weightDecay)
    {
        (_beta1, _oneMinusBeta1) = ((float)step.Beta1, (float)(1 - step.Beta1));
        (_beta2, _oneMinusBeta2) = ((float)step.Beta2, (float)(1 - step.Beta2));
        (_rate, _epsilon, _decay) = ((float)step.CorrectedRate, (float)step.Epsilon, (float)(2 * weightDecay));
    }

    /// <summary>Moves w, m and v by the gradient g; g null stands for zeros.</summary>
    public void Apply(int count, float* g, float* w, float* m, float* v)
    {
        int i = 0;
        // Vector<float> stops at 256 bits; the full width saves about 3 ms per step (docs/performance.md).
        if (Vector512.IsHardwareAccelerated)
            for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                var (weight, first, second) = (Vector512.Load(w + i), Vector512.Load(m + i), Vector512.Load(v + i));
                Move(g == null ? Vector512<float>.Zero : Vector512.Load(g + i), ref weight, ref first, ref second);
                weight.Store(w + i);
                first.Store(m + i);
                second.Store(v + i);
            }
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var (weight, first, second) = (Vector.Load(w + i), Vector.Load(m + i), Vector.Load(v + i));
            Move(g == null ? Vector<float>.Zero : Vector.Load(g + i), ref weight, ref first, ref second);
            weight.Store(w + i);
            first.Store(m + i);
            second.Store(v + i);
        }
        if (i < count) Tail(count - i, g == null ? null : g + i, w + i, m + i, v + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Move(Vector<float> g, ref Vector<float> w, ref Vector<float> m, ref Vector<float> v)
    {
        g = Vector.MultiplyAddEstimate(new Vector<float>(_decay), w, g);
        m = Vector.MultiplyAddEstimate(new Vector<float>(_beta1), m, new Vector<float>(_oneMinusBeta1) * g);
        v = Vector.MultiplyAddEstimate(new Vector<float>(_beta2), v, new Vector<float>(_oneMinusBeta2) * (g * g));
        w -= new Vector<float>(_rate) * m / (Vector.SquareRoot(v) + new Vector<float>(_epsilon));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Move(Vector512<float> g, ref Vector512<float> w, ref Vector512<float> m, ref Vector512<float> v)
    {
        g = Vector512.MultiplyAddEstimate(Vector512.Create(_decay), w, g);
        m = Vector512.MultiplyAddEstimate(Vector512.Create(_beta1), m, Vector512.Create(_oneMinusBeta1) * g);
        v = Vector512.MultiplyAddEstimate(Vector512.Create(_beta2), v, Vector512.Create(_oneMinusBeta2) * (g * g));
        w -= Vector512.Create(_rate) * m / (Vector512.Sqrt(v) + Vector512.Create(_epsilon));
    }

    private void Tail(int count, float* g, float* w, float* m, float* v)
    {
        int width = Vector<float>.Count;
        float* padded = stackalloc float[4 * width];
        new Span<float>(padded, 4 * width).Clear();
        for (int i = 0; i < count; i++)
        {
            padded[i] = g == null ? 0 : g[i];
            (padded[width + i], padded[2 * width + i], padded[3 * width + i]) = (w[i], m[i], v[i]);
        }
        Apply(width, padded, padded + width, padded + 2 * width, padded + 3 * width);
        for (int i = 0; i < count; i++) (w[i], m[i], v[i]) = (padded[width + i], padded[2 * width + i], padded[3 * width + i]);
    }
}
