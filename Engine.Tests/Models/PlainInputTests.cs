using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tests.Study;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>Models on x * b (theorem 2.6 of arXiv 2511.06781): clicks count 1 wherever the encoder reads a history.</summary>
public class PlainInputTests
{
    private static readonly AutoencoderSettings Plain = new() { Hidden = [], Latent = 1, Mask = MaskMode.Plain };

    [Fact]
    public void Means_and_scores_are_sums_over_clicks()
    {
        // mu = 0.5 + 1, 10 and 100 for the items; logits mu and -2 mu and 0.
        using var model = new Autoencoder(new ReferenceBackend(), Plain, 3, 4, seed: 1);
        foreach (var parameter in model.Parameters.All) model.Backend.Fill(parameter.Value, 0);
        model.Backend.Upload([1.0, 0, 10, 0, 100, 0], model.Parameters["encoder.0.weight"].Value);
        model.Backend.Upload([0.5, 0.0], model.Parameters["encoder.0.bias"].Value);
        model.Backend.Upload([1.0, -2, 0], model.Parameters["decoder.0.weight"].Value);
        var clicks = CsrMatrix.FromPairs(4, 3, [(0, 0), (0, 1), (0, 2), (1, 2), (2, 0), (2, 1)]);
        var (scores, means) = (new float[12], new float[4]);
        model.Score(clicks, 0, 4, scores);
        Assert.Equal([111.5f, -223, 0, 100.5f, -201, 0, 11.5f, -23, 0, 0.5f, -1, 0], scores);
        model.PosteriorMeans(clicks, 0, 4, means);
        Assert.Equal([111.5f, 100.5f, 11.5f, 0.5f], means);
        // The studies read the same input.
        var posteriors = PosteriorEncoder.Encode(model, new Population(clicks, [0, 1, 2]), model.CleanInput);
        Assert.Equal([111.5, 100.5, 11.5], posteriors.Means);
        Assert.Equal(posteriors.Means, PosteriorEncoder.Encode(model, new Population(clicks, [0, 1, 2])).Means);
    }

    [Fact]
    public void Cohorts_are_encoded_as_the_model_sees_them()
    {
        var users = Population.Sample(StudyToys.TwoGroups(50, 40), 50, 1);
        using var model = StudyToys.Model(StudyToys.Settings(7) with { Mask = MaskMode.Plain }, 40, spread: 2);
        var options = new CohortOptions { Sizes = [2, 9], Sources = 8, Pairs = 4, Draws = 2, Map = false };
        var cohort = CohortStudy.Run(model, users, options).Cohorts[1];
        var cuts = CutHistories.Of(users, options.Sizes, options.Sources, options.Seed);
        var seen = PosteriorEncoder.Encode(model, cuts.Population, new InputMask(MaskMode.Plain, 1, default));
        Assert.Equal(
            Enumerable.Range(0, 8).Average(i => Math.Sqrt(seen.Mean(cuts.Row(1, i)).ToArray().Sum(m => m * m))), cohort.Norm, 9);
    }

    [Fact]
    public void Without_dropout_training_sees_x_as_it_is()
    {
        using var model = new Autoencoder(new ReferenceBackend(), Plain with { Dropout = 0 }, 3, 4, seed: 1);
        Assert.Equal(new InputMask(MaskMode.Plain, 1, default), model.CleanInput);
        Assert.Equal(model.CleanInput, model.TrainingMask(9, 4));
        using var masked = new Autoencoder(new ReferenceBackend(), Plain with { Dropout = 0.25 }, 3, 4, seed: 1);
        Assert.Equal(new InputMask(MaskMode.Plain, 0.75f, new(9, 4, RandomPurpose.Mask)), masked.TrainingMask(9, 4));
        using var published = new Autoencoder(new ReferenceBackend(), Plain with { Mask = MaskMode.NormaliseThenDrop }, 3, 4, 1);
        Assert.Equal(InputMask.Clean, published.CleanInput);
    }

    [Fact]
    public void Training_has_the_same_bits_on_any_number_of_threads()
    {
        double[] one = Weights(1);
        Assert.Equal(one, Weights(2));
        Assert.Equal(one, Weights(3));

        static double[] Weights(int threads)
        {
            var clicks = ToyClicks.Random(40, 60);
            using var backend = new SimdBackend(threads);
            using var model = new Autoencoder(backend, Plain with { Hidden = [9], Latent = 3 }, 60, 40, seed: 5);
            using var batch = ToyClicks.Batch(backend, clicks);
            for (uint step = 0; step < 5; step++)
            {
                model.Parameters.ZeroGradients();
                model.Forward(batch, model.TrainingMask(3, step), new(3, step, RandomPurpose.LatentNoise));
                model.Backward(batch, new Objective(0.2));
                foreach (var parameter in model.Parameters.All) backend.Adam(parameter, new AdamStep(0.01, step + 1));
            }
            return [.. model.Parameters.All.SelectMany(p => StudyToys.Host(backend, p.Value))];
        }
    }

    [Fact]
    public void The_composite_prior_reads_the_same_input_as_the_encoder()
    {
        // The copy is the encoder itself: with the same input its posterior and the encoder's are equal.
        var settings = Plain with { Prior = PriorKind.Composite, Dropout = 0 };
        using var model = new Autoencoder(new ReferenceBackend(), settings, 3, 1, seed: 1);
        model.UpdatePrior();
        using var batch = ToyClicks.Batch(model.Backend, CsrMatrix.FromPairs(1, 3, [(0, 0), (0, 1), (0, 2)]));
        model.Forward(batch, model.CleanInput, noise: null);
        model.Loss(batch, new Objective(1));
        double[] code = StudyToys.Host(model.Backend, model.Code);
        double own = Math.Exp(-0.5 * (Math.Log(2 * Math.PI) + code[1]));
        double mixture = 0.15 * Density(code[0], 0) + 0.75 * own + 0.1 * Density(code[0], 10);
        Assert.Equal(Math.Log(own / mixture), model.KlLosses[0], 10);
    }

    private static double Density(double x, double logVariance) =>
        Math.Exp(-0.5 * (Math.Log(2 * Math.PI) + logVariance + x * x * Math.Exp(-logVariance)));
}
