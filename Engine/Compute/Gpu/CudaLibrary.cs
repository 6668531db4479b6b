using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// Finds the driver's library. ILGPU asks for <c>libcuda.so</c>, which many machines have only as <c>libcuda.so.1</c>; where the
/// CUDA toolkit is installed, <c>libcuda.so</c> may be its stub, which knows no device.
/// </summary>
internal static class CudaLibrary
{
    private static readonly bool s_registered = Register();

    /// <summary>From now on ILGPU finds the library.</summary>
    public static bool Prepare() => s_registered;

    /// <summary>The library of that name by the first of its file names that opens; zero for .NET's own search.</summary>
    /// <param name="name">As ILGPU's imports have it.</param>
    /// <param name="open">Opens a file by name, or gives zero.</param>
    internal static IntPtr Find(string name, Func<string, IntPtr> open) =>
        name == "cuda" ? ((string[])["libcuda.so.1", "libcuda.so"]).Select(open).FirstOrDefault(handle => handle != 0) : 0;

    private static bool Register()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(CudaAccelerator).Assembly, (name, _, _) => Find(name, Open));
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // the program around this library has a way of its own
        }
    }

    private static IntPtr Open(string file) => NativeLibrary.TryLoad(file, out var handle) ? handle : 0;
}
