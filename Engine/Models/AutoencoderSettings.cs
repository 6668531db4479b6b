using System.Runtime.CompilerServices;
using ManualVae.Compute;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Models;

/// <summary>Which encoder.</summary>
public enum EncoderKind
{
    /// <summary>Tanh layers (<see cref="MlpEncoder"/>).</summary>
    Mlp,
    /// <summary>Dense residual sums, swish and LayerNorm (<see cref="RecVaeEncoder"/>).</summary>
    Recvae,
    /// <summary>Gated layers (<see cref="GatedEncoder"/>); the decoder's hidden layers are gated too.</summary>
    Gated,
}

/// <summary>Which prior.</summary>
public enum PriorKind
{
    /// <summary>N(0, I).</summary>
    Normal,
    /// <summary>RecVAE's (<see cref="RecVaePrior"/>).</summary>
    Composite,
    /// <summary>The encoder's posteriors at learned pseudo-inputs (<see cref="VampPrior"/>).</summary>
    Vamp,
}

/// <summary>How a user's clicks count in the anchor term.</summary>
public enum AnchorWeighting
{
    /// <summary>All alike: weights 1 / |S| (arXiv 2511.06781).</summary>
    Uniform,
    /// <summary>Rare items more: proportional to <see cref="Autoencoder.Rarity"/>, summing to 1 for each user.</summary>
    Rarity,
}

/// <summary>What Adam does to rows of the first and the last layer that a step on drawn negatives does not see.</summary>
public enum LazyAdamKind
{
    /// <summary>Nothing: their weights and moments stay as they are.</summary>
    Lazy,
    /// <summary>What it does to elements whose gradient is 0, made up for when they are seen next.</summary>
    Exact,
}

/// <summary>
/// Which parts an autoencoder is made of: everything that changes its function, and nothing of how it is trained.
/// </summary>
public record AutoencoderSettings
{
    /// <summary>True: Mult-VAE and its family; false: Mult-DAE and its family (no sampling, no KL, tanh bottleneck).</summary>
    public virtual bool Variational { get; init; } = true;

    /// <summary>Encoder: mlp, recvae or gated.</summary>
    public EncoderKind Encoder { get; init; } = EncoderKind.Mlp;

    /// <summary>Widths of the encoder's hidden layers.</summary>
    /// <remarks>Input side first. Empty: [I-K-I].</remarks>
    public IReadOnlyList<int> Hidden { get; init; } = [600];

    /// <summary>Widths of the decoder's hidden layers; null mirrors the encoder's, none is a linear decoder.</summary>
    /// <remarks>Latent side first.</remarks>
    public IReadOnlyList<int>? DecoderHidden { get; init; }

    /// <summary>Prior: normal, composite (RecVAE's) or vamp.</summary>
    public PriorKind Prior { get; init; } = PriorKind.Normal;

    /// <summary>Learned pseudo-inputs of the vamp prior.</summary>
    public int PseudoInputs { get; init; } = 100;

    /// <summary>Latent levels: 1, or 2 for the hierarchical gated model.</summary>
    /// <remarks>Each is <see cref="Latent"/> wide.</remarks>
    public int Levels { get; init; } = 1;

    /// <summary>
    /// Start layers as RecVAE's code does, uniform in +-1 / sqrt(fan-in); the output layer stays Glorot uniform.
    /// </summary>
    public bool FanInInitialisation { get; init; }

    /// <summary>Latent dimensions.</summary>
    public int Latent { get; init; } = 200;

    /// <summary>Probability that a click of the input is dropped.</summary>
    /// <remarks>In training only; in [0, 1).</remarks>
    public double Dropout { get; init; } = 0.5;

    /// <summary>Loss weight of clicks that dropout took from the input, relative to those it kept; 1 is off.</summary>
    /// <remarks>
    /// Emphasised denoising (Vincent et al. 2010, section 4.2.2; linear: Steck 2020). The mean weight of a click is 1.
    /// </remarks>
    public double Emphasis { get; init; } = 1;

    /// <summary>p: a user's loss is weighted by the user's clicks to the power -p, the mean over the users 1; 0 is off.</summary>
    public double UserWeightPower { get; init; }

    /// <summary>How the input is masked.</summary>
    public MaskMode Mask { get; init; } = MaskMode.NormaliseThenDrop;

    /// <summary>Weight each user's KL by beta times the user's clicks (RecVAE's gamma) and not by beta alone.</summary>
    public bool KlPerClick { get; init; }

    /// <summary>lambda of lambda ||W||^2.</summary>
    /// <remarks>Biases are excluded. Liang et al. 2018's code: 0 for the VAE, 2e-5 for the DAE.</remarks>
    public double WeightDecay { get; init; }

    /// <summary>Distribution of the clicks.</summary>
    public LikelihoodKind Likelihood { get; init; } = LikelihoodKind.Multinomial;

    /// <summary>Confidence of clicks, Gaussian likelihood.</summary>
    /// <remarks>
    /// c_1 of Liang et al. 2018, section 2.3. Their value was not found; this one was chosen on validation data.
    /// </remarks>
    public double ClickWeight { get; init; } = 10;

    /// <summary>Confidence of zeros, Gaussian likelihood.</summary>
    public double ZeroWeight { get; init; } = 1;

    /// <summary>Linear autoencoder of zero diagonal, added to the logits: none, low-rank (learned) or ease.</summary>
    public LinearPathKind LinearPath { get; init; }

    /// <summary>Rank of the low-rank linear path.</summary>
    public int LinearRank { get; init; } = 50;

    /// <summary>Ridge of the linear path ease, above 0.</summary>
    public double LinearLambda { get; init; } = 500;

    /// <summary>Factor of the linear path's scores, above 0.</summary>
    /// <remarks>EASE scores clicks near 1 and the rest near 0; logits differ by several units.</remarks>
    public double LinearScale { get; init; } = 1;

    /// <summary>Output layer: linear, or cosine (its vectors and those of users have length 1).</summary>
    public OutputHead OutputHead { get; init; }

    /// <summary>What cosines are divided by, above 0; cosine head only.</summary>
    public double Temperature { get; init; } = 0.1;

    /// <summary>Factor of the log of an item's share of the clicks, added to its logit in training; 0 is off.</summary>
    /// <remarks>Above 0, scores favour popular items less (Menon et al. 2021, eq. 10); below 0, more.</remarks>
    public double LogitCorrection { get; init; }

    /// <summary>Above 0: a step's loss sees the items its users clicked and so many drawn ones; 0 is off.</summary>
    /// <remarks>
    /// Sampled softmax, for large catalogues: only these items' vectors are read and moved. Multinomial likelihood only.
    /// </remarks>
    public int Negatives { get; init; }

    /// <summary>Negatives are drawn by an item's clicks + 1 to this power; 0 draws all items alike.</summary>
    public double NegativesPower { get; init; } = 0.75;

    /// <summary>With negatives, Adam leaves items that a step does not see alone (lazy), or catches up later (exact).</summary>
    public LazyAdamKind LazyAdam { get; init; }

    /// <summary>Learn anchors even at weight 0 (the parameter-matched control).</summary>
    /// <remarks>Anchors: learned points in latent space, one for each item (arXiv 2511.06781, section 3).</remarks>
    public bool Anchors { get; init; }

    /// <summary>Estimator of the anchor term.</summary>
    public AnchorForm AnchorForm { get; init; } = AnchorForm.ClosedForm;

    /// <summary>Part of the anchor term that counts: both, mean (distance to anchors) or variance.</summary>
    public AnchorPart AnchorPart { get; init; } = AnchorPart.Both;

    /// <summary>How a user's clicks count in the anchor term: all alike, or rare items more.</summary>
    public AnchorWeighting AnchorWeighting { get; init; } = AnchorWeighting.Uniform;

    /// <summary>Anchors of an item; a click counts with the one nearest to the user's mean.</summary>
    public int AnchorsPerItem { get; init; } = 1;

    /// <summary>Above 0: this many codes that all users share take the place of the items' anchors.</summary>
    /// <remarks>Each user is pulled to the nearest one: what items say is left out, as in vector quantisation.</remarks>
    public int AnchorCodebook { get; init; }

    /// <summary>True if the anchors are codes that belong to no item.</summary>
    internal bool HasCodebook => AnchorCodebook > 0;

    /// <summary>Anchors among which a click's is the nearest: those of its item, or all codes.</summary>
    internal int AnchorChoices => HasCodebook ? AnchorCodebook : AnchorsPerItem;

    /// <summary>True if something is added to the logits of the whole batch.</summary>
    internal bool AddsToLogits => LinearPath != LinearPathKind.None || LogitCorrection != 0;

    /// <summary>True if clicks or users have weights of their own in the loss.</summary>
    internal bool WeighsLoss => Emphasis != 1 || UserWeightPower != 0;

    /// <summary>Refuses what ranks that share the items cannot compute.</summary>
    internal virtual void RequireSharable()
    {
        string? part = Negatives > 0 ? nameof(Negatives)
            : LogitCorrection != 0 ? nameof(LogitCorrection) : AddsToLogits ? "LinearPath"
            : OutputHead != OutputHead.Linear ? nameof(OutputHead) : Emphasis != 1 ? nameof(Emphasis)
            : UserWeightPower != 0 ? nameof(UserWeightPower) : null;
        if (part is not null) throw ForOneProcess(part);
    }

    /// <summary>The refusal of a setting that ranks cannot share.</summary>
    private protected static InputException ForOneProcess(string name) =>
        About($"{Setting(name)} is for one process: ranks that share the items cannot compute it.");

    /// <summary>True if the model has anchors.</summary>
    public virtual bool HasAnchors => Anchors;

    /// <summary>Refuses impossible settings.</summary>
    /// <exception cref="InputException">A setting is outside its range.</exception>
    public virtual void Validate()
    {
        string widths = string.Join(',', Hidden);
        SettingName hidden = Setting(nameof(Hidden)), encoder = Setting(nameof(Encoder)), levels = Setting(nameof(Levels)),
            click = Setting(nameof(ClickWeight)), zero = Setting(nameof(ZeroWeight));
        Require(Latent >= 1, Latent, "at least 1");
        if (Hidden.Any(width => width < 1)) throw About($"{hidden} is {widths}; widths must be at least 1.");
        if (DecoderHidden is not null && DecoderHidden.Any(width => width < 1))
            throw About($"{Setting(nameof(DecoderHidden))} is {string.Join(',', DecoderHidden)}; widths must be at least 1.");
        if (Encoder != EncoderKind.Mlp && Hidden.Count == 0)
            throw About($"{hidden} is empty; {encoder} recvae and gated need at least one hidden layer.");
        if (Encoder == EncoderKind.Recvae && Hidden.Any(width => width != Hidden[0]))
            throw About(
                $"{hidden} is {widths}; {encoder} recvae sums its layers, so all widths must be equal.");
        Require(Levels is 1 or 2, Levels, "1 or 2");
        if (Levels == 2 && Encoder != EncoderKind.Gated)
            throw About($"{levels} 2 needs {encoder} gated.");
        if (Levels == 2 && Prior == PriorKind.Composite)
            throw About($"{Setting(nameof(Prior))} composite has one latent level; choose normal or vamp with {levels} 2.");
        Require(PseudoInputs >= 1, PseudoInputs, "at least 1");
        if (!Variational && (Encoder != EncoderKind.Mlp || Prior != PriorKind.Normal))
            throw About($"Mult-DAE has the mlp encoder and no prior; choose {Setting("Model")} multvae for the others.");
        Require(Dropout >= 0 && Dropout < 1, Dropout, "in [0, 1)");
        Require(Emphasis > 0, Emphasis, "above 0");
        if (Emphasis != 1 && (Dropout == 0 || Mask == MaskMode.Clean))
            throw About($"{Setting(nameof(Emphasis))} needs clicks to drop: a mask, and {Setting(nameof(Dropout))} above 0.");
        Require(LinearRank >= 1, LinearRank, "at least 1");
        Require(LinearLambda > 0, LinearLambda, "above 0");
        Require(LinearScale > 0, LinearScale, "above 0");
        Require(Temperature > 0, Temperature, "above 0");
        if (!(WeightDecay >= 0)) throw About($"{Setting(nameof(WeightDecay))} is {WeightDecay}; it must not be negative.");
        if (!(ClickWeight > 0) || !(ZeroWeight > 0) || ClickWeight < ZeroWeight)
            throw About($"{click} is {ClickWeight} and {zero} {ZeroWeight}; both must be positive, clicks at least zeros.");
        Require(AnchorsPerItem >= 1, AnchorsPerItem, "at least 1");
        Require(AnchorCodebook >= 0, AnchorCodebook, "0 or more");
        if (HasCodebook && (AnchorsPerItem > 1 || AnchorWeighting != AnchorWeighting.Uniform))
        {
            SettingName codes = Setting(nameof(AnchorCodebook)), per = Setting(nameof(AnchorsPerItem)),
                weighting = Setting(nameof(AnchorWeighting));
            throw About($"{codes} is {AnchorCodebook}: codes belong to no item; leave out {per} and {weighting}, or {codes}.");
        }
        if (AnchorPart != AnchorPart.Both && AnchorForm != AnchorForm.ClosedForm)
        {
            SettingName part = Setting(nameof(AnchorPart)), form = Setting(nameof(AnchorForm));
            throw About($"{part} mean and variance need {form} closed-form: a sample has both in one.");
        }
        if (HasAnchors && !Variational)
            throw About($"Anchors need a VAE: choose {Setting("Model")} multvae or set {Setting("AnchorWeight")} 0.");
        Require(Negatives >= 0, Negatives, "0 or more");
        Require(NegativesPower >= 0, NegativesPower, "0 or more");
        if (Negatives > 0 && SeesAllItems is var (name, needed))
            throw About($"{Setting(nameof(Negatives))} is {Negatives}: it needs {Setting(name)} {needed}.");
    }

    /// <summary>What keeps a step from seeing some items only, and what it would have to be; null if nothing does.</summary>
    private protected virtual (string Property, string Needed)? SeesAllItems =>
        Likelihood != LikelihoodKind.Multinomial ? (nameof(Likelihood), "multinomial")
        : Encoder == EncoderKind.Gated ? (nameof(Encoder), "mlp or recvae")
        : Prior == PriorKind.Vamp ? (nameof(Prior), "normal or composite")
        : LinearPath != LinearPathKind.None ? ("LinearPath", "none")
        : OutputHead != OutputHead.Linear ? (nameof(OutputHead), "linear")
        : LogitCorrection != 0 ? (nameof(LogitCorrection), "0")
        : Anchors ? (nameof(Anchors), "false")
        : LazyAdam == LazyAdamKind.Exact && WeightDecay != 0 ? (nameof(LazyAdam), "lazy, or no weight decay") : null;

    /// <summary>Refuses a value: "NAME is VALUE; it must be RANGE."</summary>
    /// <param name="holds">Whether the value is allowed.</param>
    /// <param name="value">The property.</param>
    /// <param name="range">What is allowed.</param>
    /// <param name="name">Name of the property: leave it out.</param>
    /// <exception cref="InputException">It is not allowed.</exception>
    protected static void Require(
        bool holds, object value, string range, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds) throw About($"{Setting(name)} is {value}; it must be {range}.");
    }
}
