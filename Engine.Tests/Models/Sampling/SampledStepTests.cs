using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Models.Sampling;

public class SampledStepTests
{
    private const int Users = 9, Items = 41;
    private static readonly RandomKey Noise = new(3, 5, RandomPurpose.LatentNoise);
    private static readonly CsrMatrix Clicks = ToyClicks.Random(Users, Items); // row 1 is full
    private static readonly int[] FewUsers = [0, 2, 3, 4];

    /// <summary>As many draws as items: what the whole form gives, for three updates, weights and moments.</summary>
    [Theory]
    [InlineData("vae")]
    [InlineData("dae")]
    [InlineData("recvae")]
    [InlineData("weighted")]
    public void With_all_items_drawn_updates_are_those_of_the_full_softmax(string member)
    {
        using var backend = new ReferenceBackend();
        var settings = Of(member) with { Negatives = Items };
        double[] expected = Train(backend, settings, OutputForm.Whole), actual = Train(backend, settings, OutputForm.Sampled);
        double largest = expected.Max(Math.Abs);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-9 * largest);
    }

    [Theory]
    [InlineData("vae")]
    [InlineData("recvae")]
    [InlineData("weighted")]
    public void Updates_in_single_precision_are_those_of_the_oracle_on_any_number_of_threads(string member)
    {
        var settings = Of(member) with { Negatives = 11 };
        double[] expected = Train(new ReferenceBackend(), settings, OutputForm.Sampled),
            actual = Train(new SimdBackend(1), settings, OutputForm.Sampled);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2e-4 * largest);
        foreach (int threads in (int[])[2, 5])
            Assert.Equal(actual, Train(new SimdBackend(threads), settings, OutputForm.Sampled));
    }

    /// <summary>Moments moved where they lie, against copies of them that the optimiser moves after the backward pass.</summary>
    [Theory]
    [InlineData("vae", LazyAdamKind.Lazy)]
    [InlineData("recvae", LazyAdamKind.Lazy)]
    [InlineData("vae", LazyAdamKind.Exact)]
    [InlineData("weighted", LazyAdamKind.Exact)]
    public void Fused_updates_in_place_give_the_bits_of_updates_of_copies(string member, LazyAdamKind kind)
    {
        var settings = Of(member) with { Negatives = 11, LazyAdam = kind };
        foreach (int threads in (int[])[1, 2, 5])
        {
            double[] Trained(bool fuse)
            {
                using var backend = new SimdBackend(threads);
                using var model = Build(backend, settings, OutputForm.Sampled, fuse);
                Assert.All(model.Moved, p => Assert.False(!fuse && p.Moved.IsFused));
                int[][] batches = [FewUsers, [2], [8, 1], [0, 3], FewUsers];
                double[] underWay = ToyTraining.Weights(model, Clicks, batches);
                model.SettleRows();
                return [.. underWay, .. model.Parameters.All.SelectMany(p => backend.Values(p.Value))];
            }
            Assert.Equal(Trained(fuse: false), Trained(fuse: true));
        }
    }

    /// <summary>Central differences of the sampled loss, at every weight of the touched rows and of some others.</summary>
    [Theory]
    [InlineData("vae")]
    [InlineData("recvae")]
    [InlineData("weighted")]
    public void The_backward_pass_differentiates_the_sampled_loss(string member)
    {
        using var backend = new ReferenceBackend();
        using var model = Build(backend, Of(member) with { Negatives = 6 }, OutputForm.Sampled);
        using var batch = ToyClicks.Batch(backend, Clicks.SelectRows(FewUsers));
        var mask = model.TrainingMask(3, 5);
        var objective = new Objective(0.2);
        model.Forward(batch, mask, Noise);
        model.Backward(batch, objective);
        var gradients = model.Moved.ToDictionary(p => p.Moved.Name, p => backend.Values(p.Moved.Gradient));
        int[] columns = model.SampledStep!.Items.ToArray(), clicked = batch.ActiveColumns.ToArray();
        Assert.InRange(columns.Length, clicked.Length + 1, Items - 1);
        model.EndStep();
        foreach (var parameter in model.Parameters.All.Where(p => !p.IsConstant))
        {
            double[] gradient = gradients[parameter.Name];
            int width = (int)(parameter.Value.Length / Items);
            if (parameter.Name == "encoder.0.weight") gradient = Dense(gradient, clicked, width);
            else if (parameter.Name.StartsWith($"decoder.{model.Decoder.Hidden.Count}.", StringComparison.Ordinal))
                gradient = Dense(gradient, columns, width);
            double[] values = backend.Values(parameter.Value);
            for (int i = 0; i < values.Length; i++)
            {
                double kept = values[i], step = 1e-5;
                double At(double value)
                {
                    values[i] = value;
                    backend.Upload(values, parameter.Value);
                    model.Forward(batch, mask, Noise);
                    return model.Loss(batch, objective);
                }
                double difference = (At(kept + step) - At(kept - step)) / (2 * step);
                values[i] = kept;
                backend.Upload(values, parameter.Value);
                Assert.True(Math.Abs(difference - gradient[i]) < 1e-7 + 1e-6 * Math.Abs(difference),
                    $"{member}: {parameter.Name}[{i}]: {gradient[i]}, by differences {difference}");
            }
        }
    }

    /// <summary>The loss approaches the full one as N grows, from below on average (log is concave).</summary>
    [Fact]
    public void The_mean_loss_approaches_the_full_one_with_more_draws()
    {
        using var backend = new ReferenceBackend();
        double Mean(int negatives, OutputForm form)
        {
            using var model = Build(backend, Of("vae") with { Negatives = negatives, FanInInitialisation = true }, form);
            var weight = model.Decoder.Output.Weight.Value;
            backend.Upload([.. backend.Values(weight).Select(w => 30 * w)], weight); // logits far apart
            using var batch = ToyClicks.Batch(backend, Clicks.SelectRows([0, 2]));
            double sum = 0;
            const int draws = 300;
            for (uint step = 0; step < draws; step++)
            {
                model.Forward(batch, InputMask.Clean, null);
                if (model.SampledStep is { } sampled) sampled.Begin(batch, new(9, step, RandomPurpose.NegativeSample));
                sum += model.Loss(batch, new Objective(0));
            }
            return sum / draws;
        }
        double full = Mean(1, OutputForm.Whole), few = Mean(1, OutputForm.Sampled), more = Mean(8, OutputForm.Sampled),
            most = Mean(30, OutputForm.Sampled);
        Assert.True(few < more && more < most && most < full, $"{few}, {more}, {most}; all items {full}");
        Assert.True(full - most < 0.2 * (full - few), $"{few}, {more}, {most}; all items {full}");
    }

    /// <summary>Rows that a step does not see keep their weights and moments.</summary>
    [Fact]
    public void Rows_outside_the_step_stay_as_they_are()
    {
        using var backend = new SimdBackend(2);
        using var model = Build(backend, Of("vae") with { Negatives = 3 }, OutputForm.Sampled);
        var weight = model.Decoder.Output.Weight;
        double[] before = backend.Values(weight.Value), bias = backend.Values(model.Decoder.Output.Bias.Value);
        using var batch = ToyClicks.Batch(backend, Clicks.SelectRows([2]));
        var optimizer = new AdamOptimizer(backend, [.. model.Moved.Select(p => p.Moved)], 0.01);
        optimizer.Begin();
        model.Forward(batch, model.TrainingMask(3, 0), Noise);
        model.Backward(batch, new Objective(0.2));
        optimizer.End();
        int[] seen = model.SampledStep!.Items.ToArray();
        model.EndStep();
        double[] after = backend.Values(weight.Value), second = backend.Values(weight.SecondMoment),
            biasAfter = backend.Values(model.Decoder.Output.Bias.Value);
        int width = weight.Value.Columns;
        for (int item = 0; item < Items; item++)
        {
            var row = (item * width)..((item + 1) * width);
            Assert.Equal(seen.Contains(item), !before[row].SequenceEqual(after[row]));
            Assert.Equal(seen.Contains(item), second[row].Any(v => v != 0));
            Assert.Equal(seen.Contains(item), bias[item] != biasAfter[item]);
        }
    }

    /// <summary>
    /// Exact lazy Adam, once settled, is Adam on all rows with the gradients that the steps gave: here by hand from the gradients
    /// of one model, which the other one is given.
    /// </summary>
    [Fact]
    public void Exact_lazy_Adam_moves_rows_at_rest_as_Adam_does()
    {
        using var backend = new ReferenceBackend();
        var settings = Of("vae") with { Negatives = 5, LazyAdam = LazyAdamKind.Exact };
        using var model = Build(backend, settings, OutputForm.Sampled);
        using var batch = backend.AllocateBatch(Users, Items, 3 * Items);
        var optimizer = new AdamOptimizer(backend, [.. model.Moved.Select(p => p.Moved)], 0.01);
        var weight = model.Decoder.Output.Weight;
        int width = weight.Value.Columns;
        double[] w = backend.Values(weight.Value), m = new double[w.Length], v = new double[w.Length];
        for (uint update = 0; update < 12; update++)
        {
            batch.Load(Clicks, [(int)(2 + update % 5)]);
            optimizer.Begin();
            model.Forward(batch, model.TrainingMask(3, update), new(3, update, RandomPurpose.LatentNoise));
            int[] seen = model.SampledStep!.Items.ToArray();
            Assert.Equal(Dense(backend.Values(model.SampledStep.Last.Windows[0].Rows.Value), seen, width).Where(x => x != 0),
                Dense([.. seen.SelectMany(item => w[(item * width)..((item + 1) * width)])], seen, width).Where(x => x != 0),
                (x, y) => Math.Abs(x - y) < 1e-6);
            model.Backward(batch, new Objective(0.2));
            var step = new AdamStep(0.01, update + 1);
            double[] g = Dense(backend.Values(model.SampledStep.Last.Windows[0].Rows.Gradient), seen, width);
            for (int i = 0; i < w.Length; i++)
            {
                (m[i], v[i]) = (0.9 * m[i] + 0.1 * g[i], 0.999 * v[i] + 0.001 * g[i] * g[i]);
                w[i] -= step.CorrectedRate * m[i] / (Math.Sqrt(v[i]) + step.Epsilon);
            }
            optimizer.End();
            model.EndStep();
        }
        Assert.Contains(Enumerable.Range(0, w.Length), i => Math.Abs(w[i] - backend.Values(weight.Value)[i]) > 1e-4);
        model.SettleRows();
        double[] settled = backend.Values(weight.Value), moments = backend.Values(weight.FirstMoment);
        for (int i = 0; i < w.Length; i++)
        {
            Assert.Equal(w[i], settled[i], 1e-5);
            Assert.Equal(m[i], moments[i], 1e-9);
        }
    }

    [Fact]
    public void A_model_of_a_large_catalogue_scores_few_users_at_once_and_the_same()
    {
        const int items = 3_000_000;
        using var backend = new SimdBackend(2);
        var settings = new AutoencoderSettings { Hidden = [], Latent = 2 };
        using var model = new Autoencoder(backend, settings, items, 500, seed: 3, training: false);
        using var whole = new Autoencoder(backend, settings, items, 12, seed: 3, fuse: true);
        Assert.Equal((11, 12), (model.BatchSize, whole.BatchSize));
        var clicks = CsrMatrix.FromPairs(12, items, [.. Enumerable.Range(0, 12).Select(user => (user, 1000 * user))]);
        var (best, scores) = (new int[2][], new float[2][]);
        foreach (var (i, m) in new[] { model, whole }.Index())
        {
            (best[i], scores[i]) = (new int[12 * 20], new float[12 * 20]);
            m.Rank(clicks, 0, 12, 20, best[i], scores[i]);
        }
        Assert.Equal(best[1], best[0]);
        Assert.Equal(scores[1], scores[0]);
    }

    private static AutoencoderSettings Of(string member)
    {
        var vae = new AutoencoderSettings { Hidden = [13], Latent = 5 };
        return member switch
        {
            "dae" => vae with { Variational = false },
            "recvae" => vae with
            {
                Encoder = EncoderKind.Recvae,
                Hidden = [7, 7],
                DecoderHidden = [],
                Prior = PriorKind.Composite,
                KlPerClick = true,
            },
            "weighted" => vae with { Emphasis = 3, UserWeightPower = 0.5, Hidden = [] },
            _ => vae,
        };
    }

    private static Autoencoder Build(IBackend backend, AutoencoderSettings settings, OutputForm form, bool fuse = true)
    {
        var model = new Autoencoder(backend, settings, Items, Users, seed: 3, fuse: fuse, form: form);
        model.WeightUsersBy(Clicks);
        return model;
    }

    private static double[] Dense(double[] rows, int[] places, int width)
    {
        var all = new double[Items * width];
        for (int r = 0; r < places.Length; r++) rows.AsSpan(r * width, width).CopyTo(all.AsSpan(places[r] * width));
        return all;
    }

    /// <summary>Updates on batches that hold all items and, where negatives are fewer, on one that does not.</summary>
    private static double[] Train(IBackend backend, AutoencoderSettings settings, OutputForm form)
    {
        using var model = Build(backend, settings, form);
        int[] all = [.. Enumerable.Range(0, Users)];
        int[][] batches = settings.Negatives >= Items ? [all, all, [8, 1, 2]] : [all, FewUsers, [2], [8, 1, 2]];
        return ToyTraining.Weights(model, Clicks, batches);
    }
}
