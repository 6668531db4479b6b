using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// Reductions over a group of <see cref="GroupShape.Threads"/> threads in shared memory: 16 threads reduce eight values each,
/// then every thread reduces the 16 results. Three barriers instead of a tree's nine, and a fixed order, so sums have the same
/// bits in every run. Every thread of the group must call them, and gets the result.
/// </summary>
internal static class GroupReduce
{
    /// <summary>This thread's column of the <see cref="GroupShape.Columns"/>.</summary>
    public static int Column => Group.IdxX % GroupShape.Columns;

    /// <summary>This thread's first row.</summary>
    public static int Lane => Group.IdxX / GroupShape.Columns;

    /// <summary>For lane 0, the sum of a column's lanes, in order.</summary>
    public static float SumLanes(float value)
    {
        var shared = SharedMemory.Allocate<float>(GroupShape.Threads);
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Lane == 0)
            for (int i = Group.IdxX + GroupShape.Columns; i < GroupShape.Threads; i += GroupShape.Columns) value += shared[i];
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }

    public static float Sum(float value) => Reduce(value, default(Addition));

    public static double Sum(double value) => Reduce(value, default(Addition));

    public static float Max(float value) => Reduce(value, default(Maximum));

    private static T Reduce<T, TOperator>(T value, TOperator combine) where T : unmanaged where TOperator : struct, IOperator<T>
    {
        var shared = SharedMemory.Allocate<T>(GroupShape.Threads);
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        if (lane < GroupShape.Lanes)
        {
            for (int i = lane + GroupShape.Lanes; i < GroupShape.Threads; i += GroupShape.Lanes)
                value = combine.Invoke(value, shared[i]);
            shared[lane] = value;
        }
        Group.Barrier();
        value = shared[0];
        for (int i = 1; i < GroupShape.Lanes; i++) value = combine.Invoke(value, shared[i]);
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }

    private interface IOperator<T>
    {
        T Invoke(T a, T b);
    }

    private readonly struct Addition : IOperator<float>, IOperator<double>
    {
        public float Invoke(float a, float b) => a + b;
        public double Invoke(double a, double b) => a + b;
    }

    private readonly struct Maximum : IOperator<float>
    {
        public float Invoke(float a, float b) => MathF.Max(a, b);
    }
}
