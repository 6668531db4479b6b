using System.Numerics;

namespace ManualVae.Compute.Simd;

// Elementwise functions of the latent variables; mu and lv are the posterior's mean and log variance.

/// <summary>(mu, lv, noise) to mu + noise sigma.</summary>
internal readonly struct Sampling : ITernaryOperator
{
    public Vector<float> Invoke(Vector<float> mu, Vector<float> lv, Vector<float> noise) =>
        Vector.MultiplyAddEstimate(noise, VectorMath.Exp(lv * new Vector<float>(0.5f)), mu);
}

/// <summary>(lv, noise, dz, dlv) to dlv + dz noise sigma / 2.</summary>
internal readonly struct SamplingGradient : IQuaternaryOperator
{
    public Vector<float> Invoke(Vector<float> lv, Vector<float> noise, Vector<float> dz, Vector<float> dlv) =>
        Vector.MultiplyAddEstimate(dz * noise * new Vector<float>(0.5f), VectorMath.Exp(lv * new Vector<float>(0.5f)), dlv);
}

/// <summary>(mu, lv) to (e^lv + mu^2 - 1 - lv) / 2.</summary>
internal readonly struct StandardKl : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> mu, Vector<float> lv) =>
        new Vector<float>(0.5f) * (VectorMath.Exp(lv) - Vector<float>.One - lv + mu * mu);
}

/// <summary>(lv, dlv) to dlv + scale (e^lv - 1) / 2.</summary>
internal readonly struct StandardKlGradient(float scale) : IBinaryOperator
{
    private readonly Vector<float> _half = new(scale / 2);
    public Vector<float> Invoke(Vector<float> lv, Vector<float> dlv) =>
        Vector.MultiplyAddEstimate(_half, VectorMath.Exp(lv) - Vector<float>.One, dlv);
}

/// <summary>(lv, dlv) to dlv + scale e^lv.</summary>
internal readonly struct VarianceGradient(float scale) : IBinaryOperator
{
    private readonly Vector<float> _scale = new(scale);
    public Vector<float> Invoke(Vector<float> lv, Vector<float> dlv) =>
        Vector.MultiplyAddEstimate(_scale, VectorMath.Exp(lv), dlv);
}

/// <summary>(lv) to e^lv, or with a factor of -1 to e^-lv.</summary>
internal readonly struct Variance(float factor) : IUnaryOperator
{
    private readonly Vector<float> _factor = new(factor);
    public Vector<float> Invoke(Vector<float> lv) => VectorMath.Exp(lv * _factor);
}

/// <summary>(z, mu, lv) to log N(z; mu, e^lv).</summary>
internal readonly struct GaussianLogDensity : ITernaryOperator
{
    internal const float LogTwoPi = 1.83787707f;
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> lv)
    {
        var difference = z - mu;
        return new Vector<float>(-0.5f) * (difference * difference * VectorMath.Exp(-lv) + (lv + new Vector<float>(LogTwoPi)));
    }
}

/// <summary>(z, mu, lv, gradient) to gradient + scale (z - mu) / e^lv: for dmu, and with a negative scale for dz.</summary>
internal readonly struct GaussianGradientMean(float scale) : IQuaternaryOperator
{
    private readonly Vector<float> _scale = new(scale);
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> lv, Vector<float> gradient) =>
        Vector.MultiplyAddEstimate(_scale * (z - mu), VectorMath.Exp(-lv), gradient);
}

/// <summary>(z, mu, lv, dlv) to dlv + scale ((z - mu)^2 / e^lv - 1) / 2.</summary>
internal readonly struct GaussianGradientLogVariance(float scale) : IQuaternaryOperator
{
    private readonly Vector<float> _half = new(scale / 2);
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> lv, Vector<float> dlv)
    {
        var difference = z - mu;
        return Vector.MultiplyAddEstimate(_half, difference * difference * VectorMath.Exp(-lv) - Vector<float>.One, dlv);
    }
}

/// <summary>The three components of RecVAE's prior in one latent dimension, as log densities with their weights.</summary>
internal readonly struct CompositeComponents
{
    private readonly Vector<float> _standard, _posterior, _wide, _wideLogVariance, _widePrecision;

    public CompositeComponents(CompositePrior prior)
    {
        double half = Math.Log(2 * Math.PI) / 2;
        _standard = new((float)(Math.Log(prior.StandardWeight) - half));
        _posterior = new((float)(Math.Log(prior.PosteriorWeight) - half));
        _wide = new((float)(Math.Log(prior.WideWeight) - half));
        _wideLogVariance = new((float)prior.WideLogVariance);
        _widePrecision = new((float)Math.Exp(-prior.WideLogVariance));
    }

    /// <summary>
    /// Log density, and its derivative by z: those of the components, weighted by responsibility.
    /// </summary>
    public Vector<float> LogDensity(Vector<float> z, Vector<float> mu, Vector<float> lv, out Vector<float> derivative)
    {
        var half = new Vector<float>(0.5f);
        var precision = VectorMath.Exp(-lv);
        var difference = z - mu;
        var a = _standard - half * z * z;
        var b = _posterior - half * (lv + difference * difference * precision);
        var c = _wide - half * (_wideLogVariance + z * z * _widePrecision);
        var max = Vector.Max(Vector.Max(a, b), c);
        var (ea, eb, ec) = (VectorMath.Exp(a - max), VectorMath.Exp(b - max), VectorMath.Exp(c - max));
        var sum = ea + eb + ec;
        derivative = -(ea * z + eb * difference * precision + ec * z * _widePrecision) / sum;
        return max + VectorMath.Log(sum);
    }
}

/// <summary>(z, mu, lv) to the log density under the composite prior.</summary>
internal readonly struct CompositeLogDensity(CompositePrior prior) : ITernaryOperator
{
    private readonly CompositeComponents _components = new(prior);
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> lv) => _components.LogDensity(z, mu, lv, out _);
}

/// <summary>(z, mu, lv, dz) to dz + scale times the derivative of that log density by z.</summary>
internal readonly struct CompositeGradient(CompositePrior prior, float scale) : IQuaternaryOperator
{
    private readonly CompositeComponents _components = new(prior);
    private readonly Vector<float> _scale = new(scale);
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> lv, Vector<float> dz)
    {
        _components.LogDensity(z, mu, lv, out var derivative);
        return Vector.MultiplyAddEstimate(_scale, derivative, dz);
    }
}

/// <summary>(z, mu, precision) to (z - mu)^2 precision.</summary>
internal readonly struct WeightedSquare : ITernaryOperator
{
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> precision) => (z - mu) * (z - mu) * precision;
}

/// <summary>(z, mu, precision, gradient) to gradient + scale (z - mu) precision.</summary>
internal readonly struct WeightedDifference(float scale) : IQuaternaryOperator
{
    private readonly Vector<float> _scale = new(scale);
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> precision, Vector<float> gradient) =>
        Vector.MultiplyAddEstimate(_scale * (z - mu), precision, gradient);
}

/// <summary>(z, mu, precision, dlv) to dlv + scale ((z - mu)^2 precision - 1) / 2.</summary>
internal readonly struct WeightedSquareGradient(float scale) : IQuaternaryOperator
{
    private readonly Vector<float> _half = new(scale / 2);
    public Vector<float> Invoke(Vector<float> z, Vector<float> mu, Vector<float> precision, Vector<float> dlv) =>
        Vector.MultiplyAddEstimate(_half, (z - mu) * (z - mu) * precision - Vector<float>.One, dlv);
}

/// <summary>(x) to x.</summary>
internal readonly struct Identity : IUnaryOperator
{
    public Vector<float> Invoke(Vector<float> x) => x;
}

/// <summary>(a, b) to (a - b)^2.</summary>
internal readonly struct SquaredDifference : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => (a - b) * (a - b);
}

/// <summary>(a, b, gradient) to gradient + scale (a - b).</summary>
internal readonly struct AddScaledDifference(float scale) : ITernaryOperator
{
    private readonly Vector<float> _scale = new(scale);
    public Vector<float> Invoke(Vector<float> a, Vector<float> b, Vector<float> gradient) =>
        Vector.MultiplyAddEstimate(_scale, a - b, gradient);
}
