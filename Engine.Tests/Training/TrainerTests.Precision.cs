using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

// Products in bfloat16, emulated: the same bits on every processor.
public sealed partial class TrainerTests
{
    [Fact]
    public void Training_with_products_in_bfloat16_stays_close_to_single_precision()
    {
        using var threads = new WorkerPool(2);
        using var single = new SimdBackend(threads);
        using var half = new SimdBackend(threads, GemmKernel.EmulatedBf16);
        using var a = new Trainer(Data(), Settings, single);
        using var b = new Trainer(Data(), Settings, half);
        var (x, y) = (a.Run(), b.Run());
        Assert.NotEqual(x[^1].Loss, y[^1].Loss);
        Assert.Equal(x[^1].Loss, y[^1].Loss, 5e-3 * x[^1].Loss);
        Assert.Equal(x[^1].Kl, y[^1].Kl, 5e-2 * x[^1].Kl);
    }
}
