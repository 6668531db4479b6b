using System.Numerics;

namespace ManualVae.Compute;

/// <summary>
/// What several updates without a gradient do to a row at once: w -= Drift m / (sqrt(v) + eps), m *= First, v *= Second. Adam
/// moves an element whose gradient is 0 too: after an update that left the moments m and v, the j-th update at rest moves it by
/// rate b1^j m / (sqrt(b2^j v) + eps). The sum is exact but for eps, which here decays like sqrt(v).
/// </summary>
/// <param name="Drift">Sum over the updates of rate_j (b1 / sqrt(b2))^j.</param>
/// <param name="First">b1^k after k updates.</param>
/// <param name="Second">b2^k.</param>
public readonly record struct AdamRest(double Drift, double First, double Second)
{
    /// <summary>No update.</summary>
    public static AdamRest None => new(0, 1, 1);

    /// <summary>Moves a row.</summary>
    /// <param name="epsilon">That of Adam.</param>
    /// <param name="w">Weights.</param>
    /// <param name="m">First moments.</param>
    /// <param name="v">Second moments.</param>
    internal void Apply(float epsilon, Span<float> w, Span<float> m, Span<float> v)
    {
        var (drift, b1, b2) = ((float)Drift, (float)First, (float)Second);
        int i = 0, lanes = Vector<float>.Count;
        for (; i <= w.Length - lanes; i += lanes)
        {
            var (weight, first, second) = (new Vector<float>(w[i..]), new Vector<float>(m[i..]), new Vector<float>(v[i..]));
            (weight - drift * first / (Vector.SquareRoot(second) + new Vector<float>(epsilon))).CopyTo(w[i..]);
            (b1 * first).CopyTo(m[i..]);
            (b2 * second).CopyTo(v[i..]);
        }
        for (; i < w.Length; i++)
        {
            w[i] -= drift * m[i] / (MathF.Sqrt(v[i]) + epsilon);
            (m[i], v[i]) = (b1 * m[i], b2 * v[i]);
        }
    }

    /// <summary>Moves a row in double precision.</summary>
    internal void Apply(double epsilon, Span<double> w, Span<double> m, Span<double> v)
    {
        for (int i = 0; i < w.Length; i++)
        {
            w[i] -= Drift * m[i] / (Math.Sqrt(v[i]) + epsilon);
            (m[i], v[i]) = (First * m[i], Second * v[i]);
        }
    }
}
