using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>Parts that any member of the family can be given: their whole backward passes.</summary>
public class PartsTests
{
    private const int Users = 6, Items = 13;
    private static readonly AutoencoderSettings Vae = new() { Hidden = [7], Latent = 3 };
    private static readonly AutoencoderSettings Dae = Vae with { Variational = false, Hidden = [] };
    private static readonly RandomKey Noise = new(11, 4, RandomPurpose.LatentNoise);
    private static readonly Objective Loss = new(Beta: 0.3, AnchorWeight: 0.7);

    public static TheoryData<string> Members =>
        ["emphasised", "emphasised gaussian", "emphasised logistic dae", "weighted users", "weighted users with anchors",
            "low-rank path", "low-rank path on recvae", "ease", "cosine", "cosine gaussian", "corrected logits",
            "everything"];

    private static AutoencoderSettings SettingsOf(string member) => member switch
    {
        "emphasised" => Vae with { Emphasis = 3 },
        "emphasised gaussian" => Vae with { Emphasis = 0.4, Likelihood = LikelihoodKind.Gaussian },
        "emphasised logistic dae" => Dae with { Emphasis = 3, Likelihood = LikelihoodKind.Logistic },
        "weighted users" => Vae with { UserWeightPower = 0.5, KlPerClick = true, Emphasis = 2 },
        "weighted users with anchors" => Vae with { UserWeightPower = -0.5, Anchors = true },
        "low-rank path" => Vae with { LinearPath = LinearPathKind.LowRank, LinearRank = 4, LinearScale = 1.5 },
        "low-rank path on recvae" => SettingsOf("low-rank path") with
        {
            Encoder = EncoderKind.Recvae,
            Prior = PriorKind.Composite,
            Mask = MaskMode.MaskThenNormalise,
        },
        "ease" => Dae with
        {
            LinearPath = LinearPathKind.Ease,
            LinearScale = 3,
            LinearLambda = 2,
            Likelihood = LikelihoodKind.Logistic,
        },
        "cosine" => Vae with { OutputHead = OutputHead.Cosine, Temperature = 0.5 },
        "cosine gaussian" => Dae with
        {
            OutputHead = OutputHead.Cosine,
            Temperature = 1,
            Likelihood = LikelihoodKind.Gaussian,
        },
        "corrected logits" => Vae with { LogitCorrection = 0.7 },
        "everything" => SettingsOf("low-rank path") with
        {
            OutputHead = OutputHead.Cosine,
            LogitCorrection = -1,
            Emphasis = 2,
            UserWeightPower = 0.5,
            Likelihood = LikelihoodKind.Logistic,
        },
        _ => throw new ArgumentException(member),
    };

    [Theory, MemberData(nameof(Members))]
    public void The_whole_backward_pass_differentiates_the_whole_forward_pass(string member)
    {
        using var model = Build(SettingsOf(member));
        WholePass.AssertDifferentiates(member, model, Batch(model), Noise, Loss);
    }

    [Theory, MemberData(nameof(Members))]
    public void Simd_takes_the_step_of_the_reference(string member)
    {
        using var oracle = Build(SettingsOf(member));
        using var simd = new SimdBackend(2);
        using var model = Build(SettingsOf(member), simd);
        WholePass.AssertSameStep(member, oracle, model, Step);
    }

    [Theory, MemberData(nameof(Members))]
    public void Training_has_the_same_bits_for_any_number_of_threads(string member)
    {
        var one = Train(1);
        Assert.Equal(one, Train(2));
        Assert.Equal(one, Train(5));

        double[] Train(int threads)
        {
            using var backend = new SimdBackend(threads);
            using var model = Build(SettingsOf(member), backend, fuse: true);
            return ToyTraining.Weights(model, ToyClicks.Random(Users, Items), [[0, 1, 2, 3], [4, 5], [5, 3, 1]]);
        }
    }

    private static Autoencoder Build(AutoencoderSettings settings, IBackend? backend = null, bool fuse = false)
    {
        var model = new Autoencoder(backend ?? new ReferenceBackend(), settings, Items, Users, seed: 5, fuse: fuse);
        var clicks = ToyClicks.Random(Users, Items);
        model.WeightUsersBy(clicks);
        model.CorrectLogitsBy(clicks.ColumnCounts());
        model.FitLinearPath(clicks);
        if (settings.LinearPath == LinearPathKind.LowRank)
            model.Backend.Copy(model.Parameters["linear.in"].Value, model.Parameters["linear.out"].Value); // away from its zeros
        // A user without clicks has only the bias, and a short vector turns by a small step.
        if (settings.OutputHead == OutputHead.Cosine) model.Backend.Fill(model.Parameters["encoder.0.bias"].Value, 0.3);
        return model;
    }

    private static SparseBatch Batch(Autoencoder model) => ToyClicks.Batch(model.Backend, ToyClicks.Random(Users, Items));

    private static double Step(Autoencoder model)
    {
        var batch = Batch(model);
        model.Parameters.ZeroGradients();
        model.Forward(batch, model.TrainingMask(3, 8), Noise);
        return model.Backward(batch, Loss);
    }
}
