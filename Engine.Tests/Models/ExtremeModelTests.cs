using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>
/// The whole model at its borders: one latent dimension, one item, beta 0 and 1, users of one click, of all and of none, an item
/// that nobody clicked, an input of which nothing is left. For each likelihood the gradient is that of the loss, and simd takes
/// the reference's step.
/// </summary>
public class ExtremeModelTests
{
    private static readonly RandomKey Noise = new(11, 4, RandomPurpose.LatentNoise);

    private static readonly CsrMatrix Clicks =
        CsrMatrix.FromPairs(4, 6, [(0, 2), (1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (3, 1), (3, 4)]); // nobody clicked item 5

    public static TheoryData<string, LikelihoodKind, double> Borders
    {
        get
        {
            var borders = new TheoryData<string, LikelihoodKind, double>();
            foreach (string name in (string[])["one latent dimension", "one item", "nothing left", "nothing masked"])
                foreach (var likelihood in Enum.GetValues<LikelihoodKind>())
                    foreach (double beta in (double[])[0, 1]) borders.Add(name, likelihood, beta);
            return borders;
        }
    }

    [Theory, MemberData(nameof(Borders))]
    public void The_gradient_is_that_of_the_loss(string border, LikelihoodKind likelihood, double beta)
    {
        using var model = Build(border, likelihood, new ReferenceBackend());
        WholePass.AssertDifferentiates(border, model, Batch(border, model), Noise, new(beta));
    }

    [Theory, MemberData(nameof(Borders))]
    public void Simd_takes_the_step_of_the_reference(string border, LikelihoodKind likelihood, double beta)
    {
        using var oracle = Build(border, likelihood, new ReferenceBackend());
        using var simd = new SimdBackend(2);
        using var model = Build(border, likelihood, simd);
        WholePass.AssertSameStep(border, oracle, model, which =>
        {
            var batch = Batch(border, which);
            which.Parameters.ZeroGradients();
            which.Forward(batch, which.TrainingMask(3, 8), Noise);
            return which.Backward(batch, new(beta));
        });
    }

    /// <summary>With beta 0 nothing of the KL is left in the gradient; its own value is told as it is.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Beta_0_trains_without_the_KL(bool simd)
    {
        using IBackend backend = simd ? new SimdBackend(2) : new ReferenceBackend();
        using var model = Build("nothing masked", LikelihoodKind.Multinomial, backend);
        var batch = Batch("nothing masked", model);
        model.Forward(batch, model.TrainingMask(3, 8), Noise);
        double loss = model.Backward(batch, new(0)), reconstruction = 0;
        foreach (double user in model.ReconstructionLosses) reconstruction += user;
        Assert.Equal(reconstruction / Clicks.Rows, loss, 1e-5 * Math.Abs(loss));
        Assert.Contains(model.KlLosses.ToArray(), kl => kl > 0);
    }

    private static Autoencoder Build(string border, LikelihoodKind likelihood, IBackend backend) => new(backend,
        new AutoencoderSettings
        {
            Hidden = [4], Latent = border == "one latent dimension" ? 1 : 2, Likelihood = likelihood,
            Dropout = border == "nothing masked" ? 0 : border == "nothing left" ? 0.999999 : 0.5,
        }, border == "one item" ? 1 : Clicks.Columns, Clicks.Rows, seed: 5);

    private static SparseBatch Batch(string border, Autoencoder model) => ToyClicks.Batch(model.Backend,
        border == "one item" ? CsrMatrix.FromPairs(4, 1, [(0, 0), (1, 0), (3, 0)]) : Clicks);
}
