using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>Layer normalisation: a group for each row, and a thread for each column's parameter gradients.</summary>
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

    public static void BackwardParameters(View x, View saved, View dy, View dGain, View dBias, int rows, int n)
    {
        for (long i = ElementKernels.First; i < n; i += ElementKernels.Stride)
        {
            float gain = 0, bias = 0;
            for (long row = 0; row < rows; row++)
            {
                float above = dy[row * n + i];
                gain += above * (x[row * n + i] - saved[2 * row]) * saved[2 * row + 1];
                bias += above;
            }
            if (dGain.Length > 0) dGain[i] += gain;
            if (dBias.Length > 0) dBias[i] += bias;
        }
    }
}
