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
    public void Move(long i, float gradient)
    {
        float weight = _weights[i], first = _first[i], second = _second[i];
        gradient += _decay * weight;
        first = _beta1 * first + _rest1 * gradient;
        second = _beta2 * second + _rest2 * gradient * gradient;
        _first[i] = first;
        _second[i] = second;
        _weights[i] = weight - _rate * first / (MathF.Sqrt(second) + _epsilon);
    }
}
