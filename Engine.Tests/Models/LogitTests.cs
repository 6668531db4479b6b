using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>The linear path, the cosine head and corrected logits, against what they are by definition.</summary>
public sealed class LogitTests
{
    private const int Users = 6, Items = 13;
    private static readonly CsrMatrix Clicks = ToyClicks.Random(Users, Items);
    private static readonly AutoencoderSettings Plain = new() { Hidden = [], Latent = 3, Variational = false };

    /// <summary>The decoder's weights are zero, so that the path alone remains beside the bias.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Ease_beside_a_silent_decoder_scores_as_the_baseline(bool simd)
    {
        using IBackend backend = simd ? new SimdBackend(2) : new ReferenceBackend();
        using var model = Model(backend, Plain with { LinearPath = LinearPathKind.Ease, LinearScale = 4, LinearLambda = 2 });
        var ease = Ease.Fit(Clicks, new(2));
        model.FitLinearPath(Clicks);
        Silence(model);
        float[] expected = new float[Users * Items], actual = new float[Users * Items];
        ease.Score(Clicks, 0, Users, expected);
        model.Score(Clicks, 0, Users, actual);
        for (int i = 0; i < actual.Length; i++) Assert.Equal(4 * expected[i], actual[i], 1e-5);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_low_rank_path_is_its_product_without_the_diagonal(bool simd)
    {
        using IBackend backend = simd ? new SimdBackend(2) : new ReferenceBackend();
        using var model = Model(backend, Plain with { LinearPath = LinearPathKind.LowRank, LinearRank = 4 });
        var (p, q) = (model.Parameters["linear.in"], model.Parameters["linear.out"]);
        Assert.Equal(0, backend.SquaredNorm(q.Value)); // it starts without a word
        backend.Copy(p.Value, q.Value);
        Silence(model);
        double[] v = backend.Values(p.Value);
        var scores = new float[Users * Items];
        model.Score(Clicks, 0, Users, scores);
        for (int user = 0; user < Users; user++)
            for (int item = 0; item < Items; item++)
            {
                double expected = 0;
                foreach (int click in Clicks.RowColumns(user))
                    for (int k = 0; k < 4 && click != item; k++) expected += v[click * 4 + k] * v[item * 4 + k];
                Assert.Equal(expected, scores[user * Items + item], 1e-5);
            }
    }

    /// <summary>The oracle is EASE fitted anew without the user, for each user.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Training_sees_eases_scores_without_the_users_own_row(bool simd)
    {
        using IBackend backend = simd ? new SimdBackend(2) : new ReferenceBackend();
        using var model = Model(backend, Plain with { LinearPath = LinearPathKind.Ease, LinearScale = 3, LinearLambda = 2 });
        model.FitLinearPath(Clicks);
        Silence(model);
        using var batch = ToyClicks.Batch(backend, Clicks);
        double[] logits = backend.Values(model.Forward(batch, model.TrainingMask(3, 1), null));
        for (int user = 0; user < Users; user++)
        {
            var others = Clicks.SelectRows([.. Enumerable.Range(0, Users).Where(other => other != user)]);
            var expected = new float[Items];
            Ease.Fit(others, new(2)).Score(Clicks, user, 1, expected);
            for (int item = 0; item < Items; item++)
                Assert.Equal(3 * expected[item], logits[user * Items + item], 1e-4);
        }
    }

    /// <summary>In training the learned path sees the kept clicks alone, divided by the probability that one is kept.</summary>
    [Fact]
    public void The_learned_path_sees_what_the_mask_keeps()
    {
        using var backend = new ReferenceBackend();
        using var model = Model(backend, Plain with { LinearPath = LinearPathKind.LowRank, LinearRank = 4, Dropout = 0.4 });
        backend.Copy(model.Parameters["linear.in"].Value, model.Parameters["linear.out"].Value);
        Silence(model);
        using var batch = ToyClicks.Batch(backend, Clicks);
        double[] v = backend.Values(model.Parameters["linear.in"].Value);
        double[] logits = backend.Values(model.Forward(batch, model.TrainingMask(3, 1), null));
        double[] inputs = backend.Values(batch.Inputs.View(0, 1, batch.Entries));
        for (int user = 0; user < Users; user++)
            for (int item = 0; item < Items; item++)
            {
                double expected = 0;
                for (int e = batch.RowOffsets[user]; e < batch.RowOffsets[user + 1]; e++)
                    for (int k = 0; k < 4 && inputs[e] != 0 && batch.ColumnIndices[e] != item; k++)
                        expected += v[batch.ColumnIndices[e] * 4 + k] * v[item * 4 + k] / 0.6;
                Assert.Equal(expected, logits[user * Items + item], 1e-5);
            }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_cosine_head_is_the_cosine_over_the_temperature(bool simd)
    {
        using IBackend backend = simd ? new SimdBackend(2) : new ReferenceBackend();
        using var model = Model(backend, Plain with { OutputHead = OutputHead.Cosine, Temperature = 0.25 });
        backend.Fill(model.Decoder.Output.Bias.Value, 0.5);
        using var batch = ToyClicks.Batch(backend, Clicks);
        var logits = backend.Values(model.Forward(batch, model.CleanInput, null));
        double[] h = backend.Values(model.Code), w = backend.Values(model.Decoder.Output.Weight.Value);
        for (int user = 0; user < Users; user++)
            for (int item = 0; item < Items; item++)
            {
                double dot = 0, hh = 0, ww = 0;
                for (int k = 0; k < 3; k++)
                {
                    double a = h[user * 3 + k], b = w[item * 3 + k];
                    (dot, hh, ww) = (dot + a * b, hh + a * a, ww + b * b);
                }
                Assert.Equal(4 * dot / Math.Sqrt(hh * ww) + 0.5, logits[user * Items + item], 1e-4);
            }
    }

    [Fact]
    public void A_row_of_zeros_has_no_direction_and_spreads_no_nan()
    {
        foreach (IBackend backend in (IBackend[])[new ReferenceBackend(), new SimdBackend(1)])
        {
            Tensor x = backend.Allocate(1, 3), y = backend.Allocate(1, 3), norms = backend.Allocate(1, 1),
                dy = backend.Allocate(1, 3), dx = backend.Allocate(1, 3);
            backend.Fill(dy, 1);
            backend.UnitRowsForward(x, 2, y, norms);
            backend.UnitRowsBackward(y, 2, norms, dy, dx);
            Assert.Equal([0, 0, 0], backend.Values(y));
            Assert.All(backend.Values(dx), d => Assert.True(double.IsFinite(d)));
            backend.Dispose();
        }
    }

    /// <summary>Softmax is blind to a constant: logits differ by tau log of the ratio of (clicks + 1).</summary>
    [Fact]
    public void The_correction_is_seen_by_the_loss_and_not_by_scores()
    {
        using var backend = new ReferenceBackend();
        using var model = Model(backend, Plain with { LogitCorrection = 0.5 });
        using var plain = Model(backend, Plain);
        int[] counts = Clicks.ColumnCounts();
        model.CorrectLogitsBy(counts);
        using var batch = ToyClicks.Batch(backend, Clicks);
        double[] corrected = backend.Values(model.Forward(batch, model.CleanInput, null)),
            logits = backend.Values(plain.Forward(batch, plain.CleanInput, null));
        double total = counts.Sum() + Items;
        for (int i = 0; i < logits.Length; i++)
            Assert.Equal(logits[i] + 0.5 * Math.Log((counts[i % Items] + 1) / total), corrected[i], 1e-9);
        float[] expected = new float[Users * Items], actual = new float[Users * Items];
        plain.Score(Clicks, 0, Users, expected);
        model.Score(Clicks, 0, Users, actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Parts_that_need_all_logits_take_the_whole_form_and_refuse_others()
    {
        using var memory = new MemoryScope(new ReferenceBackend(), counting: true);
        foreach (var settings in (AutoencoderSettings[])[
            Plain with { LinearPath = LinearPathKind.LowRank }, Plain with { LogitCorrection = 1 }])
        {
            Assert.Equal(OutputForm.Whole,
                new Autoencoder(memory, settings, 5, 5000, seed: null, fuse: true).Decoder.Form);
            Assert.Throws<ArgumentException>(
                () => new Autoencoder(memory, settings, 5, 7, seed: null, form: OutputForm.Blocks));
        }
        var gaussian = Plain with { Likelihood = LikelihoodKind.Gaussian };
        foreach (var settings in (AutoencoderSettings[])[
            gaussian with { OutputHead = OutputHead.Cosine }, gaussian with { Emphasis = 2 },
            gaussian with { UserWeightPower = 1 }])
            Assert.NotEqual(OutputForm.Gram, new Autoencoder(memory, settings, 5, 500, seed: null, fuse: true).Decoder.Form);
    }

    private static Autoencoder Model(IBackend backend, AutoencoderSettings settings) =>
        new(backend, settings, Items, Users, seed: 5);

    private static void Silence(Autoencoder model)
    {
        model.Backend.Fill(model.Decoder.Output.Weight.Value, 0);
        model.Backend.Fill(model.Decoder.Output.Bias.Value, 0);
    }
}
