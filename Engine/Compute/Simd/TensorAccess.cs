using System.Runtime.CompilerServices;

namespace ManualVae.Compute.Simd;

/// <summary>Looks inside the tensors of this backend.</summary>
internal static unsafe class TensorAccess
{
    /// <summary>The first element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Pointer(this Tensor tensor) => ((NativeBuffer)tensor.Buffer).Pointer + tensor.Offset;

    /// <summary>The first element of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Row(this Tensor tensor, int row) => tensor.Pointer() + (nint)row * tensor.Columns;

    /// <summary>The elements of a row.</summary>
    public static Span<float> RowSpan(this Tensor tensor, int row) => new(tensor.Row(row), tensor.Columns);

    /// <summary>The element of a row, or 1 if there is no tensor.</summary>
    public static float RowScale(this Tensor scale, int row) => scale.IsNone ? 1 : scale.Pointer()[row];
}
