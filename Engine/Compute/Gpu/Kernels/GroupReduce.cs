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
