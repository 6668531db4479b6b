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

    /// <summary>Moves element i by its gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Move(long i, float gradient)
    {
        float weight = _weights[i];
        gradient += _decay * weight;
        float first = _first[i] = _beta1 * _first[i] + _rest1 * gradient;
        float second = _second[i] = _beta2 * _second[i] + _rest2 * gradient * gradient;
        _weights[i] = weight - _rate * first / (MathF.Sqrt(second) + _epsilon);
    }
}
