using System.Globalization;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Compute;

/// <summary>A backend by its name on the command line, and whether this machine has it.</summary>
/// <param name="Name">Name as in <c>--device</c>.</param>
/// <param name="Available">Whether <see cref="Backends.Create"/> gives it here.</param>
/// <param name="Description">What it is where available; otherwise why it is not.</param>
public sealed record DeviceInfo(string Name, bool Available, string Description);

/// <summary>Makes a backend from its name, and lists what this machine offers.</summary>
public static class Backends
{
    /// <summary>The names that <see cref="Create"/> takes, for help texts.</summary>
    public const string Names = "auto, simd, reference, gpu, gpu:N, ilgpu-cpu";

    /// <summary>
    /// Makes a backend. <c>auto</c> is the first GPU, or <c>simd</c> where there is none, which it says in one message;
    /// <c>gpu</c> is <c>gpu:0</c>; <c>ilgpu-cpu</c> runs the GPU kernels on ILGPU's CPU accelerator, for tests.
    /// </summary>
    /// <param name="device">One of <see cref="Names"/>.</param>
    /// <param name="threads">Threads of a CPU backend; 0 for one a logical processor.</param>
    /// <param name="message">Takes the line that <c>auto</c> may have to say; standard error if null.</param>
    /// <param name="precision">Precision of a GPU's matrix products; anything but single needs a device that has it.</param>
    /// <exception cref="InputException">The name is unknown, or this machine lacks what was asked for.</exception>
    public static IBackend Create(string device, int threads = 0, Action<string>? message = null,
        Precision precision = Precision.Fp32)
    {
        if (threads < 0) throw new InputException($"--threads {threads}: give a number of threads, or 0 for all processors.");
        switch (device)
        {
            case "reference" or "simd" when precision != Precision.Fp32:
                throw new InputException($"--precision tf32: --device {device} has no tensor cores; give --precision fp32 or a GPU.");
            case "reference": return new ReferenceBackend();
            case "simd": return Simd(threads);
            case "auto":
                if (CreateGpu("gpu:0", precision, out string reason) is { } gpu) return gpu;
                if (precision != Precision.Fp32)
                    throw new InputException($"--precision tf32: there is no GPU that has it: {reason}; give --precision fp32.");
                (message ?? Console.Error.WriteLine)($"device: simd (no GPU found: {reason})");
                return Simd(threads);
            case "gpu": device = "gpu:0"; break;
        }
        if (device != "ilgpu-cpu" && !(device.StartsWith("gpu:", StringComparison.Ordinal)
                && int.TryParse(device.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            throw new InputException($"--device {device}: no such device; give one of {Names}.");
        return CreateGpu(device, precision, out string why)
            ?? throw new InputException($"--device {device}: {why} (try: manualvae devices, or --device auto)");
    }

    /// <summary>Everything <see cref="Create"/> could be asked for, with the reason where this machine lacks it.</summary>
    public static IReadOnlyList<DeviceInfo> List(int threads = 0)
    {
        List<DeviceInfo> devices = [];
        using (var reference = new ReferenceBackend()) devices.Add(new(reference.Name, true, reference.Description));
        using (var simd = Simd(threads)) devices.Add(new(simd.Name, true, simd.Description));
        devices.AddRange(Gpu.GpuDevices.List());
        return devices;
    }

    private static SimdBackend Simd(int threads) => new(threads);

    private static IBackend? CreateGpu(string device, Precision precision, out string reason) =>
        Gpu.GpuDevices.Create(device, precision, out reason);
}
