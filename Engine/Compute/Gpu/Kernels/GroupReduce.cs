using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// Reductions over a group of <see cref="Launcher.GroupSize"/> threads in shared memory: 16 threads reduce eight values each, then every
/// thread reduces the 16 results. Three barriers instead of a tree's nine, and a fixed order, so sums have the same bits in every run.
/// Every thread of the group must call them, and gets the result.
/// </summary>
internal static class GroupReduce
{
    private const int Parts = 16;

    /// <summary>
    /// How a group reduces a few columns of a matrix over its rows: neighbouring threads read the columns of one row, and 16 lanes take
    /// every 16th row, since a single thread would wait for each row's number in turn.
    /// </summary>
    public const int Columns = Launcher.GroupSize / Lanes, Lanes = Parts;

    /// <summary>This thread's column of the <see cref="Columns"/>.</summary>
    public static int Column => Group.IdxX % Columns;

    /// <summary>This thread's first row.</summary>
    public static int Lane => Group.IdxX / Columns;

    /// <summary>For lane 0, the sum of a column's lanes, in order.</summary>
    public static float SumLanes(float value)
    {
        var shared = SharedMemory.Allocate<float>(Launcher.GroupSize);
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Lane == 0)
            for (int i = Group.IdxX + Columns; i < Launcher.GroupSize; i += Columns) value += shared[i];
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }

    public static float Sum(float value)
    {
        var shared = SharedMemory.Allocate<float>(Launcher.GroupSize);
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        if (lane < Parts)
        {
            for (int i = lane + Parts; i < Launcher.GroupSize; i += Parts) value += shared[i];
            shared[lane] = value;
        }
        Group.Barrier();
        value = shared[0];
        for (int i = 1; i < Parts; i++) value += shared[i];
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }

    public static double Sum(double value)
    {
        var shared = SharedMemory.Allocate<double>(Launcher.GroupSize);
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        if (lane < Parts)
        {
            for (int i = lane + Parts; i < Launcher.GroupSize; i += Parts) value += shared[i];
            shared[lane] = value;
        }
        Group.Barrier();
        value = shared[0];
        for (int i = 1; i < Parts; i++) value += shared[i];
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }

    public static float Max(float value)
    {
        var shared = SharedMemory.Allocate<float>(Launcher.GroupSize);
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        if (lane < Parts)
        {
            for (int i = lane + Parts; i < Launcher.GroupSize; i += Parts) value = MathF.Max(value, shared[i]);
            shared[lane] = value;
        }
        Group.Barrier();
        value = shared[0];
        for (int i = 1; i < Parts; i++) value = MathF.Max(value, shared[i]);
        Group.Barrier(); // the memory serves the next reduction
        return value;
    }
}
