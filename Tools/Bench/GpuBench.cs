using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>The levels of the matrix product on a GPU, against the device's own limits and beside the SIMD backend.</summary>
internal static class GpuBench
{
    /// <summary>A GPU.</summary>
    /// <exception cref="InputException">The device is not there, is not a GPU, or lacks the precision.</exception>
    public static ILayeredGemm Open(string device, Precision precision)
    {
        // ILGPU's CPU accelerator has the levels too, but waiting threads are all that could be timed there.
        if (device != "gpu" && !device.StartsWith("gpu:", StringComparison.Ordinal))
            throw new InputException(precision == Precision.Tf32
                ? $"--precision tf32: --device {device} has no tensor cores; give --device gpu or gpu:N."
                : $"--device {device}: bench measures simd, gpu and gpu:N.");
        return (ILayeredGemm)Backends.Create(device, precision: precision);
    }

    /// <summary>The device's rate of multiply-adds (the best run) and its copy bandwidth (the median).</summary>
    public static MachineLimits Limits(ILayeredGemm device)
    {
        double flops = 0;
        var peak = Timing.Of(() =>
        {
            flops = device.MultiplyAdds();
            device.Synchronize();
        });
        var (from, to) = (device.Allocate(1 << 16, 1024), device.Allocate(1 << 16, 1024)); // 256 MiB each, beyond any cache
        var copy = Timing.Of(() =>
        {
            device.Copy(from, to);
            device.Synchronize();
        });
        device.Free(from);
        device.Free(to);
        return new(1, flops / peak.Best / 1e9, 2.0 * sizeof(float) * from.Length / copy.Median / 1e9);
    }

    /// <summary>
    /// Every level at some shapes, then the SIMD backend at the same ones against the processor's own limits.
    /// </summary>
    public static IEnumerable<BenchResult> Gemm(ILayeredGemm device, MachineLimits limits, IReadOnlyList<GemmShape> shapes)
    {
        foreach (var shape in shapes)
            foreach (string level in device.Levels)
                yield return GemmBench.OnDevice(device, shape, $", {device.Name} {level}", (layout, a, b, c) =>
                {
                    device.MatMul(level, layout, a, b, c);
                    device.Synchronize();
                }).Under(limits);
        using var probe = new MachineProbe();
        BenchResult[] measured = [.. GemmBench.Run(probe, shapes, ", simd")];
        foreach (var result in measured) yield return result.Under(probe.Limits);
    }
}
