using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>Encoders, priors and alternating updates: each a choice of parts of the same model.</summary>
public class FamilyTests
{
    private const int Users = 6, Items = 13;
    private static readonly AutoencoderSettings Vae = new() { Hidden = [7], Latent = 3 };
    private static readonly RandomKey Noise = new(11, 4, RandomPurpose.LatentNoise);
    private static readonly Objective Loss = new(Beta: 0.3, AnchorWeight: 0.7);

    public static TheoryData<string> Members =>
    [
        "recvae-encoder", "one-layer recvae-encoder", "recvae", "recvae + anchors", "recvae + several rare anchors",
        "gated", "deep gated", "composite on mlp", "vamp on mlp", "vamp on recvae", "vamp on gated", "hierarchical",
        "hvamp", "deep hvamp", "linear decoder", "wide decoder", "kl per click", "plain recvae",
    ];

    private static AutoencoderSettings SettingsOf(string member) => member switch
    {
        "recvae-encoder" => Vae with { Encoder = EncoderKind.Recvae, Hidden = [7, 7, 7] },
        "one-layer recvae-encoder" => Vae with { Encoder = EncoderKind.Recvae },
        "recvae" => Vae with
        {
            Encoder = EncoderKind.Recvae,
            Hidden = [5, 5, 5, 5, 5],
            DecoderHidden = [],
            Prior = PriorKind.Composite,
            KlPerClick = true,
            FanInInitialisation = true,
        },
        "recvae + anchors" => SettingsOf("recvae") with { Anchors = true },
        "recvae + several rare anchors" => SettingsOf("recvae + anchors") with
        {
            AnchorsPerItem = 2,
            AnchorWeighting = AnchorWeighting.Rarity,
        },
        "plain recvae" => SettingsOf("recvae") with { Mask = MaskMode.Plain },
        "gated" => Vae with { Encoder = EncoderKind.Gated },
        "deep gated" => Vae with { Encoder = EncoderKind.Gated, Hidden = [7, 5] },
        "composite on mlp" => Vae with { Prior = PriorKind.Composite },
        "vamp on mlp" => Vae with { Prior = PriorKind.Vamp, PseudoInputs = 4 },
        "vamp on recvae" => SettingsOf("recvae-encoder") with { Prior = PriorKind.Vamp, PseudoInputs = 4 },
        "vamp on gated" => SettingsOf("gated") with { Prior = PriorKind.Vamp, PseudoInputs = 9 },
        "hierarchical" => SettingsOf("gated") with { Levels = 2 },
        "hvamp" => SettingsOf("hierarchical") with { Prior = PriorKind.Vamp, PseudoInputs = 4 },
        "deep hvamp" => SettingsOf("hvamp") with { Hidden = [7, 5, 6] },
        "linear decoder" => Vae with { DecoderHidden = [] },
        "wide decoder" => Vae with { DecoderHidden = [9, 4] },
        "kl per click" => Vae with { KlPerClick = true },
        _ => Vae,
    };

    [Theory, MemberData(nameof(Members))]
    public void The_whole_backward_pass_differentiates_the_whole_forward_pass(string member)
    {
        using var model = Build(member);
        WholePass.AssertDifferentiates(member, model, Batch(model), Noise, Loss);
    }

    [Theory, MemberData(nameof(Members))]
    public void Simd_takes_the_step_of_the_reference(string member)
    {
        using var oracle = Build(member);
        using var simd = new SimdBackend(2);
        using var model = Build(member, simd);
        WholePass.AssertSameStep(member, oracle, model, Step);
    }

    [Fact]
    public void The_recvae_encoder_is_its_authors_formula()
    {
        using var model = Build("recvae-encoder");
        var clicks = ToyClicks.Random(Users, Items);
        var code = Values(model, model.Encode(Batch(model), InputMask.Clean));
        double[] W(string name) => Values(model, model.Parameters[$"encoder.{name}"].Value);
        for (int user = 0; user < Users; user++)
        {
            double norm = Math.Sqrt(Math.Max(1e-12, clicks.RowLength(user)));
            var a = W("0.bias");
            foreach (int item in clicks.RowColumns(user)) for (int j = 0; j < 7; j++) a[j] += W("0.weight")[item * 7 + j] / norm;
            var h1 = Norm(a);
            var h2 = Norm(Plus(Apply("1", h1), h1));
            var h3 = Norm(Plus(Apply("2", h2), h1, h2));
            var expected = Apply("head", h3);
            for (int k = 0; k < expected.Length; k++) Assert.Equal(expected[k], code[user * expected.Length + k], 12);
        }

        double[] Apply(string layer, double[] x)
        {
            var (w, y) = (W($"{layer}.weight"), W($"{layer}.bias"));
            for (int i = 0; i < y.Length; i++) for (int j = 0; j < x.Length; j++) y[i] += w[i * x.Length + j] * x[j];
            return y;
        }

        static double[] Plus(params double[][] terms) =>
            [.. Enumerable.Range(0, terms[0].Length).Select(i => terms.Sum(t => t[i]))];

        static double[] Norm(double[] a)
        {
            var s = a.Select(x => x / (1 + Math.Exp(-x))).ToArray();
            double mean = s.Average(), variance = s.Average(x => (x - mean) * (x - mean));
            return [.. s.Select(x => (x - mean) / Math.Sqrt(variance + 0.1))];
        }
    }

    [Fact]
    public void Parts_that_are_switched_off_leave_the_same_bits()
    {
        // Anchors at weight 0, and a KL per click at beta 0, train the plain model's weights.
        using var plain = Build("plain");
        using var anchors = new Autoencoder(new ReferenceBackend(), Vae with { Anchors = true }, Items, Users, seed: 5);
        using var perClick = Build("kl per click");
        var off = new Objective(Beta: 0, AnchorWeight: 0);
        foreach (var model in new[] { plain, anchors, perClick })
            for (int step = 1; step <= 3; step++) Update(model, off, step);
        foreach (var parameter in plain.Parameters.All)
            foreach (var model in new[] { anchors, perClick })
                Assert.Equal(Values(plain, parameter.Value), Values(model, model.Parameters[parameter.Name].Value));
        Assert.All(Values(anchors, anchors.Parameters["anchors"].FirstMoment), m => Assert.Equal(0, m));
    }

    [Fact]
    public void Anchors_are_dropped_at_inference()
    {
        using var model = Build("recvae + anchors");
        var clicks = ToyClicks.Random(Users, Items);
        var (before, after) = (new float[Users * Items], new float[Users * Items]);
        model.Score(clicks, 0, Users, before);
        model.Backend.Fill(model.Parameters["anchors"].Value, 1e6);
        model.Score(clicks, 0, Users, after);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Alternating_passes_train_one_part_each()
    {
        using var model = Build("recvae + anchors");
        foreach (var trained in new[] { UpdatedParts.Encoder, UpdatedParts.Decoder })
        {
            var before = model.Parameters.All.ToDictionary(p => p.Name, p => Values(model, p.Value));
            model.Update(trained);
            Update(model, Loss, 1);
            foreach (var parameter in model.Parameters.All)
            {
                bool moved = !before[parameter.Name].SequenceEqual(Values(model, parameter.Value));
                Assert.Equal(!parameter.IsConstant && model.PartOf(parameter) == trained, moved);
            }
        }
        model.Update(UpdatedParts.All);
        Assert.All(model.Parameters.All, p => Assert.Equal(p.IsConstant, p.Gradient.IsNone));
    }

    [Fact]
    public void The_composite_prior_reads_the_copied_encoder_on_undropped_histories()
    {
        using var model = Build("composite on mlp");
        var batch = Batch(model);
        model.UpdatePrior();
        foreach (var old in model.Parameters.All.Where(p => p.IsConstant))
            Assert.Equal(Values(model, model.Parameters[old.Name.Replace("old-encoder", "encoder")].Value),
                Values(model, old.Value));

        // Clean input and z = mu: the copy's posterior is the encoder's own, so KL = log q(mu) - log mixture, by hand.
        model.Forward(batch, InputMask.Clean, noise: null);
        model.Loss(batch, Loss);
        var code = Values(model, model.Code);
        for (int user = 0; user < Users; user++)
        {
            double kl = 0;
            for (int k = 0; k < 3; k++)
            {
                double mean = code[user * 6 + k], logVariance = code[user * 6 + 3 + k];
                double own = Math.Exp(-(Math.Log(2 * Math.PI) + logVariance) / 2);
                double mixture = 0.15 * Normal(mean, 0) + 0.75 * own + 0.1 * Normal(mean, 10);
                kl += Math.Log(own) - Math.Log(mixture);
            }
            Assert.Equal(kl, model.KlLosses[user], 10);
        }

        // With every input dropped, the encoder sees nothing and the copy still sees the histories.
        var none = new InputMask(MaskMode.NormaliseThenDrop, 1e-30f, new RandomKey(1, 1, RandomPurpose.Mask));
        model.Forward(batch, none, noise: null);
        model.Loss(batch, Loss);
        var dropped = model.KlLosses.ToArray();
        Assert.NotEqual(dropped[1], dropped[2]);

        static double Normal(double x, double logVariance) =>
            Math.Exp(-(Math.Log(2 * Math.PI) + logVariance + x * x * Math.Exp(-logVariance)) / 2);
    }

    [Fact]
    public void A_kl_per_click_is_weighted_by_the_number_of_clicks()
    {
        using var model = Build("kl per click");
        var batch = Batch(model);
        model.Forward(batch, InputMask.Clean, Noise);
        double loss = model.Loss(batch, new Objective(Beta: 0.01));
        double expected = 0;
        for (int user = 0; user < Users; user++)
            expected += model.ReconstructionLosses[user] + 0.01 * model.KlLosses[user]
                * (batch.RowOffsets[user + 1] - batch.RowOffsets[user]);
        Assert.Equal(expected / Users, loss, 12);
    }

    [Fact]
    public void Scores_use_the_means_of_both_levels()
    {
        using var model = Build("hvamp");
        var clicks = ToyClicks.Random(Users, Items);
        var (first, second) = (new float[Users * Items], new float[Users * Items]);
        model.Score(clicks, 0, Users, first);
        model.Forward(Batch(model), model.TrainingMask(3, 8), Noise);
        model.Score(clicks, 0, Users, second);
        Assert.Equal(first, second);
        Assert.All(first, score => Assert.True(float.IsFinite(score)));
    }

    public static TheoryData<string, AutoencoderSettings> Impossible => new()
    {
        { "Hidden", Vae with { Encoder = EncoderKind.Recvae, Hidden = [7, 5] } },
        { "Hidden", Vae with { Encoder = EncoderKind.Gated, Hidden = [] } },
        { "DecoderHidden", Vae with { DecoderHidden = [0] } },
        { "Levels", Vae with { Levels = 2 } },
        { "Prior", Vae with { Encoder = EncoderKind.Gated, Levels = 2, Prior = PriorKind.Composite } },
        { "PseudoInputs", Vae with { Prior = PriorKind.Vamp, PseudoInputs = 0 } },
        { "Model", Vae with { Variational = false, Prior = PriorKind.Vamp } },
    };

    [Theory, MemberData(nameof(Impossible))]
    public void Impossible_choices_are_refused_by_name(string property, AutoencoderSettings settings) =>
        Assert.Contains(property, Assert.Throws<InputException>(settings.Validate).Message);

    private static Autoencoder Build(string member, IBackend? backend = null) =>
        new(backend ?? new ReferenceBackend(), SettingsOf(member), Items, Users, seed: 5);

    private static SparseBatch Batch(Autoencoder model) => ToyClicks.Batch(model.Backend, ToyClicks.Random(Users, Items));

    private static double Step(Autoencoder model)
    {
        var batch = Batch(model);
        model.Parameters.ZeroGradients();
        model.Forward(batch, model.TrainingMask(3, 8), Noise);
        return model.Backward(batch, Loss);
    }

    private static void Update(Autoencoder model, Objective objective, int step)
    {
        var batch = Batch(model);
        model.Parameters.ZeroGradients();
        model.Forward(batch, model.TrainingMask(3, (uint)step), Noise with { Step = (uint)step });
        model.Backward(batch, objective);
        foreach (var parameter in model.Parameters.All)
            if (!parameter.IsFrozen) model.Backend.Adam(parameter, new AdamStep(1e-2, step));
    }

    private static double[] Values(Autoencoder model, Tensor tensor)
    {
        var values = new double[tensor.Length];
        model.Backend.Download(tensor, values);
        return values;
    }
}
