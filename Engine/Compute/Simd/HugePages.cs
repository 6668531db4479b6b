using System.Runtime.InteropServices;

namespace ManualVae.Compute.Simd;

/// <summary>
/// Asks Linux for 2 MiB pages behind large arrays: the strided accesses of a 20,000-column matrix otherwise miss the address
/// translation cache on every row. Only advice: on other systems, or if the system refuses, nothing changes.
/// </summary>
internal static unsafe partial class HugePages
{
    private const long PageSize = 2 << 20;
    private const int HugePageAdvice = 14; // MADV_HUGEPAGE

    /// <summary>Advises on the whole huge pages inside the range.</summary>
    public static void Advise(void* start, long bytes)
    {
        if (bytes < 2 * PageSize || !OperatingSystem.IsLinux()) return;
        long first = ((long)start + PageSize - 1) / PageSize * PageSize, end = ((long)start + bytes) / PageSize * PageSize;
        try
        {
            _ = Advise((void*)first, (nuint)(end - first), HugePageAdvice);
        }
        catch (Exception problem) when (problem is DllNotFoundException or EntryPointNotFoundException)
        {
            // a system without that call runs with small pages
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
