using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Models;

public class OutputFormTests
{
    private const int Users = 11, Items = 37;

    /// <summary>
    /// Gram: 1.5 B / n times fewer operations; blocks: the logits beyond 512 users outweigh the weight's gradient.
    /// </summary>
    [Theory]
    [InlineData(LikelihoodKind.Multinomial, 500, 600, OutputForm.Whole)]
    [InlineData(LikelihoodKind.Multinomial, 1112, 600, OutputForm.Whole)]
    [InlineData(LikelihoodKind.Multinomial, 1113, 600, OutputForm.Blocks)]
    [InlineData(LikelihoodKind.Logistic, 24_576, 600, OutputForm.Blocks)]
    [InlineData(LikelihoodKind.Gaussian, 500, 600, OutputForm.Whole)]
    [InlineData(LikelihoodKind.Gaussian, 500, 200, OutputForm.Gram)]
    [InlineData(LikelihoodKind.Gaussian, 4096, 600, OutputForm.Gram)]
    public void The_form_that_costs_least_is_chosen(LikelihoodKind likelihood, int rows, int width, OutputForm expected)
    {
        Assert.Equal(expected, OutputForms.Cheapest(likelihood, rows, width));
        using var memory = new MemoryScope(new ReferenceBackend(), counting: true);
        var settings = new AutoencoderSettings { Hidden = [width], Latent = 2, Likelihood = likelihood };
        Assert.Equal(expected, new Autoencoder(memory, settings, 5, rows, seed: null, fuse: true).Decoder.Form);
        Assert.Equal(OutputForm.Whole, new Autoencoder(memory, settings, 5, rows, seed: null).Decoder.Form);
    }

    [Theory]
    [InlineData(OutputForm.Blocks, LikelihoodKind.Multinomial)]
    [InlineData(OutputForm.Blocks, LikelihoodKind.Gaussian)]
    [InlineData(OutputForm.Gram, LikelihoodKind.Gaussian)]
    public void Training_gives_the_weights_of_the_whole_form(OutputForm form, LikelihoodKind likelihood)
    {
        var expected = Train(new ReferenceBackend(), OutputForm.Whole, likelihood);
        Close(expected, Train(new ReferenceBackend(), form, likelihood), 1e-9);
        var simd = Train(new SimdBackend(1), form, likelihood);
        Close(expected, simd, 1e-4);
        foreach (int threads in (int[])[2, 3, 7]) Assert.Equal(simd, Train(new SimdBackend(threads), form, likelihood));
    }

    /// <summary>The kernels of a GPU, on ILGPU's CPU accelerator.</summary>
    [Fact]
    public void A_gpu_computes_the_loss_by_blocks_too()
    {
        var expected = Train(new ReferenceBackend(), OutputForm.Whole, LikelihoodKind.Multinomial);
        Close(expected, Train(Backends.Create("ilgpu-cpu"), OutputForm.Blocks, LikelihoodKind.Multinomial), 1e-4);
    }

    /// <summary>All logits of the batch would take 1.8 and 3.8 GiB; weights, moments and gradients take .3 and .6.</summary>
    [Theory]
    [InlineData(20_108, 0.71)]
    [InlineData(41_140, 1.08)]
    public void A_batch_of_24576_users_takes_the_logits_of_a_block_of_users(int items, double gibibytes)
    {
        using var device = Backends.Create("ilgpu-cpu");
        var settings = Preset.Load("liang2018-large");
        Assert.Equal(24_576, settings.BatchSize);
        double bytes = MemoryEstimate.Of(settings, items, device, scored: 0).Bytes / (double)(1L << 30);
        Assert.InRange(bytes, gibibytes - 0.05, gibibytes + 0.05);
    }

    [Fact]
    public void A_model_by_blocks_scores_as_many_users_as_a_block_holds_at_once_and_all_of_them_right()
    {
        var clicks = ToyClicks.Random(Users, Items);
        using var backend = new SimdBackend(2);
        using var blocks = Build(backend, OutputForm.Blocks, LikelihoodKind.Multinomial);
        using var whole = Build(backend, OutputForm.Whole, LikelihoodKind.Multinomial);
        Assert.Equal((4, Users), (blocks.BatchSize, whole.BatchSize));
        var (expected, actual) = (new float[Users * Items], new float[Users * Items]);
        whole.Score(clicks, 0, Users, expected);
        blocks.Score(clicks, 0, Users, actual);
        Assert.Equal(expected, actual);
    }

    private static void Close(double[] expected, double[] actual, double tolerance)
    {
        double largest = expected.Max(Math.Abs);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance * largest);
    }

    private static Autoencoder Build(IBackend on, OutputForm form, LikelihoodKind likelihood)
    {
        var settings = new AutoencoderSettings { Hidden = [19], Latent = 5, WeightDecay = 0.01, Likelihood = likelihood };
        return new(new MemoryScope(on), settings, Items, Users, seed: 3, fuse: true, form: form, rowsOfBlock: 4);
    }

    /// <summary>Three updates of all users, of one user without clicks' neighbours, and of some; weights and moments.</summary>
    private static double[] Train(IBackend on, OutputForm form, LikelihoodKind likelihood)
    {
        using var backend = on;
        var clicks = ToyClicks.Random(Users, Items);
        using var model = Build(on, form, likelihood);
        return ToyTraining.Weights(model, clicks, [[.. Enumerable.Range(0, Users)], [4], [8, 2, 5, 1, 0]]);
    }
}
