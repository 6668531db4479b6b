using System.Numerics;

namespace ManualVae.Compute.Simd;

// The elementwise functions of the contract; formulas as in IBackend.

/// <summary>(x, y) to y + scale x.</summary>
internal readonly struct AddScaled(float scale) : IBinaryOperator
{
    private readonly Vector<float> _scale = new(scale);
    public Vector<float> Invoke(Vector<float> x, Vector<float> y) => Vector.MultiplyAddEstimate(_scale, x, y);
}

/// <summary>(a, b) to a b.</summary>
internal readonly struct Product : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> a, Vector<float> b) => a * b;
}

/// <summary>(y, dy) to dy (1 - y^2).</summary>
internal readonly struct TanhGradient : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> y, Vector<float> dy) => dy * (Vector<float>.One - y * y);
}

/// <summary>(y, dy) to dy y (1 - y).</summary>
internal readonly struct SigmoidGradient : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> y, Vector<float> dy) => dy * (y * (Vector<float>.One - y));
}

/// <summary>(y, dy) to dy where y lies strictly between 0 and 1.</summary>
internal readonly struct UnitClampGradient : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> y, Vector<float> dy) =>
        Vector.ConditionalSelect(
            Vector.GreaterThan(y, Vector<float>.Zero) & Vector.LessThan(y, Vector<float>.One), dy, Vector<float>.Zero);
}

/// <summary>(y, dy) to dy where y is above 0.</summary>
internal readonly struct ReluGradient : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> y, Vector<float> dy) =>
        Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<float>.Zero), dy, Vector<float>.Zero);
}

/// <summary>(x, dy, dx) to dx + dy (s + x s (1 - s)).</summary>
internal readonly struct SwishGradient : ITernaryOperator
{
    public Vector<float> Invoke(Vector<float> x, Vector<float> dy, Vector<float> dx)
    {
        var s = VectorMath.Sigmoid(x);
        return Vector.MultiplyAddEstimate(dy, Vector.MultiplyAddEstimate(x * s, Vector<float>.One - s, s), dx);
    }
}

/// <summary>(h, g) to h sigmoid(g).</summary>
internal readonly struct Gate : IBinaryOperator
{
    public Vector<float> Invoke(Vector<float> h, Vector<float> g) => h * VectorMath.Sigmoid(g);
}

/// <summary>(g, dy, dh) to dh + dy sigmoid(g).</summary>
internal readonly struct GateGradientH : ITernaryOperator
{
    public Vector<float> Invoke(Vector<float> g, Vector<float> dy, Vector<float> dh) =>
        Vector.MultiplyAddEstimate(dy, VectorMath.Sigmoid(g), dh);
}

/// <summary>(h, g, dy, dg) to dg + dy h s (1 - s).</summary>
internal readonly struct GateGradientG : IQuaternaryOperator
{
    public Vector<float> Invoke(Vector<float> h, Vector<float> g, Vector<float> dy, Vector<float> dg)
    {
        var s = VectorMath.Sigmoid(g);
        return Vector.MultiplyAddEstimate(dy * h, s * (Vector<float>.One - s), dg);
    }
}

/// <summary>x to f(x), written for epilogues that know the function only at run time.</summary>
internal static class Activations
{
    /// <summary>In place: x = f(x).</summary>
    public static unsafe void Apply(Activation activation, int count, float* x)
    {
        switch (activation)
        {
            case Activation.Identity: break;
            case Activation.Tanh: Elementwise.Apply(default(TanhMap), count, x, x); break;
            case Activation.Sigmoid: Elementwise.Apply(default(SigmoidMap), count, x, x); break;
            case Activation.UnitClamp: Elementwise.Apply(default(UnitClampMap), count, x, x); break;
            case Activation.Relu: Elementwise.Apply(default(ReluMap), count, x, x); break;
            default: throw new ArgumentOutOfRangeException(nameof(activation), activation, null);
        }
    }

    private readonly struct TanhMap : IUnaryOperator
    {
        public Vector<float> Invoke(Vector<float> x) => VectorMath.Tanh(x);
    }

    private readonly struct SigmoidMap : IUnaryOperator
    {
        public Vector<float> Invoke(Vector<float> x) => VectorMath.Sigmoid(x);
    }

    private readonly struct UnitClampMap : IUnaryOperator
    {
        public Vector<float> Invoke(Vector<float> x) => Vector.Min(Vector.Max(x, Vector<float>.Zero), Vector<float>.One);
    }

    private readonly struct ReluMap : IUnaryOperator
    {
        public Vector<float> Invoke(Vector<float> x) => Vector.Max(x, Vector<float>.Zero);
    }
}
