using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Tests.Compute;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>
/// Losses and gradients at the edges of what data and training hold: no click, one, all; an item that nobody clicked; an input
/// that is masked as a whole; logits of 1e4; a latent of one; beta 0 and 1. Of each likelihood, on both processors' backends.
/// </summary>
public sealed class ExtremeInputTests
{
    private const int Items = 37; // vectors and a tail

    /// <summary>Nothing, one click, all items; the last item is clicked by the third user alone.</summary>
    private static readonly CsrMatrix Clicks = CsrMatrix.FromPairs(3, Items,
        [(1, 5), .. Enumerable.Range(0, Items).Select(item => (2, item))]);

    public static TheoryData<LikelihoodKind, bool> Cases
    {
        get
        {
            var data = new TheoryData<LikelihoodKind, bool>();
            foreach (var kind in Enum.GetValues<LikelihoodKind>())
                foreach (bool simd in new[] { false, true }) data.Add(kind, simd);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Losses_and_slopes_are_those_of_the_formula_for_logits_of_any_size(LikelihoodKind kind, bool simd)
    {
        foreach (float size in new[] { 0, 1e-3f, 1, 30, 1e4f })
            foreach (var pattern in new Func<int, float>[]
            {
                _ => size, _ => -size, i => i == 5 ? size : -size, i => i == 5 ? -size : size, i => i % 2 == 0 ? size : -size,
                i => size * (i - 18) / 18,
            })
                AssertFormula(kind, simd, [.. Enumerable.Range(0, Items).Select(pattern)]);
    }

    private static void AssertFormula(LikelihoodKind kind, bool simd, float[] row)
    {
        using IBackend backend = simd ? new SimdBackend(1) : new ReferenceBackend();
        var likelihood = new Likelihood(kind, ClickWeight: 10, ZeroWeight: 0.5);
        if (kind != LikelihoodKind.Gaussian) likelihood = new(kind);
        using var batch = ToyClicks.Batch(backend, Clicks);
        Tensor logits = backend.Allocate(3, Items), losses = backend.Allocate(3, 1);
        void Upload() => backend.Upload([.. row, .. row, .. row], logits);
        Upload();
        backend.LikelihoodForward(likelihood, batch, logits, losses);
        double[] forward = backend.Values(losses);
        Upload();
        backend.LikelihoodBackward(likelihood, batch, 2, logits, losses);
        double[] backward = backend.Values(losses), slopes = backend.Values(logits);
        for (int user = 0; user < 3; user++)
        {
            var (loss, slope) = LikelihoodFormula.Of(
                likelihood, Clicks.RowColumns(user), [.. row.Select(value => (double)value)]);
            double scale = slope.Max(Math.Abs) + 1e-6;
            Assert.Equal(loss, forward[user], 1e-5 * Math.Max(1, Math.Abs(loss)));
            Assert.Equal(loss, backward[user], 1e-5 * Math.Max(1, Math.Abs(loss)));
            for (int item = 0; item < Items; item++)
                Assert.Equal(2 * slope[item], slopes[user * Items + item], 1e-5 * Math.Max(scale, 1));
        }
    }

    [Theory]
    [InlineData(LikelihoodKind.Multinomial, 0)]
    [InlineData(LikelihoodKind.Multinomial, 1)]
    [InlineData(LikelihoodKind.Gaussian, 0)]
    [InlineData(LikelihoodKind.Gaussian, 1)]
    [InlineData(LikelihoodKind.Logistic, 0)]
    [InlineData(LikelihoodKind.Logistic, 1)]
    public void A_model_with_a_latent_of_one_differentiates_at_both_ends_of_beta(LikelihoodKind kind, double beta)
    {
        using var backend = new ReferenceBackend();
        var settings = new AutoencoderSettings { Likelihood = kind, Hidden = [4], Latent = 1 };
        using var model = new Autoencoder(backend, settings, Items, maxRows: 3, seed: 5);
        using var batch = ToyClicks.Batch(backend, Clicks);
        WholePass.AssertDifferentiates($"{kind}, beta {beta}", model, batch, new(1, 2, RandomPurpose.LatentNoise), new(beta));
    }

    /// <summary>With beta 0 the loss is the likelihood's alone, with 1 the bound itself.</summary>
    [Theory]
    [InlineData(LikelihoodKind.Multinomial)]
    [InlineData(LikelihoodKind.Gaussian)]
    [InlineData(LikelihoodKind.Logistic)]
    public void Beta_is_the_weight_of_the_divergence(LikelihoodKind kind)
    {
        using var backend = new ReferenceBackend();
        using var model = new Autoencoder(backend, new() { Likelihood = kind, Hidden = [4], Latent = 1 }, Items, 3, seed: 5);
        using var batch = ToyClicks.Batch(backend, Clicks);
        double Loss(double beta)
        {
            model.Forward(batch, model.TrainingMask(1, 1), new(1, 1, RandomPurpose.LatentNoise));
            return model.Backward(batch, new(beta));
        }
        double none = Loss(0), reconstruction = model.ReconstructionLosses.ToArray().Average();
        double all = Loss(1), divergence = model.KlLosses.ToArray().Average();
        Assert.Equal(reconstruction, none, 1e-9 * Math.Abs(none));
        Assert.Equal(none + divergence, all, 1e-9 * Math.Abs(all));
        Assert.InRange(divergence, 0, double.MaxValue);
    }

    /// <summary>A dropout this high drops all clicks; the encoder sees zeros, and the loss is still of all clicks.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void An_input_that_is_masked_as_a_whole_is_that_of_a_user_without_clicks(LikelihoodKind kind, bool simd)
    {
        using IBackend backend = simd ? new SimdBackend(1) : new ReferenceBackend();
        var settings = new AutoencoderSettings { Likelihood = kind, Hidden = [4], Latent = 1, Dropout = 0.9999999 };
        using var model = new Autoencoder(backend, settings, Items, maxRows: 3, seed: 5);
        using var batch = ToyClicks.Batch(backend, Clicks);
        double[] logits = backend.Values(model.Forward(batch, model.TrainingMask(1, 1), noise: null));
        Assert.All(backend.Values(batch.Inputs.View(0, 1, batch.Entries)), input => Assert.Equal(0, input));
        Assert.Equal(logits[..Items], logits[Items..(2 * Items)]);
        Assert.Equal(logits[..Items], logits[(2 * Items)..]);
        double loss = model.Backward(batch, new(1));
        Assert.True(double.IsFinite(loss));
        Assert.All(model.Parameters.All, parameter =>
            Assert.All(backend.Values(parameter.Gradient), value => Assert.True(double.IsFinite(value), parameter.Name)));
        // The one that clicked everything pays for all clicks.
        Assert.True(model.ReconstructionLosses[2] > model.ReconstructionLosses[1] || kind != LikelihoodKind.Multinomial);
    }

    /// <summary>Of an item that nobody clicked the encoder learns nothing, and the decoder that it is not clicked.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void An_item_that_nobody_clicked_is_pushed_down_and_leaves_the_encoder_alone(LikelihoodKind kind, bool simd)
    {
        using IBackend backend = simd ? new SimdBackend(1) : new ReferenceBackend();
        using var model = new Autoencoder(backend, new() { Likelihood = kind, Hidden = [], Latent = 1 }, Items, 2, seed: 5);
        using var batch = ToyClicks.Batch(backend, CsrMatrix.FromPairs(2, Items, [(0, 5), (1, 5), (1, 6)]));
        backend.Fill(model.Decoder.Output.Bias.Value, 0.5);
        model.Parameters.ZeroGradients();
        model.Forward(batch, model.CleanInput, new(1, 1, RandomPurpose.LatentNoise));
        model.Backward(batch, new(1));
        double[] bias = backend.Values(model.Decoder.Output.Bias.Gradient);
        var encoder = model.Parameters["encoder.0.weight"];
        double[] weights = backend.Values(encoder.Gradient);
        for (int item = 0; item < Items; item++)
        {
            if (item is 5 or 6) continue;
            Assert.True(bias[item] > 0, $"item {item}: {bias[item]}");
            int width = encoder.Value.Columns;
            Assert.All(weights[(item * width)..((item + 1) * width)], value => Assert.Equal(0, value));
        }
        Assert.Contains(weights, value => value != 0);
    }
}
