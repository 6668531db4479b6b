using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>Weights of clicks and users in the loss.</summary>
public sealed class LossWeightTests
{
    private static readonly double Log2 = Math.Log(2);

    /// <summary>
    /// Three items, the first two clicked with weights 3 and 1, all logits 0, the user's weight 2. Multinomial: 4 log 3, softmax
    /// 1/3; Gaussian (c 5 and 0.5): 5/2 (3 + 1); logistic: (3 + 1 + 1) log 2, sigmoid 1/2.
    /// </summary>
    [Theory]
    [InlineData(LikelihoodKind.Multinomial, false)]
    [InlineData(LikelihoodKind.Multinomial, true)]
    [InlineData(LikelihoodKind.Gaussian, false)]
    [InlineData(LikelihoodKind.Gaussian, true)]
    [InlineData(LikelihoodKind.Logistic, false)]
    [InlineData(LikelihoodKind.Logistic, true)]
    public void Losses_with_weights_are_worked_out_by_hand(LikelihoodKind kind, bool simd)
    {
        var (loss, gradient) = kind switch
        {
            LikelihoodKind.Multinomial => (4 * Math.Log(3), new[] { 4.0 / 3 - 3, 4.0 / 3 - 1, 4.0 / 3 }),
            LikelihoodKind.Gaussian => (10.0, [-15, -5, 0]),
            _ => (5 * Log2, [-1.5, -0.5, 0.5]),
        };
        using IBackend backend = simd ? new SimdBackend(1) : new ReferenceBackend();
        using var batch = ToyClicks.Batch(backend, CsrMatrix.FromPairs(1, 3, [(0, 0), (0, 1)]));
        Tensor emphasis = backend.Allocate(1, 2), user = backend.Allocate(1, 1), logits = backend.Allocate(1, 3),
            losses = backend.Allocate(1, 1);
        backend.Upload([3.0, 1.0], emphasis);
        backend.Fill(user, 2);
        backend.LikelihoodBackward(new(kind, 5, 0.5, emphasis, user), batch, 0.5, logits, losses);
        Assert.Equal(2 * loss, backend.Values(losses)[0], 1e-6);
        var found = backend.Values(logits);
        for (int i = 0; i < 3; i++) Assert.Equal(gradient[i], found[i], 1e-6); // scale 1/2, weight 2
    }

    [Fact]
    public void The_emphasis_of_a_mask_has_mean_one_and_tells_dropped_clicks_from_kept_ones()
    {
        using var backend = new ReferenceBackend();
        var clicks = ToyClicks.Random(200, 50);
        using var batch = ToyClicks.Batch(backend, clicks);
        using var model = Model(backend, new() { Hidden = [], Latent = 2, Dropout = 0.3, Emphasis = 4 }, clicks);
        var emphasis = backend.Allocate(1, batch.Entries);
        backend.EncodeInputs(batch, model.TrainingMask(3, 1));
        double kept = 1 / (0.3 * 4 + 0.7);
        backend.DropEmphasis(batch, 4 * kept, kept, emphasis);
        double[] weights = backend.Values(emphasis), inputs = backend.Values(batch.Inputs.View(0, 1, batch.Entries));
        for (int e = 0; e < weights.Length; e++) Assert.Equal(inputs[e] == 0 ? 4 * kept : kept, weights[e], 12);
        Assert.InRange(weights.Average(), 0.95, 1.05);
    }

    /// <summary>Weights of the multinomial loss are real-valued targets, which the loss knows from MARec.</summary>
    [Fact]
    public void The_emphasised_multinomial_loss_is_that_of_weighted_targets()
    {
        using var backend = new ReferenceBackend();
        var clicks = ToyClicks.Random(6, 11);
        using var model = Model(backend, new() { Hidden = [5], Latent = 2, Emphasis = 3 }, clicks);
        using var plain = Model(backend, model.Settings with { Emphasis = 1 }, clicks);
        using var batch = ToyClicks.Batch(backend, clicks);
        var mask = model.TrainingMask(3, 1);
        model.Forward(batch, mask, null);
        double expected = model.Loss(batch, new(0));
        var inputs = backend.Values(batch.Inputs.View(0, 1, batch.Entries));
        float[] weights = [.. inputs.Select(x => x == 0 ? 1.5f : 0.5f)]; // dropout 1/2
        using var targets = ToyClicks.Batch(
            backend, new CsrMatrix(11, clicks.RowOffsets.ToArray(), clicks.ColumnIndices.ToArray(), weights));
        plain.Forward(batch, mask, null);
        Assert.Equal(expected, plain.Loss(batch, new(0), targets), 12);
    }

    [Fact]
    public void A_clean_input_has_no_emphasis()
    {
        using var backend = new ReferenceBackend();
        var clicks = ToyClicks.Random(6, 11);
        using var model = Model(backend, new() { Hidden = [5], Latent = 2, Emphasis = 3 }, clicks);
        using var plain = Model(backend, model.Settings with { Emphasis = 1 }, clicks);
        using var batch = ToyClicks.Batch(backend, clicks);
        double[] losses = [.. new[] { model, plain }.Select(m =>
        {
            m.Forward(batch, m.CleanInput, null);
            return m.Loss(batch, new(0));
        })];
        Assert.Equal(losses[1], losses[0]);
    }

    /// <summary>Two users of 1 and 4 clicks, power 1/2: weights 1 and 1/2 over their mean 3/4.</summary>
    [Fact]
    public void User_weights_have_the_mean_one()
    {
        using var backend = new ReferenceBackend();
        var clicks = CsrMatrix.FromPairs(2, 5, [(0, 0), (1, 1), (1, 2), (1, 3), (1, 4)]);
        using var weighted = Model(backend, new() { Hidden = [], Latent = 2, UserWeightPower = 0.5 }, clicks);
        using var plain = Model(backend, weighted.Settings with { UserWeightPower = 0 }, clicks);
        foreach (var model in new[] { weighted, plain })
        {
            using var batch = ToyClicks.Batch(backend, clicks);
            model.WeightUsersBy(clicks);
            model.Forward(batch, model.CleanInput, null);
            model.Loss(batch, new(0.3));
        }
        Assert.Equal(4.0 / 3 * plain.ReconstructionLosses[0], weighted.ReconstructionLosses[0], 1e-6);
        Assert.Equal(2.0 / 3 * plain.ReconstructionLosses[1], weighted.ReconstructionLosses[1], 1e-6);
    }

    [Fact]
    public void Emphasis_without_a_mask_is_refused()
    {
        foreach (var settings in (AutoencoderSettings[])[new() { Emphasis = 2, Dropout = 0 }, new() { Emphasis = 0 },
            new() { Emphasis = 2, Mask = MaskMode.Clean }])
            Assert.Contains("Emphasis", Assert.Throws<InputException>(settings.Validate).Message);
    }

    private static Autoencoder Model(IBackend backend, AutoencoderSettings settings, CsrMatrix clicks) =>
        new(backend, settings, clicks.Columns, clicks.Rows, seed: 5);
}
