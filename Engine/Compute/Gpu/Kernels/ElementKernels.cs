using System.Runtime.CompilerServices;
using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// Elementwise kernels: a thread takes every GridDim * GroupDim-th element. An empty view stands for "not wanted".
/// </summary>
internal static class ElementKernels
{
    /// <summary>The first element of this thread.</summary>
    public static long First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long)Grid.IdxX * Group.DimX + Group.IdxX;
    }

    /// <summary>Distance between the elements of a thread.</summary>
    public static long Stride
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long)Grid.DimX * Group.DimX;
    }

    public static void Fill(View x, float value)
    {
        for (long i = First; i < x.Length; i += Stride) x[i] = value;
    }

    public static void Add(View source, float scale, View destination)
    {
        for (long i = First; i < source.Length; i += Stride) destination[i] += scale * source[i];
    }

    public static void ConcatForward(View a, View b, View y, int n, int m)
    {
        for (long i = First; i < y.Length; i += Stride)
        {
            long row = i / (n + m), column = i - row * (n + m);
            y[i] = column < n ? a[row * n + column] : b[row * m + column - n];
        }
    }

    public static void ConcatBackward(View dy, View da, View db, int n, int m)
    {
        for (long i = First; i < dy.Length; i += Stride)
        {
            long row = i / (n + m), column = i - row * (n + m);
            if (column < n)
            {
                if (da.Length > 0) da[row * n + column] += dy[i];
            }
            else if (db.Length > 0)
            {
                db[row * m + column - n] += dy[i];
            }
        }
    }

    public static float Apply(int activation, float x) => activation switch
    {
        (int)Activation.Tanh => DeviceMath.Tanh(x),
        (int)Activation.Sigmoid => DeviceMath.Sigmoid(x),
        (int)Activation.UnitClamp => x < 0 ? 0 : x > 1 ? 1 : x,
        (int)Activation.Relu => x < 0 ? 0 : x,
        _ => x,
    };

    public static void ActivationBackward(int activation, View y, View dy)
    {
        for (long i = First; i < y.Length; i += Stride)
            dy[i] *= activation switch
            {
                (int)Activation.Tanh => 1 - y[i] * y[i],
                (int)Activation.Sigmoid => y[i] * (1 - y[i]),
                (int)Activation.UnitClamp => y[i] > 0 && y[i] < 1 ? 1 : 0,
                (int)Activation.Relu => y[i] > 0 ? 1 : 0,
                _ => 1,
            };
    }

    public static void SwishBackward(View x, View dy, View dx)
    {
        for (long i = First; i < x.Length; i += Stride)
        {
            float s = DeviceMath.Sigmoid(x[i]);
            dx[i] += dy[i] * (s + x[i] * s * (1 - s));
        }
    }

    public static void GateForward(View h, View g, View y)
    {
        for (long i = First; i < h.Length; i += Stride) y[i] = h[i] * DeviceMath.Sigmoid(g[i]);
    }

    public static void GateBackward(View h, View g, View dy, View dh, View dg)
    {
        for (long i = First; i < h.Length; i += Stride)
        {
            float s = DeviceMath.Sigmoid(g[i]);
            if (dh.Length > 0) dh[i] += dy[i] * s;
            if (dg.Length > 0) dg[i] += dy[i] * h[i] * s * (1 - s);
        }
    }

    /// <summary>The sum of squares of the elements of each group, in double precision.</summary>
    public static void SquaredNorm(View x, ArrayView<double> sums)
    {
        double sum = 0;
        for (long i = First; i < x.Length; i += Stride) sum += (double)x[i] * x[i];
        sum = GroupReduce.Sum(sum);
        if (Group.IdxX == 0) sums[Grid.IdxX] = sum;
    }

    /// <summary>Column sums of dy [rows, columns] onto a gradient, <see cref="GroupShape.Columns"/> to a group.</summary>
    public static void AddColumnSums(View dy, View gradient, int rows)
    {
        long columns = gradient.Length, column = (long)Grid.IdxX * GroupShape.Columns + GroupReduce.Column;
        float sum = 0;
        for (int row = GroupReduce.Lane; row < rows && column < columns; row += GroupShape.Lanes)
            sum += dy[row * columns + column];
        sum = GroupReduce.SumLanes(sum);
        if (GroupReduce.Lane == 0 && column < columns) gradient[column] += sum;
    }

    /// <summary>The update of every element of g.</summary>
    public static void Adam(View g, DeviceAdam adam)
    {
        for (long i = First; i < g.Length; i += Stride) adam.Move(i, g[i]);
    }
}
