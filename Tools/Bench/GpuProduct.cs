using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;

namespace ManualVae.Tools.Bench;

/// <summary>One product on a device: its levels with their errors, and what its operands take on their way.</summary>
internal sealed class GpuProduct : IDisposable
{
    private readonly ILayeredGemm _device;
    private readonly GemmShape _shape;
    private readonly Tensor _a, _b, _c;
    private readonly float[] _right, _got;

    /// <summary>Takes operands on the device.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="shape">The product.</param>
    /// <param name="simd">Multiplies the same operands once, for the errors.</param>
    public GpuProduct(ILayeredGemm device, GemmShape shape, SimdBackend simd)
    {
        Session.Cancellation.ThrowIfCancellationRequested();
        (_device, _shape) = (device, shape);
        var (a, b, c) = shape.Operands(simd);
        simd.MatMul(shape.Layout, a, b, c);
        _right = new float[c.Length];
        _got = new float[c.Length];
        simd.Download(c, _right);
        foreach (var tensor in (ReadOnlySpan<Tensor>)[a, b, c]) simd.Free(tensor);
        (_a, _b, _c) = shape.Operands(device);
    }

    /// <summary>Gives the operands back.</summary>
    public void Dispose()
    {
        foreach (var tensor in (ReadOnlySpan<Tensor>)[_a, _b, _c]) _device.Free(tensor);
    }

    /// <summary>The product at one level, with the wait for it.</summary>
    public BenchResult At(string level, GpuEffort effort)
    {
        Session.Cancellation.ThrowIfCancellationRequested();
        _device.Fill(_c, double.NaN); // what a level leaves out shows in the error
        var timing = Timing.Of(() =>
        {
            _device.MatMul(level, _shape.Layout, _a, _b, _c);
            _device.Synchronize();
        }, effort.Runs, effort.Seconds);
        _device.Download(_c, _got);
        return _shape.Result($", {_device.Name} {level}", timing, threads: 1) with { Level = level, Error = Error() };
    }

    /// <summary>Operands up and the product down, between the device and ordinary memory of the host.</summary>
    public IEnumerable<BenchResult> Transfers(GpuEffort effort)
    {
        yield return Up(SideBySide.FirstUp, _a);
        yield return Up(SideBySide.SecondUp, _b);
        yield return Transfer(SideBySide.ProductDown, _c, () => _device.Download(_c, _got.AsSpan()));

        BenchResult Up(string name, Tensor tensor)
        {
            var values = new float[tensor.Length];
            _device.Download(tensor, values.AsSpan());
            return Transfer(name, tensor, () =>
            {
                _device.Upload((ReadOnlySpan<float>)values, tensor);
                _device.Synchronize(); // a small upload waits for nothing by itself
            });
        }

        BenchResult Transfer(string name, Tensor tensor, Action copy) => BenchResult.From(
            $"gemm {_shape.Name} {_shape.LayoutName}, {name}", _shape.Sizes, 0, sizeof(float) * (double)tensor.Length,
            Timing.Of(copy, effort.Runs, effort.Seconds), threads: 1) with
        { Level = name };
    }

    /// <summary>
    /// The norm of the difference to the SIMD backend's product divided by that product's norm. Both are rounded; sums of k terms
    /// in single precision differ by some 1e-7 times the root of k.
    /// </summary>
    private double Error()
    {
        double difference = 0, norm = 0;
        for (int i = 0; i < _got.Length; i++)
        {
            double d = (double)_got[i] - _right[i];
            difference += d * d;
            norm += (double)_right[i] * _right[i];
        }
        return Math.Sqrt(difference / norm);
    }
}
