using System.Globalization;
using ManualVae.Compute.Gpu;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Compute;

/// <summary>Makes a backend from its name, and lists what this machine offers.</summary>
public static class Backends
{
    /// <summary>The names that <see cref="Create"/> takes, for help texts.</summary>
    public const string Names = "auto, simd, reference, gpu, gpu:N, ilgpu-cpu";

    private static readonly string[] Words = ["auto", "simd", "reference", "ilgpu-cpu"]; // the names without a number

    private static readonly SettingName Device = Setting(nameof(Device)), Threads = Setting(nameof(Threads));
    private static readonly SettingName PrecisionSetting = Setting(nameof(Precision));

    /// <summary>
    /// Makes a backend. <c>auto</c> is the first GPU, or <c>simd</c> if there is none, which it says in one message; with
    /// bfloat16 it is <c>simd</c> always. <c>gpu</c> is <c>gpu:0</c>; <c>ilgpu-cpu</c> runs the GPU kernels on ILGPU's CPU
    /// accelerator, for tests.
    /// </summary>
    /// <param name="device">One of <see cref="Names"/>.</param>
    /// <param name="threads">Threads of a CPU backend; 0 for one per logical processor.</param>
    /// <param name="message">Receives the line that says why <c>auto</c> is <c>simd</c>; null if nobody wants it.</param>
    /// <param name="precision">Precision of the matrix products; all but single precision needs a device that has it.</param>
    /// <exception cref="InputException">
    /// The name is unknown, or this machine does not have the device or its precision.
    /// </exception>
    public static IBackend Create(string device, int threads = 0, Action<string>? message = null,
        Precision precision = Precision.Fp32)
    {
        if (threads < 0) throw About($"{Threads} is {threads}; give a number of threads, or 0 for all processors.");
        switch (device)
        {
            case "reference" when precision == Precision.Bf16: throw NoBf16(device);
            case "reference" or "simd" when precision == Precision.Tf32:
                throw About($"{PrecisionSetting} is tf32, but {Device} {device} has no tensor cores; give fp32, or a GPU.");
            case "simd" or "auto" when precision == Precision.Bf16:
                if (SimdBackend.LacksBf16 is { } lack)
                    throw About($"{PrecisionSetting} is bf16, but {Device} simd does not have it: {lack}; give fp32.");
                return new SimdBackend(threads, precision);
            case "reference": return new ReferenceBackend();
            case "simd": return new SimdBackend(threads);
            case "auto":
                if (GpuDevices.Create("gpu:0", precision, out string reason) is { } gpu) return gpu;
                if (precision != Precision.Fp32)
                    throw About($"{PrecisionSetting} is tf32, but no GPU has it ({reason}); give fp32.");
                message?.Invoke($"device: simd (no GPU found: {reason})");
                return new SimdBackend(threads);
            case "gpu": device = "gpu:0"; break;
        }
        if (device != "ilgpu-cpu" && !(device.StartsWith("gpu:", StringComparison.Ordinal)
                && int.TryParse(device.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            throw About($"{Device} {device}: no such device{Spelling.Question(device, Words)}; give one of {Names}.");
        if (precision == Precision.Bf16) throw NoBf16(device);
        return GpuDevices.Create(device, precision, out string why)
            ?? throw About($"{Device} {device}: {why}; give auto to use what is there.");
    }

    private static InputException NoBf16(string device) =>
        About($"{PrecisionSetting} is bf16, which {Device} {device} does not have; give fp32, or {Device} simd.");

    /// <summary>Every device that <see cref="Create"/> could make a backend for, or the reason why it cannot.</summary>
    public static IReadOnlyList<DeviceInfo> List(int threads = 0)
    {
        List<DeviceInfo> devices = [];
        using (var reference = new ReferenceBackend()) devices.Add(new(reference.Name, true, reference.Description));
        using (var simd = new SimdBackend(threads))
            devices.Add(new(simd.Name, true, simd.Description
                + (SimdBackend.LacksBf16 is { } lack ? $"; no bf16: {lack}" : "; bf16 too")));
        devices.AddRange(GpuDevices.List());
        return devices;
    }
}
