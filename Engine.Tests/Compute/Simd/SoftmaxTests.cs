using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

public class SoftmaxTests
{
    private const float Two = 0.6931472f; // log 2

    /// <summary>
    /// e^200 and e^1000 are infinite in single precision, so only logits from which the maximum was subtracted give these.
    /// </summary>
    [Theory]
    [InlineData(3)] // tails only
    [InlineData(37)]
    [InlineData(1030)] // several pieces
    public void Logits_of_any_size_give_finite_losses_and_gradients(int items)
    {
        // Two equal maxima, the others far below; the user's click is on a maximum, on another item, or on the only maximum.
        AssertLoss(items, 200, 200, -200, click: 0, loss: Two, gradient: [-0.5f, 0.5f, 0]);
        AssertLoss(items, 200, 200, -200, click: 2, loss: 400 + Two, gradient: [0.5f, 0.5f, -1]);
        AssertLoss(items, 1000, -1000, -1000, click: 0, loss: 0, gradient: [0, 0, 0]);
        AssertLoss(items, -1000, 1000, -1000, click: 0, loss: 2000, gradient: [-1, 1, 0]);
        AssertLoss(items, -200, -200, -400, click: 1, loss: Two, gradient: [0.5f, -0.5f, 0]);
    }

    /// <summary>With any other number subtracted e^300 is infinite.</summary>
    [Fact]
    public void The_maximum_is_found_wherever_it_is()
    {
        const int Items = 150; // several vectors in each lane of the search, and a tail
        using var backend = new SimdBackend(1);
        Tensor y = backend.Allocate(1, Items), losses = backend.Allocate(1, 1);
        using var batch = backend.AllocateBatch(1, Items, 1);
        var (logits, loss) = (new float[Items], new float[1]);
        for (int at = 0; at < Items; at++)
        {
            Array.Clear(logits);
            logits[at] = 300;
            batch.Load(CsrMatrix.FromPairs(1, Items, [(0, at)]), [0]);
            backend.Upload(logits, y);
            backend.LikelihoodForward(new Likelihood(LikelihoodKind.Multinomial), batch, y, losses);
            backend.Download(losses, loss);
            Assert.Equal(0, loss[0], 1e-4f);
        }
    }

    private static void AssertLoss(int items, float first, float second, float others, int click, float loss, float[] gradient)
    {
        using var backend = new SimdBackend(1);
        var logits = new float[items];
        Array.Fill(logits, others);
        (logits[0], logits[1]) = (first, second);
        Tensor y = backend.Allocate(1, items), losses = backend.Allocate(1, 1);
        using var batch = backend.AllocateBatch(1, items, 1);
        batch.Load(CsrMatrix.FromPairs(1, items, [(0, click)]), [0]);
        var actual = new float[1];
        backend.Upload(logits, y);
        backend.LikelihoodForward(new Likelihood(LikelihoodKind.Multinomial), batch, y, losses);
        backend.Download(losses, actual);
        Assert.Equal(loss, actual[0], 1e-4f);
        backend.LikelihoodBackward(new Likelihood(LikelihoodKind.Multinomial), batch, 1, y, losses);
        backend.Download(losses, actual);
        Assert.Equal(loss, actual[0], 1e-4f);
        backend.Download(y, logits);
        Assert.Equal(gradient, logits[..3], (a, b) => Math.Abs(a - b) < 1e-6f);
        Assert.All(logits[3..], value => Assert.Equal(0, value, 1e-6f));
    }
}
