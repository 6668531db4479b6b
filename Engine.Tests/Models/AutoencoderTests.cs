using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Models;

public class AutoencoderTests
{
    private static readonly AutoencoderSettings Vae = new() { Hidden = [7], Latent = 3 };
    private static readonly RandomKey Noise = new(11, 4, RandomPurpose.LatentNoise);

    public static TheoryData<string> Variants =>
    [
        "vae", "deep", "shallow", "dae", "gaussian", "logistic", "anchors", "sampled", "anchored means", "anchored variances",
        "several anchors", "rare anchors", "codebook", "clean", "theory", "plain",
    ];

    private static AutoencoderSettings SettingsOf(string variant) => variant switch
    {
        "deep" => Vae with { Hidden = [9, 5] },
        "shallow" => Vae with { Hidden = [] },
        "dae" => Vae with { Variational = false, Hidden = [6] },
        "gaussian" => Vae with { Likelihood = LikelihoodKind.Gaussian },
        "logistic" => Vae with { Likelihood = LikelihoodKind.Logistic },
        "anchors" => Vae with { Anchors = true },
        "sampled" => Vae with { Anchors = true, AnchorForm = AnchorForm.Sampled },
        "anchored means" => Vae with { Anchors = true, AnchorPart = AnchorPart.Mean },
        "anchored variances" => Vae with { Anchors = true, AnchorPart = AnchorPart.Variance },
        "several anchors" => Vae with { Anchors = true, AnchorsPerItem = 3 },
        "rare anchors" => Vae with { Anchors = true, AnchorWeighting = AnchorWeighting.Rarity },
        "codebook" => Vae with { Anchors = true, AnchorCodebook = 4 },
        "clean" => Vae with { Mask = MaskMode.Clean },
        "theory" => Vae with { Mask = MaskMode.MaskThenNormalise },
        "plain" => Vae with { Mask = MaskMode.Plain },
        _ => Vae,
    };

    [Theory, MemberData(nameof(Variants))]
    public void The_whole_backward_pass_differentiates_the_whole_forward_pass(string variant)
    {
        var clicks = ToyClicks.Random(6, 13);
        using var model = new Autoencoder(new ReferenceBackend(), SettingsOf(variant), 13, 6, seed: 5);
        model.WeightAnchorsBy(clicks.ColumnCounts());
        var batch = ToyClicks.Batch(model.Backend, clicks);
        var problem = Differentiable.Of(model, batch, model.TrainingMask(3, 8), Noise, new Objective(0.3, 0.7));
        foreach (var error in GradientCheck.Coordinates(problem))
            Assert.True(error.Error < GradientCheck.Tolerance, $"{variant}: {error}");
        Assert.InRange(GradientCheck.TaylorSlope(problem), 1.9, 2.1);
    }

    [Fact]
    public void The_loss_is_the_papers_formula()
    {
        // One user, two items, no hidden layers, all weights zero: logits are the output bias, mu and logvar the encoder bias.
        using var model = new Autoencoder(new ReferenceBackend(), Vae with { Hidden = [], Latent = 1 }, 2, 1, seed: 1);
        foreach (var parameter in model.Parameters.All) model.Backend.Fill(parameter.Value, 0);
        model.Backend.Upload([0.5, -0.25], model.Parameters["encoder.0.bias"].Value); // mu, log variance
        model.Backend.Upload([1.0, 0.0], model.Parameters["decoder.0.bias"].Value);
        var batch = ToyClicks.Batch(model.Backend, CsrMatrix.FromPairs(1, 2, [(0, 0)]));
        model.Forward(batch, InputMask.Clean, noise: null);
        double loss = model.Loss(batch, new Objective(Beta: 0.2));
        double reconstruction = Math.Log(1 + Math.Exp(-1)), kl = 0.5 * (0.25 + Math.Exp(-0.25) + 0.25 - 1);
        Assert.Equal(reconstruction, model.ReconstructionLosses[0], 12);
        Assert.Equal(kl, model.KlLosses[0], 12);
        Assert.Equal(reconstruction + 0.2 * kl, loss, 12);
    }

    [Fact]
    public void Weights_start_as_the_reference_code_says()
    {
        using var model = new Autoencoder(new ReferenceBackend(), Vae with { Hidden = [40], Latent = 20 }, 300, 4, seed: 9);
        var weight = new double[300 * 40];
        model.Backend.Download(model.Parameters["encoder.0.weight"].Value, weight);
        double limit = Math.Sqrt(6.0 / 340);
        Assert.All(weight, w => Assert.InRange(w, -limit, limit));
        Assert.InRange(weight.Max(), 0.99 * limit, limit);
        Assert.InRange(weight.Select(w => w * w).Average(), 0.97 * limit * limit / 3, 1.03 * limit * limit / 3);
        var bias = new double[300];
        model.Backend.Download(model.Parameters["decoder.1.bias"].Value, bias);
        Assert.All(bias, b => Assert.InRange(b, -0.002, 0.002));
        Assert.InRange(Math.Sqrt(bias.Select(b => b * b).Average()), 0.0007, 0.001);
    }

    [Fact]
    public void Scores_do_not_depend_on_the_batch_and_never_rank_what_was_seen()
    {
        var clicks = ToyClicks.Random(9, 13);
        using var whole = new Autoencoder(new ReferenceBackend(), Vae, 13, 9, seed: 5);
        using var single = new Autoencoder(new ReferenceBackend(), Vae, 13, 2, seed: 5);
        // Large negative biases: every logit is negative, so a mask that writes 0 instead of -infinity would show.
        foreach (var model in new[] { whole, single }) model.Backend.Fill(model.Parameters["decoder.1.bias"].Value, -50);
        var (a, b) = (new float[9 * 13], new float[9 * 13]);
        whole.Score(clicks, 0, 9, a);
        single.Score(clicks, 0, 9, b);
        Assert.Equal(a, b);
        var (items, scores) = (new int[9 * 13], new float[9 * 13]);
        single.Rank(clicks, 0, 9, 13, items, scores);
        for (int user = 0; user < 9; user++)
        {
            var ranked = items[(user * 13)..(user * 13 + 13)].Where(i => i >= 0).ToArray();
            Assert.Equal(13 - clicks.RowLength(user), ranked.Length);
            Assert.DoesNotContain(ranked, item => clicks.Contains(user, item));
        }
        // Other excluded items than the input's, one a user: the scores are those of the input.
        single.Rank(clicks, 0, 9, 13, items, scores, CsrMatrix.FromPairs(9, 13, [.. Enumerable.Range(0, 9).Select(u => (u, u))]));
        for (int user = 0; user < 9; user++)
        {
            var expected = Enumerable.Range(0, 13).Where(i => i != user).OrderByDescending(i => a[user * 13 + i]).ToArray();
            Assert.Equal(expected, items[(user * 13)..(user * 13 + 12)]);
            Assert.Equal(-1, items[user * 13 + 12]);
            Assert.Equal(a[user * 13 + expected[0]], scores[user * 13]);
        }
    }

    [Fact]
    public void Scores_decode_the_posterior_mean()
    {
        // mu = 0.5 for everybody, log variance 4; logits 3 z + 1 and -2 z.
        using var model = new Autoencoder(new ReferenceBackend(), Vae with { Hidden = [], Latent = 1 }, 2, 3, seed: 1);
        foreach (var parameter in model.Parameters.All) model.Backend.Fill(parameter.Value, 0);
        model.Backend.Upload([0.5, 4.0], model.Parameters["encoder.0.bias"].Value);
        model.Backend.Upload([3.0, -2.0], model.Parameters["decoder.0.weight"].Value);
        model.Backend.Upload([1.0, 0.0], model.Parameters["decoder.0.bias"].Value);
        var scores = new float[3 * 2];
        model.Score(CsrMatrix.FromPairs(3, 2, [(0, 0), (2, 1)]), 0, 3, scores);
        Assert.Equal([2.5f, -1, 2.5f, -1, 2.5f, -1], scores);
    }

    [Fact]
    public void A_second_caller_is_refused()
    {
        var clicks = ToyClicks.Random(200, 300);
        using var backend = new SimdBackend(1);
        using var model = new Autoencoder(backend, Vae, 300, 50, seed: 5, training: false);
        var (alone, k) = (new int[200 * 5], 5);
        model.Rank(clicks, 0, 200, k, alone, new float[200 * 5]);
        Exception?[] problems = new Exception?[2];
        using (model.Caller.Enter()) // this thread is inside a call
        {
            var second = new Thread(() =>
            {
                problems[0] = Record.Exception(() => model.Rank(clicks, 0, 200, k, new int[200 * 5], new float[200 * 5]));
                problems[1] = Record.Exception(() => model.Score(clicks, 0, 1, new float[300]));
            });
            second.Start();
            second.Join();
        }
        Assert.All(problems, problem =>
            Assert.Contains("in use by another thread", Assert.IsType<InvalidOperationException>(problem).Message));

        // Callers at once get the right list or the refusal, never a wrong list.
        Parallel.For(0, 400, _ =>
        {
            var items = new int[200 * 5];
            if (Record.Exception(() => model.Rank(clicks, 0, 200, k, items, new float[200 * 5])) is { } problem)
                Assert.IsType<InvalidOperationException>(problem);
            else Assert.Equal(alone, items);
        });
        model.Rank(clicks, 0, 200, k, alone, new float[200 * 5]); // a refused call leaves the model usable
    }
}
