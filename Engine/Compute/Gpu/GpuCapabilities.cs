using System.Globalization;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ManualVae.Compute.Gpu;

/// <summary>What a device is, and what it can do.</summary>
internal static class GpuCapabilities
{
    /// <summary>Model and size.</summary>
    public static string Describe(Accelerator accelerator) =>
        accelerator is CudaAccelerator cuda ? Describe((CudaDevice)cuda.Device) : "ILGPU's CPU accelerator";

    /// <summary>Model and size.</summary>
    public static string Describe(CudaDevice device) => string.Create(CultureInfo.InvariantCulture,
        $"{device.Name}, compute capability {device.Architecture?.Major}.{device.Architecture?.Minor}, "
        + $"{device.NumMultiprocessors} multiprocessors, {device.MemorySize / (1024 * 1024)} MiB");

    /// <summary>The card with its clocks and driver; null for ILGPU's CPU accelerator.</summary>
    public static GpuCard? Card(Accelerator accelerator) =>
        accelerator is CudaAccelerator { Device: CudaDevice device } cuda
            ? new(device.Name, $"{device.Architecture?.Major}.{device.Architecture?.Minor}", device.NumMultiprocessors,
                Megahertz(cuda.ClockRate), Megahertz(cuda.MemoryClockRate), device.MemoryBusWidth,
                device.MemorySize, $"{cuda.DriverVersion.Major}.{cuda.DriverVersion.Minor}")
            : null;

    // CUDA tells kilohertz; ILGPU does not say whether it passes them on. No clock is so high or so low that one looks like
    // the other.
    private static int Megahertz(int rate) => rate > 100_000 ? rate / 1000 : rate;

    /// <summary>True if the TF32 product runs; the CPU accelerator emulates it.</summary>
    public static bool HasTensorCores(Accelerator accelerator) =>
        accelerator is not CudaAccelerator cuda || HasTensorCores((CudaDevice)cuda.Device);

    /// <summary>True if the device has TF32 tensor cores.</summary>
    public static bool HasTensorCores(CudaDevice device) => device.Architecture >= CudaArchitecture.SM_80;

    /// <summary>What the kernels need and the device lacks; null if it has everything.</summary>
    public static string? Lacks(CudaDevice device) =>
        device.Architecture is null || device.InstructionSet is null ? $"{device.Name} is unknown to ILGPU"
        : device.Architecture < CudaArchitecture.SM_50 ? $"{device.Name} is too old (compute capability 5.0 or above is needed)"
        : device.MaxSharedMemoryPerGroup < 48 * 1024 ? $"{device.Name} has too little shared memory (48 KiB per group are needed)"
        : null;
}
