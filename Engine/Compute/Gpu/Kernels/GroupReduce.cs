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

    public static float Sum(float value)
    {
        var shared = SharedMemory.Allocate<float>(GroupShape.Threads);
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        if (lane < GroupShape.Lanes)
        {
            for (int i = lane + GroupShape.Lanes; i < GroupShape.Threads; i += GroupShape.Lanes) value += shared[i];
            shared[lane] = value;
        }
        Group.Barrier();
        value = shared[0];
        for (int i = 1; i < GroupShape.Lanes; i++) value += shared[i];
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }

    public static double Sum(double value)
    {
        var shared = SharedMemory.Allocate<double>(GroupShape.Threads);
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        if (lane < GroupShape.Lanes)
        {
            for (int i = lane + GroupShape.Lanes; i < GroupShape.Threads; i += GroupShape.Lanes) value += shared[i];
            shared[lane] = value;
        }
        Group.Barrier();
        value = shared[0];
        for (int i = 1; i < GroupShape.Lanes; i++) value += shared[i];
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }

    public static float Max(float value)
    {
        var shared = SharedMemory.Allocate<float>(GroupShape.Threads);
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        if (lane < GroupShape.Lanes)
        {
            for (int i = lane + GroupShape.Lanes; i < GroupShape.Threads; i += GroupShape.Lanes)
                value = MathF.Max(value, shared[i]);
            shared[lane] = value;
        }
        Group.Barrier();
        value = shared[0];
        for (int i = 1; i < GroupShape.Lanes; i++) value = MathF.Max(value, shared[i]);
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }
}
