using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Study;

public class PerUserGradientsTests
{
    private static readonly RandomKey Noise = new(11, 4, RandomPurpose.LatentNoise);

    public static TheoryData<string> Variants => ["vae", "deep", "shallow", "dae", "anchors", "sampled",
        "several anchors", "rare anchors", "codebook", "logistic", "gaussian", "recvae", "recvae-deep", "composite"];

    private static AutoencoderSettings SettingsOf(string variant) => variant switch
    {
        "deep" => StudyToys.Settings(9, 5),
        "shallow" => StudyToys.Settings(),
        "dae" => StudyToys.Settings(6) with { Variational = false },
        "anchors" => StudyToys.Settings(7) with { Anchors = true },
        "sampled" => StudyToys.Settings(7) with { Anchors = true, AnchorForm = AnchorForm.Sampled },
        "several anchors" => StudyToys.Settings(7) with { Anchors = true, AnchorsPerItem = 3 },
        "rare anchors" => StudyToys.Settings(7) with { Anchors = true, AnchorWeighting = AnchorWeighting.Rarity },
        "codebook" => StudyToys.Settings(7) with { Anchors = true, AnchorCodebook = 4 },
        "logistic" => StudyToys.Settings(7) with { Likelihood = LikelihoodKind.Logistic },
        "recvae" => StudyToys.Settings(6) with { Encoder = EncoderKind.Recvae, KlPerClick = true },
        "recvae-deep" => StudyToys.Settings(6, 6, 6) with
        {
            Encoder = EncoderKind.Recvae,
            Prior = PriorKind.Composite,
            KlPerClick = true,
            DecoderHidden = [],
            Anchors = true,
        },
        "composite" => StudyToys.Settings(7) with { Prior = PriorKind.Composite },
        "gaussian" => StudyToys.Settings(7) with { Likelihood = LikelihoodKind.Gaussian },
        _ => StudyToys.Settings(7),
    };

    [Theory, MemberData(nameof(Variants))]
    public void Users_gradients_average_to_the_batch_gradient(string variant)
    {
        var clicks = ToyClicks.Random(8, 13);
        using var model = StudyToys.Model(SettingsOf(variant), 13, training: true);
        model.WeightAnchorsBy(clicks.ColumnCounts());
        var batch = ToyClicks.Batch(model.Backend, clicks);
        var gradients = PerUserGradients.Compute(model, batch, model.TrainingMask(3, 8), Noise, new Objective(0.3, 0.7));
        foreach (var block in gradients.Blocks)
        {
            var sum = new double[block.ParameterCount];
            for (int user = 0; user < 8; user++) block.AddTo(user, 1.0 / 8, sum);
            double[] expected = BatchGradient(model, block.Name);
            Assert.Equal(expected.Length, sum.Length);
            for (int i = 0; i < sum.Length; i++) Assert.InRange(sum[i] - expected[i], -1e-9, 1e-9);
            Assert.Contains(expected, g => g != 0);
        }
    }

    [Theory, MemberData(nameof(Variants))]
    public void Inner_products_equal_those_of_written_out_gradients(string variant)
    {
        var clicks = ToyClicks.Random(21, 13);
        using var model = StudyToys.Model(SettingsOf(variant), 13);
        model.WeightAnchorsBy(clicks.ColumnCounts());
        var batch = ToyClicks.Batch(model.Backend, clicks);
        var objective = new Objective(0.3, 0.7);
        var gradients = PerUserGradients.Compute(model, batch, model.TrainingMask(3, 8), Noise, objective);
        var again = PerUserGradients.Compute(model, batch, model.TrainingMask(3, 9), Noise, objective);
        foreach (string prefix in new[] { "", "decoder", "encoder" })
        {
            var gram = new double[21 * 21];
            foreach (var block in gradients.Blocks.Where(b => b.Name.StartsWith(prefix, StringComparison.Ordinal)))
                block.AddGram(gram, block);
            for (int u = 0; u < 21; u++)
                for (int v = 0; v < 21; v++)
                {
                    double brute = BruteForce(gradients, u, gradients, v, prefix), error = 1e-9 * Math.Max(1, Math.Abs(brute));
                    Assert.Equal(brute, gram[u * 21 + v], error);
                    Assert.Equal(BruteForce(gradients, u, again, v, prefix), gradients.Dot(u, again, v, prefix), error);
                }
        }
    }

    [Fact]
    public void A_prior_that_passes_through_the_encoder_is_refused_with_the_reason()
    {
        using var model = StudyToys.Model(StudyToys.Settings(7) with { Prior = PriorKind.Vamp, PseudoInputs = 4 }, 13);
        using var batch = ToyClicks.Batch(model.Backend, ToyClicks.Random(8, 13));
        string said = Assert.Throws<InputException>(
            () => PerUserGradients.Compute(model, batch, InputMask.Clean, Noise, new Objective(0.3))).Message;
        Assert.Contains("pseudo-inputs pass through the encoder", said);
    }

    [Fact]
    public void Masks_of_one_user_do_not_move_another_users_gradient()
    {
        var clicks = ToyClicks.Random(6, 13);
        using var model = StudyToys.Model(StudyToys.Settings(7), 13);
        var whole = PerUserGradients.Compute(
            model, ToyClicks.Batch(model.Backend, clicks), model.TrainingMask(3, 8), Noise, new Objective(0.3));
        var part = model.Backend.AllocateBatch(1, 13, 13);
        part.Load(clicks, [4]);
        var single = PerUserGradients.Compute(model, part, model.TrainingMask(3, 8), Noise, new Objective(0.3));
        Assert.Equal(whole.Dot(4, whole, 4), single.Dot(0, single, 0), 1e-9);
    }

    private static double BruteForce(PerUserGradients a, int u, PerUserGradients b, int v, string prefix)
    {
        double sum = 0;
        for (int block = 0; block < a.Blocks.Count; block++)
        {
            if (!a.Blocks[block].Name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var (left, right) = (new double[a.Blocks[block].ParameterCount], new double[a.Blocks[block].ParameterCount]);
            a.Blocks[block].AddTo(u, 1, left);
            b.Blocks[block].AddTo(v, 1, right);
            sum += left.Zip(right, (x, y) => x * y).Sum();
        }
        return sum;
    }

    private static double[] BatchGradient(Autoencoder model, string layer) => layer == "anchors"
        ? StudyToys.Host(model.Backend, model.Parameters["anchors"].Gradient)
        : [.. StudyToys.Host(model.Backend, model.Parameters[$"{layer}.{(layer.EndsWith("norm") ? "gain" : "weight")}"].Gradient),
            .. StudyToys.Host(model.Backend, model.Parameters[$"{layer}.bias"].Gradient)];
}
