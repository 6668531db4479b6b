using System.Runtime.CompilerServices;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// One Adam update in the form that kernels take (formula: <see cref="AdamStep"/>); without moments there is none.
/// </summary>
internal readonly struct DeviceAdam(View weights, View first, View second, AdamStep step, double weightDecay)
{
    private readonly View _weights = weights, _first = first, _second = second;
    private readonly float _decay = (float)(2 * weightDecay), _rate = (float)step.CorrectedRate, _epsilon = (float)step.Epsilon,
        _beta1 = (float)step.Beta1, _beta2 = (float)step.Beta2,
        _rest1 = (float)(1 - step.Beta1), _rest2 = (float)(1 - step.Beta2);

    /// <summary>False if the gradient is stored instead.</summary>
    public bool IsWanted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _first.Length > 0;
    }

    /// <summary>
    /// Moves element i by its gradient. All reads come before the first write: the compiler must not move a read up past one,
    /// and each would be another trip to memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Move(long i, float gradient) =>
        (_weights[i], _first[i], _second[i]) = Moved(_weights[i], _first[i], _second[i], gradient);

    /// <summary>Moves the four elements from 4 i on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Move(long i, Float4 gradient)
    {
        var (weights, firsts, seconds) = (_weights.Cast<Float4>(), _first.Cast<Float4>(), _second.Cast<Float4>());
        Float4 weight = weights[i], first = firsts[i], second = seconds[i];
        (weight.X, first.X, second.X) = Moved(weight.X, first.X, second.X, gradient.X);
        (weight.Y, first.Y, second.Y) = Moved(weight.Y, first.Y, second.Y, gradient.Y);
        (weight.Z, first.Z, second.Z) = Moved(weight.Z, first.Z, second.Z, gradient.Z);
        (weight.W, first.W, second.W) = Moved(weight.W, first.W, second.W, gradient.W);
        (weights[i], firsts[i], seconds[i]) = (weight, first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (float Weight, float First, float Second) Moved(float weight, float first, float second, float gradient)
    {
        gradient += _decay * weight;
        first = _beta1 * first + _rest1 * gradient;
        second = _beta2 * second + _rest2 * gradient * gradient;
        return (weight - _rate * first / (MathF.Sqrt(second) + _epsilon), first, second);
    }
}
