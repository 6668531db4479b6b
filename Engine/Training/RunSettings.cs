using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using static ManualVae.Data.InputException;

namespace ManualVae.Training;

/// <summary>
/// Every setting of a training run, flat, under the names of the command line's flags. The defaults are the published Mult-VAE's.
/// </summary>
public sealed record RunSettings : AutoencoderSettings
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

    /// <summary>
    /// Average of the weights that is validated, kept and used: none, ema (over updates) or swa (over the last epochs).
    /// </summary>
    public AverageKind Average { get; init; }

    /// <summary>Decay of the ema in an update, in (0, 1); the first updates weigh more.</summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>Last epochs of the planned ones that the swa takes the mean of.</summary>
    public int AverageEpochs { get; init; } = 10;

    /// <summary>Above 0: ImplicitSLIM moves the item vectors of the first and last layer before every so many epochs.</summary>
    public int ImplicitSlim { get; init; }

    /// <summary>Items of fewer training clicks give ImplicitSLIM no vector, and get one from the others.</summary>
    public int ImplicitSlimThreshold { get; init; }

    /// <summary>Ridge of ImplicitSLIM, above 0.</summary>
    public double ImplicitSlimLambda { get; init; } = 500;

    /// <summary>alpha of ImplicitSLIM, above 0: a larger one keeps more of the vectors' lengths.</summary>
    public double ImplicitSlimAlpha { get; init; } = 100;

    /// <summary>Largest weight of the KL.</summary>
    public double Beta { get; init; } = 0.2;

    /// <summary>Updates over which beta would rise from 0 to 1 (cyclical: length of a cycle).</summary>
    public long BetaSteps { get; init; } = 200_000;

    /// <summary>How beta moves.</summary>
    public BetaScheduleKind BetaSchedule { get; init; } = BetaScheduleKind.Linear;

    /// <summary>
    /// Passes of an epoch that update the encoder only, with dropout; with <see cref="DecoderPasses"/>. 0: one pass updates
    /// everything.
    /// </summary>
    public int EncoderPasses { get; init; }

    /// <summary>Passes of an epoch that update the decoder only, on the clean input, after the encoder's.</summary>
    public int DecoderPasses { get; init; }

    /// <summary>lambda_A of the anchor regulariser; above 0 the model has anchors.</summary>
    public double AnchorWeight { get; init; }

    /// <summary>Epochs over which the anchor weight rises linearly to its value; 0 is constant.</summary>
    public int AnchorWarmup { get; init; }

    /// <summary>Factor on the anchor weight after each <see cref="AnchorGrowthEpochs"/>; 1 is constant.</summary>
    public double AnchorGrowth { get; init; } = 1;

    /// <summary>Epochs between two steps of the anchor weight's growth.</summary>
    public int AnchorGrowthEpochs { get; init; } = 5;

    /// <summary>
    /// MARec's beta: items without clicks are trained towards what their features say, this strongly; 0 is off.
    /// </summary>
    public double Alignment { get; init; }

    /// <summary>Smoothing of the cosines of features that clicks are aligned with, 0 or more.</summary>
    public double AlignmentDelta { get; init; } = 50;

    /// <summary>Weight of the zeros in the regression that mixes the features' cosines, above 0; a click weighs 1.</summary>
    public double AlignmentZeroWeight { get; init; } = 0.1;

    /// <summary>Attributes of the items that clicks are aligned with, names between commas; null for all.</summary>
    public string? AlignmentAttributes { get; init; }

    /// <summary>
    /// The final model: train on the training and validation clicks together and validate nothing, with the settings and the
    /// number of epochs that earlier runs found on the validation part.
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

    /// <summary>
    /// Matrix products: fp32 (single precision), tf32 (operands rounded for a GPU's tensor cores), bf16 (for processors that have
    /// dot products of bfloat16).
    /// </summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Every setting, in the order of flags and JSON files: what the model is, then how it is trained, by theme.
    /// </summary>
    public static IReadOnlyList<PropertyInfo> Properties { get; } =
    [
        .. ((string[])[
            nameof(Model), nameof(Epochs), nameof(BatchSize), nameof(LearningRate), nameof(LearningRateSchedule),
            nameof(Average), nameof(AverageDecay), nameof(AverageEpochs), nameof(ImplicitSlim),
            nameof(ImplicitSlimThreshold), nameof(ImplicitSlimLambda), nameof(ImplicitSlimAlpha),
            nameof(Encoder), nameof(Hidden), nameof(DecoderHidden), nameof(Prior), nameof(PseudoInputs), nameof(Levels),
            nameof(FanInInitialisation), nameof(Latent), nameof(Dropout), nameof(Emphasis), nameof(Mask),
            nameof(UserWeightPower), nameof(Beta), nameof(BetaSteps),
            nameof(BetaSchedule), nameof(KlPerClick), nameof(EncoderPasses), nameof(DecoderPasses), nameof(WeightDecay),
            nameof(Likelihood), nameof(ClickWeight), nameof(ZeroWeight), nameof(LinearPath), nameof(LinearRank),
            nameof(LinearLambda), nameof(LinearScale), nameof(OutputHead), nameof(Temperature), nameof(LogitCorrection),
            nameof(Negatives), nameof(NegativesPower), nameof(LazyAdam), nameof(AnchorWeight), nameof(AnchorWarmup),
            nameof(AnchorGrowth), nameof(AnchorGrowthEpochs), nameof(Anchors), nameof(AnchorForm), nameof(AnchorPart),
            nameof(AnchorWeighting), nameof(AnchorsPerItem), nameof(AnchorCodebook), nameof(Alignment),
            nameof(AlignmentDelta), nameof(AlignmentZeroWeight), nameof(AlignmentAttributes), nameof(FitValidation),
            nameof(ValidationMetric), nameof(Patience), nameof(Seed), nameof(Threads), nameof(Device), nameof(Precision),
        ]).Select(name => typeof(RunSettings).GetProperty(name)!),
    ];

    /// <summary>JSON with the flags' names (kebab case), in the order of <see cref="Properties"/>.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Sort } },
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Follows from <see cref="Model"/>.</summary>
    public override bool Variational => Model != "multdae";

    /// <inheritdoc/>
    public override bool HasAnchors => Anchors || AnchorWeight > 0;

    /// <summary>
    /// Users in an update that suit data of any size: 500, or fewer where an epoch would otherwise have less than 10 updates.
    /// </summary>
    /// <param name="users">Training users.</param>
    public static int BatchSizeFor(int users)
    {
        const int fewestUpdates = 10;
        int[] sizes = [500, 250, 100, 50, 25];
        return Array.Find(sizes, size => (users + size - 1) / size >= fewestUpdates) is > 0 and var found ? found : 10;
    }

    /// <summary>The step size at the first update of an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    public double LearningRateOf(int epoch) => LearningRateSchedule == LearningRateScheduleKind.Linear
        ? LearningRate * (Epochs - epoch + 1) / Epochs : LearningRate;

    /// <summary>
    /// lambda_A in an epoch: a linear warm-up reaches the full weight in epoch <see cref="AnchorWarmup"/>, and growth multiplies
    /// it after every <see cref="AnchorGrowthEpochs"/> epochs.
    /// </summary>
    /// <param name="epoch">From 1; a continued run counts the epochs before it.</param>
    public double AnchorWeightOf(int epoch)
    {
        double weight = AnchorWarmup == 0 ? AnchorWeight : AnchorWeight * Math.Min(1, (double)epoch / AnchorWarmup);
        return weight * Math.Pow(AnchorGrowth, (epoch - 1) / AnchorGrowthEpochs);
    }

    /// <summary>Gradient updates of the whole run.</summary>
    /// <param name="users">Training users.</param>
    public long UpdatesOn(int users) =>
        (long)Epochs * Math.Max(1, EncoderPasses + DecoderPasses) * ((users + BatchSize - 1L) / BatchSize);

    /// <inheritdoc/>
    internal override void RequireSharable()
    {
        base.RequireSharable();
        if (ImplicitSlim > 0) throw ForOneProcess(nameof(ImplicitSlim));
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        RequireValues();
        Require(Epochs >= 1, Epochs, "at least 1");
        Require(BatchSize >= 1, BatchSize, "at least 1");
        Require(LearningRate > 0, LearningRate, "above 0");
        Require(AverageDecay > 0 && AverageDecay < 1, AverageDecay, "in (0, 1)");
        Require(AverageEpochs >= 1, AverageEpochs, "at least 1");
        Require(ImplicitSlim >= 0, ImplicitSlim, "0 or more");
        Require(ImplicitSlimThreshold >= 0, ImplicitSlimThreshold, "0 or more");
        Require(ImplicitSlimLambda > 0, ImplicitSlimLambda, "above 0");
        Require(ImplicitSlimAlpha > 0, ImplicitSlimAlpha, "above 0");
        if (ImplicitSlim > 0 && Encoder == EncoderKind.Gated)
            throw About($"{Setting(nameof(ImplicitSlim))} needs {Setting(nameof(Encoder))} mlp or recvae, not gated.");
        Require(Beta >= 0, Beta, "0 or more");
        Require(BetaSteps >= 0, BetaSteps, "0 or more");
        Require(AnchorWeight >= 0, AnchorWeight, "0 or more");
        Require(AnchorWarmup >= 0, AnchorWarmup, "0 or more");
        Require(AnchorGrowth > 0, AnchorGrowth, "above 0");
        Require(AnchorGrowthEpochs >= 1, AnchorGrowthEpochs, "at least 1");
        Require(Alignment >= 0, Alignment, "0 or more");
        Require(AlignmentDelta >= 0, AlignmentDelta, "0 or more");
        Require(AlignmentZeroWeight > 0, AlignmentZeroWeight, "above 0");
        if (Alignment > 0 && Likelihood != LikelihoodKind.Multinomial)
            throw About($"{Setting(nameof(Alignment))} needs {Setting(nameof(Likelihood))} multinomial.");
        if (Alignment > 0 && Emphasis != 1)
            throw About($"{Setting(nameof(Emphasis))} has no aligned targets; leave out {Setting(nameof(Alignment))}.");
        Require(EncoderPasses >= 0, EncoderPasses, "0 or more");
        if (DecoderPasses < 0 || DecoderPasses > 0 != EncoderPasses > 0)
        {
            SettingName encoder = Setting(nameof(EncoderPasses)), decoder = Setting(nameof(DecoderPasses));
            throw About($"{decoder} is {DecoderPasses}; it must be above 0 if {encoder} is, and 0 if {encoder} is 0.");
        }
        Require(Patience >= 0, Patience, "0 or more");
        Require(Threads >= 0, Threads, "0 (all) or more");
        var metric = Metric.Parse(ValidationMetric);
        string? unfit = metric.NeedsItems ? "measures which items are recommended, not whether they are found"
            : metric.LargerIsBetter ? null : "is not better where it is larger";
        var name = Setting(nameof(ValidationMetric));
        if (unfit is not null) throw About($"{name} {metric}: {unfit}; choose epochs by a metric of hits, such as NDCG@100.");
        base.Validate();
    }

    /// <inheritdoc/>
    private protected override (string Property, string Needed)? SeesAllItems => base.SeesAllItems
        ?? (AnchorWeight > 0 ? (nameof(AnchorWeight), "0")
        : Average != AverageKind.None ? (nameof(Average), "none")
        : ImplicitSlim > 0 ? (nameof(ImplicitSlim), "0")
        : Alignment > 0 ? (nameof(Alignment), "0")
        : Precision == Precision.Bf16 ? (nameof(Precision), "fp32") : null);

    /// <summary>
    /// The dataset as this run trains on it: with <see cref="FitValidation"/> validation clicks are training clicks.
    /// </summary>
    /// <exception cref="InputException">They shall be, and there are none.</exception>
    public PreparedDataset TrainedOn(PreparedDataset data) => FitValidation ? data.WithValidationAsTraining() : data;

    /// <summary>Refuses a validation metric that a part cannot give.</summary>
    /// <exception cref="InputException">The metric ranks among candidates, and the part has none.</exception>
    public void RequireValidationBy(EvaluationSplit part)
    {
        var metric = Metric.Parse(ValidationMetric);
        var (name, full) = (Setting(nameof(ValidationMetric)), metric with { Sampled = false });
        if (metric.Sampled && part.Candidates is null)
            throw About($"{name} {metric}: the validation part has no sampled candidates; give {name} {full}.");
    }

    /// <summary>Refuses what JSON may hold and no setting can be: null where a value is needed, 1e999 (infinite).</summary>
    internal void RequireValues()
    {
        string? missing = Model is null ? nameof(Model) : Hidden is null ? nameof(Hidden)
            : ValidationMetric is null ? nameof(ValidationMetric) : Device is null ? nameof(Device) : null;
        if (missing is not null) throw About($"{Setting(missing)} is null; give a value, or leave it out for the default.");
        foreach (var number in typeof(RunSettings).GetProperties().Where(p => p.PropertyType == typeof(double)))
            if (!double.IsFinite((double)number.GetValue(this)!))
                throw About($"{Setting(number.Name)} is too large or no number; give a finite one.");
    }

    /// <summary>
    /// Removes from settings, by name, those at their defaults but the model: a baseline records what was given only.
    /// </summary>
    public static void RemoveDefaults(JsonObject settings)
    {
        var defaults = JsonSerializer.SerializeToNode(new RunSettings(), Json)!;
        foreach (var (name, value) in settings.ToList())
            if (name != "model" && JsonNode.DeepEquals(value, defaults[name])) settings.Remove(name);
    }

    /// <summary>The settings that differ from another's, as "name: theirs -> ours", in the order of the flags.</summary>
    public IReadOnlyList<string> DeviationsFrom(RunSettings other)
    {
        var (ours, theirs) = (JsonSerializer.SerializeToElement(this, Json), JsonSerializer.SerializeToElement(other, Json));
        return [.. ours.EnumerateObject()
            .Where(p => p.Name is not ("seed" or "threads" or "device")
                && p.Value.ToString() != theirs.GetProperty(p.Name).ToString())
            .Select(p => $"{p.Name}: {Short(theirs.GetProperty(p.Name))} -> {Short(p.Value)}")];

        static string Short(JsonElement value) => string.Concat(value.ToString().Where(c => !char.IsWhiteSpace(c)));
    }

    // What is no setting (it follows from others) is neither written nor read.
    private static void Sort(JsonTypeInfo type)
    {
        if (type.Type != typeof(RunSettings)) return;
        foreach (var property in type.Properties.ToList())
        {
            property.Order = Properties.TakeWhile(p => p.Name != ((MemberInfo)property.AttributeProvider!).Name).Count();
            if (property.Order == Properties.Count) type.Properties.Remove(property);
        }
    }
}
