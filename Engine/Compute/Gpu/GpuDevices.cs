using System.Globalization;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace ManualVae.Compute.Gpu;

/// <summary>Finds the devices that ILGPU can drive here: CUDA ones, and its own CPU accelerator.</summary>
internal static class GpuDevices
{
    private const string NoDriver = "no NVIDIA driver, or no CUDA device it can drive";

    /// <summary>Every CUDA device (or why there is none) and the CPU accelerator.</summary>
    public static IReadOnlyList<DeviceInfo> List()
    {
        List<DeviceInfo> devices = [];
        using var context = NewContext();
        var found = context.GetCudaDevices();
        for (int i = 0; i < found.Count; i++)
        {
            string? lack = GpuCapabilities.Lacks(found[i]);
            devices.Add(new($"gpu:{i}", lack is null, lack ?? GpuCapabilities.Describe(found[i])));
        }
        if (found.Count == 0) devices.Add(new("gpu:0", false, NoDriver));
        devices.Add(new("ilgpu-cpu", true, "the GPU kernels on ILGPU's CPU accelerator: for tests, very slow"));
        return devices;
    }

    /// <summary>The backend of that name, or null and the reason. Nothing stays open if it fails.</summary>
    public static GpuBackend? Create(string device, Precision precision, out string reason, long memoryLimit = 0)
    {
        reason = "";
        var context = NewContext();
        try
        {
            // The backend takes both over, and gives them back if it fails.
            if (Choose(context, device, precision, out reason) is { } chosen)
                return new GpuBackend(context, chosen.CreateAccelerator(context), device, precision, memoryLimit);
        }
        catch (Exception problem) when (problem is AcceleratorException or NotSupportedException or DllNotFoundException)
        {
            reason = $"the device cannot be opened: {problem.Message.ReplaceLineEndings(" ")}";
        }
        context.Dispose();
        return null;
    }

    // 32 x 32 threads a group on the CPU, as on NVIDIA devices: the larger kernels need them.
    private static Context NewContext()
    {
        CudaLibrary.Prepare();
        return Context.Create(builder => builder
            .Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive).CPU(CPUDeviceKind.Nvidia).Cuda());
    }

    private static Device? Choose(Context context, string device, Precision precision, out string reason)
    {
        reason = "";
        if (device == "ilgpu-cpu") return context.GetCPUDevice(0);
        var found = context.GetCudaDevices();
        int number = int.Parse(device.AsSpan("gpu:".Length), NumberStyles.None, CultureInfo.InvariantCulture);
        if (found.Count == 0) reason = NoDriver;
        else if (number >= found.Count) reason = $"there are only {found.Count} CUDA devices";
        else if (GpuCapabilities.Lacks(found[number]) is { } lack) reason = lack;
        else if (precision == Precision.Tf32 && !GpuCapabilities.HasTensorCores(found[number]))
            reason = $"{found[number].Name} has no TF32 tensor cores (compute capability 8.0 or above)";
        else return found[number];
        return null;
    }
}
