using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>
/// The levels of the matrix product on a GPU, with the transfers that belong to them and what a launch takes, against the
/// device's own limits and beside the SIMD backend.
/// </summary>
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
        var (from, to) = (device.Allocate(1 << 16, 1024), device.Allocate(1 << 16, 1024)); // 256 MiB each, beyond any cache
        var copy = Timing.Of(() =>
        {
            device.Copy(from, to);
            device.Synchronize();
        });
        device.Free(from);
        device.Free(to);
        return new(1, Peak(device, device.MultiplyAdds), 2.0 * sizeof(float) * from.Length / copy.Median / 1e9);
    }

    /// <summary>The rate of the tensor cores, in GFLOP/s; 0 where there are none.</summary>
    public static double TensorPeak(ILayeredGemm device) => Peak(device, device.TensorMultiplyAdds);

    /// <summary>The best of some runs of multiply-adds on registers, in GFLOP/s.</summary>
    private static double Peak(ILayeredGemm device, Func<double> multiplyAdds)
    {
        double flops = 0;
        var timing = Timing.Of(() =>
        {
            flops = multiplyAdds();
            device.Synchronize();
        });
        return flops / timing.Best / 1e9;
    }

    /// <summary>
    /// What every operation pays beside its work, then each shape: every level, the transfers, and the SIMD backend against the
    /// processor's own limits.
    /// </summary>
    /// <param name="device">The GPU.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="tensorPeak">The rate of its tensor cores.</param>
    /// <param name="shapes">What to multiply.</param>
    /// <param name="probe">Has the SIMD backend's threads, and samples the processor's limits.</param>
    /// <param name="effort">How long.</param>
    public static IEnumerable<BenchResult> Gemm(
        ILayeredGemm device, MachineLimits limits, double tensorPeak, IReadOnlyList<GemmShape> shapes, MachineProbe probe,
        GpuEffort effort)
    {
        var progress = new BenchProgress($"gemm on {device.Name}", shapes.Count, "shape", null);
        foreach (var result in Overhead(device, effort)) yield return result;
        using var simd = new SimdBackend(probe.Pool);
        var tensor = limits with { PeakGflops = tensorPeak };
        foreach (var shape in shapes)
        {
            using var product = new GpuProduct(device, shape, simd);
            foreach (string level in device.Levels)
                yield return product.At(level, effort).Under(level == SideBySide.Tf32 ? tensor : limits);
            foreach (var transfer in product.Transfers(effort)) yield return transfer;
            progress.Next();
        }
        foreach (var result in GemmBench.Run(probe, shapes, $", {SideBySide.Processor}"))
            yield return result.Under(probe.Limits) with { Level = SideBySide.Processor };
    }

    /// <summary>
    /// A kernel with one number to fill, one of many in a queue; and one number down, which waits for the device.
    /// </summary>
    private static IEnumerable<BenchResult> Overhead(ILayeredGemm device, GpuEffort effort)
    {
        var point = device.Allocate(1, 1);
        var number = new float[1];
        Timing.Settle(RoundTrip, effort.Settle);
        var launch = Timing.Of(() =>
        {
            for (int i = 0; i < effort.Launches; i++) device.Fill(point, i);
            device.Synchronize();
        }, effort.Runs, effort.Seconds);
        yield return BenchResult.From("launch, queued", $"1 of {effort.Launches}", 0, 0, launch.Times(1.0 / effort.Launches), 1);
        yield return BenchResult.From(
            "round trip", "1 number down", 0, 0, Timing.Of(RoundTrip, effort.Runs, effort.Seconds), 1);
        device.Free(point);

        void RoundTrip()
        {
            device.Fill(point, 1);
            device.Download(point, number.AsSpan());
        }
    }
}
