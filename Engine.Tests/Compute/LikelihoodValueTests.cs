using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>Clicks that count more or less than 1, against the formulas written out.</summary>
public class LikelihoodValueTests
{
    [Theory]
    [InlineData(LikelihoodKind.Multinomial)]
    [InlineData(LikelihoodKind.Gaussian)]
    [InlineData(LikelihoodKind.Logistic)]
    public void The_value_of_a_click_counts_in_losses_and_gradients(LikelihoodKind kind)
    {
        const int Items = 45; // whole vectors, and a tail
        var likelihood = new Likelihood(kind, ClickWeight: 5, ZeroWeight: 0.5);
        int[] clicked = [0, 3, 17, 31, 44];
        float[] values = [0.25f, 3, 1, 0, 0.7f]; // 0 is a click that says no: it has the weight of zeros
        double[] f = [.. Enumerable.Range(0, Items).Select(i => (float)Math.Sin(i) * 2)], x = new double[Items];
        foreach (var (item, value) in clicked.Zip(values)) x[item] = value;
        var (loss, gradient) = LikelihoodFormula.Of(likelihood, x, f);
        IBackend[] backends = [new ReferenceBackend(), new SimdBackend(1)];
        foreach (var backend in backends)
            using (backend)
            {
                Tensor y = backend.Allocate(1, Items), losses = backend.Allocate(1, 1);
                using var batch = backend.AllocateBatch(1, Items, clicked.Length);
                batch.Load(new CsrMatrix(Items, [0, clicked.Length], clicked, values), [0]);
                var (actual, logits) = (new float[1], f.Select(v => (float)v).ToArray());
                backend.Upload(logits, y);
                backend.LikelihoodForward(likelihood, batch, y, losses);
                backend.Download(losses, actual);
                Assert.Equal(loss, actual[0], 1e-4 * Math.Abs(loss));
                backend.LikelihoodBackward(likelihood, batch, 1, y, losses);
                backend.Download(losses, actual);
                Assert.Equal(loss, actual[0], 1e-4 * Math.Abs(loss));
                backend.Download(y, logits);
                for (int i = 0; i < Items; i++) Assert.Equal(gradient[i], logits[i], 1e-5);
            }
    }
}
