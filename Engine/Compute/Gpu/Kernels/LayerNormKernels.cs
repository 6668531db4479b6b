using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>Layer normalisation: a group for each row, and a few columns to a group for the parameters' gradients.</summary>
internal static class LayerNormKernels
{
    public static void Forward(View x, View gain, View bias, float epsilon, View y, View saved, int n)
    {
        long row = Grid.IdxX, start = row * n;
        float sum = 0;
        for (int i = Group.IdxX; i < n; i += Group.DimX) sum += x[start + i];
        float mean = GroupReduce.Sum(sum) / n;
        sum = 0;
        for (int i = Group.IdxX; i < n; i += Group.DimX) sum += (x[start + i] - mean) * (x[start + i] - mean);
        float inverse = 1 / MathF.Sqrt(GroupReduce.Sum(sum) / n + epsilon);
        for (int i = Group.IdxX; i < n; i += Group.DimX) y[start + i] = gain[i] * (x[start + i] - mean) * inverse + bias[i];
        if (Group.IdxX == 0)
        {
            saved[2 * row] = mean;
            saved[2 * row + 1] = inverse;
        }
    }

    public static void BackwardInput(View x, View gain, View saved, View dy, View dx, int n)
    {
        long row = Grid.IdxX, start = row * n;
        float mean = saved[2 * row], inverse = saved[2 * row + 1];
        float sum = 0, dot = 0; // of the gradient at the normalised value: alone, and with that value
        for (int i = Group.IdxX; i < n; i += Group.DimX)
        {
            float above = dy[start + i] * gain[i];
            sum += above;
            dot += above * (x[start + i] - mean) * inverse;
        }
        sum = GroupReduce.Sum(sum);
        dot = GroupReduce.Sum(dot);
        for (int i = Group.IdxX; i < n; i += Group.DimX)
            dx[start + i] += inverse * (dy[start + i] * gain[i] - (sum + (x[start + i] - mean) * inverse * dot) / n);
    }

    /// <summary><see cref="GroupShape.Columns"/> columns to a group.</summary>
    public static void BackwardParameters(View x, View saved, View dy, View dGain, View dBias, int rows, int n)
    {
        long i = (long)Grid.IdxX * GroupShape.Columns + GroupReduce.Column;
        float gain = 0, bias = 0;
        for (long row = GroupReduce.Lane; row < rows && i < n; row += GroupShape.Lanes)
        {
            float above = dy[row * n + i];
            gain += above * (x[row * n + i] - saved[2 * row]) * saved[2 * row + 1];
            bias += above;
        }
        gain = GroupReduce.SumLanes(gain);
        bias = GroupReduce.SumLanes(bias);
        if (GroupReduce.Lane != 0 || i >= n) return;
        if (dGain.Length > 0) dGain[i] += gain;
        if (dBias.Length > 0) dBias[i] += bias;
    }
}
