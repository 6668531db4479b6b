using System.Text.Json;
using System.Text.Json.Serialization;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;

namespace ManualVae.Training;

/// <summary>How the weight of the KL moves with the number of gradient updates t.</summary>
public enum BetaScheduleKind
{
    /// <summary>beta(t) = min(beta, t / beta-steps): the reference code (papers.md A2); 0 steps means constant.</summary>
    Linear,
    /// <summary>beta(t) = beta.</summary>
    Constant,
    /// <summary>Cycles of beta-steps updates: a linear ramp to beta in the first half, then beta (Fu et al. 2019).</summary>
    Cyclical,
    /// <summary>beta(t) = min(1, t / beta-steps); the best epoch's beta is recorded for a second run (papers.md A2, first way).</summary>
    Anneal,
    /// <summary>As linear towards 1, but stops rising once validation drops (papers.md A2, the cheap variant).</summary>
    Hold,
}

/// <summary>How Adam's step size moves with the number of gradient updates.</summary>
public enum LearningRateScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,
    /// <summary>It falls in a straight line to 0 at the end of the last epoch.</summary>
    Linear,
}

/// <summary>
/// Every setting of a training run, flat, under the names of the command line's flags. The defaults are the published Mult-VAE's.
/// </summary>
public sealed record RunSettings
{
    /// <summary>Which model.</summary>
    public string Model { get; init; } = "multvae";

    /// <summary>Passes over the training users.</summary>
    public int Epochs { get; init; } = 200;

    /// <summary>Users in a gradient update.</summary>
    public int BatchSize { get; init; } = 500;

    /// <summary>Adam's step size.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>How the step size moves over the epochs: linear falls to 0.</summary>
    public LearningRateScheduleKind LearningRateSchedule { get; init; }

    /// <summary>Encoder: mlp, recvae or gated.</summary>
    public EncoderKind Encoder { get; init; } = EncoderKind.Mlp;

    /// <summary>Widths of the encoder's hidden layers.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [600];

    /// <summary>Widths of the decoder's hidden layers; null mirrors the encoder's, empty is a linear decoder.</summary>
    public IReadOnlyList<int>? DecoderHidden { get; init; }

    /// <summary>Prior: normal, composite (RecVAE's) or vamp.</summary>
    public PriorKind Prior { get; init; } = PriorKind.Normal;

    /// <summary>Learned pseudo-inputs of the vamp prior.</summary>
    public int PseudoInputs { get; init; } = 100;

    /// <summary>Latent levels: 1, or 2 for the hierarchical gated model.</summary>
    public int Levels { get; init; } = 1;

    /// <summary>Start layers as RecVAE's code does, uniform in +-1 / sqrt(fan-in); the output layer stays Glorot uniform.</summary>
    public bool FanInInitialisation { get; init; }

    /// <summary>Latent dimensions.</summary>
    public int Latent { get; init; } = 200;

    /// <summary>Probability that a click of the input is dropped.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>How the input is masked.</summary>
    public MaskMode Mask { get; init; } = MaskMode.NormaliseThenDrop;

    /// <summary>Largest weight of the KL.</summary>
    public double Beta { get; init; } = 0.2;

    /// <summary>Updates over which beta would rise from 0 to 1 (cyclical: length of a cycle).</summary>
    public long BetaSteps { get; init; } = 200_000;

    /// <summary>How beta moves.</summary>
    public BetaScheduleKind BetaSchedule { get; init; } = BetaScheduleKind.Linear;

    /// <summary>Weight each user's KL by beta times the user's clicks (RecVAE's gamma) and not by beta alone.</summary>
    public bool KlPerClick { get; init; }

    /// <summary>
    /// Passes of an epoch that update the encoder only, with dropout; with <see cref="DecoderPasses"/>. 0: one pass updates everything.
    /// </summary>
    public int EncoderPasses { get; init; }

    /// <summary>Passes of an epoch that update the decoder only, on the clean input, after the encoder's.</summary>
    public int DecoderPasses { get; init; }

    /// <summary>lambda of lambda ||W||^2.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Distribution of the clicks.</summary>
    public LikelihoodKind Likelihood { get; init; } = LikelihoodKind.Multinomial;

    /// <summary>Confidence of clicks, Gaussian likelihood.</summary>
    public double ClickWeight { get; init; } = 10;

    /// <summary>Confidence of zeros, Gaussian likelihood.</summary>
    public double ZeroWeight { get; init; } = 1;

    /// <summary>lambda_A of the anchor regulariser; above 0 the model has anchors.</summary>
    public double AnchorWeight { get; init; }

    /// <summary>Epochs over which the anchor weight rises linearly to its value; 0 is constant.</summary>
    public int AnchorWarmup { get; init; }

    /// <summary>Learn anchors even at weight 0 (the parameter-matched control).</summary>
    public bool Anchors { get; init; }

    /// <summary>Estimator of the anchor term.</summary>
    public AnchorForm AnchorForm { get; init; } = AnchorForm.ClosedForm;

    /// <summary>
    /// Weak splits only: train on the training and validation clicks together and validate nothing, for the number of epochs that an
    /// earlier run found on the validation part. What published tables on ready-made train/test files compare.
    /// </summary>
    public bool FitValidation { get; init; }

    /// <summary>Metric by which the best epoch is chosen.</summary>
    public string ValidationMetric { get; init; } = "NDCG@100";

    /// <summary>Stop after this many epochs without improvement; 0 never stops early.</summary>
    public int Patience { get; init; }

    /// <summary>Seed of initial weights, shuffles, masks and noise.</summary>
    public ulong Seed { get; init; } = 98765;

    /// <summary>Threads; 0 for all.</summary>
    public int Threads { get; init; }

    /// <summary>auto, simd, reference, gpu, gpu:N or ilgpu-cpu.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Matrix products of a GPU: single precision, or operands rounded to TF32 for its tensor cores.</summary>
    public Precision Precision { get; init; }

    /// <summary>JSON with the flags' names (kebab case).</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The parts of the model.</summary>
    public AutoencoderSettings ToAutoencoder() => new()
    {
        Variational = Model != "multdae",
        Encoder = Encoder,
        Hidden = Hidden,
        DecoderHidden = DecoderHidden,
        Prior = Prior,
        PseudoInputs = PseudoInputs,
        Levels = Levels,
        KlPerClick = KlPerClick,
        FanInInitialisation = FanInInitialisation,
        Latent = Latent,
        Dropout = Dropout,
        Mask = Mask,
        Likelihood = Likelihood,
        ClickWeight = ClickWeight,
        ZeroWeight = ZeroWeight,
        WeightDecay = WeightDecay,
        Anchors = Anchors || AnchorWeight > 0,
        AnchorForm = AnchorForm,
    };

    /// <summary>Refuses impossible settings.</summary>
    /// <exception cref="InputException">A setting is outside its range.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, "--epochs", Epochs, "at least 1");
        Require(BatchSize >= 1, "--batch-size", BatchSize, "at least 1");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), "--learning-rate", LearningRate, "above 0");
        Require(Beta >= 0 && double.IsFinite(Beta), "--beta", Beta, "0 or more");
        Require(BetaSteps >= 0, "--beta-steps", BetaSteps, "0 or more");
        Require(AnchorWeight >= 0 && double.IsFinite(AnchorWeight), "--anchor-weight", AnchorWeight, "0 or more");
        Require(AnchorWarmup >= 0, "--anchor-warmup", AnchorWarmup, "0 or more");
        Require(EncoderPasses >= 0, "--encoder-passes", EncoderPasses, "0 or more");
        Require(DecoderPasses >= 0 && DecoderPasses > 0 == EncoderPasses > 0, "--decoder-passes", DecoderPasses,
            "above 0 where --encoder-passes is, and 0 where it is 0");
        Require(Patience >= 0, "--patience", Patience, "0 or more");
        Require(Threads >= 0, "--threads", Threads, "0 (all) or more");
        Metric.Parse(ValidationMetric);
        ToAutoencoder().Validate();

        static void Require(bool holds, string name, object value, string range)
        {
            if (!holds) throw new InputException(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
        }
    }

    /// <summary>The settings that differ from another's, as "name: theirs -> ours", in the order of the flags.</summary>
    public IReadOnlyList<string> DeviationsFrom(RunSettings other)
    {
        var (ours, theirs) = (JsonSerializer.SerializeToElement(this, Json), JsonSerializer.SerializeToElement(other, Json));
        return [.. ours.EnumerateObject()
            .Where(p => p.Name is not ("seed" or "threads" or "device") && p.Value.ToString() != theirs.GetProperty(p.Name).ToString())
            .Select(p => $"{p.Name}: {Short(theirs.GetProperty(p.Name))} -> {Short(p.Value)}")];

        static string Short(JsonElement value) => string.Concat(value.ToString().Where(c => !char.IsWhiteSpace(c)));
    }
}
