namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// What a kernel is launched with, for the device's compiler: it divides the registers of a multiprocessor by it.
/// </summary>
/// <param name="threads">Threads of a group, never more.</param>
/// <param name="groups">Groups that a multiprocessor shall hold at the same time.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LaunchBoundsAttribute(int threads, int groups) : Attribute
{
    public int Threads => threads;

    public int Groups => groups;
}
