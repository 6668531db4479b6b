using ManualVae.Compute;
using ManualVae.Data;

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

/// <summary>Which parts an autoencoder is made of. Everything that changes its function, and nothing of how it is trained.</summary>
public sealed record AutoencoderSettings
{
    /// <summary>True: Mult-VAE and its family; false: Mult-DAE and its family (no sampling, no KL, tanh bottleneck).</summary>
    public bool Variational { get; init; } = true;

    /// <summary>Encoder.</summary>
    public EncoderKind Encoder { get; init; } = EncoderKind.Mlp;

    /// <summary>Widths of the encoder's hidden layers, input side first. Empty: [I-K-I].</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [600];

    /// <summary>Widths of the decoder's hidden layers, latent side first; null mirrors the encoder's, empty is a linear decoder.</summary>
    public IReadOnlyList<int>? DecoderHidden { get; init; }

    /// <summary>Prior of a VAE.</summary>
    public PriorKind Prior { get; init; } = PriorKind.Normal;

    /// <summary>P of VampPrior.</summary>
    public int PseudoInputs { get; init; } = 100;

    /// <summary>Latent levels: 1, or 2 for the hierarchical model of the gated encoder, each of width <see cref="Latent"/>.</summary>
    public int Levels { get; init; } = 1;

    /// <summary>The weight of each user's KL is beta times the user's number of clicks (RecVAE's gamma N_u) and not beta alone.</summary>
    public bool KlPerClick { get; init; }

    /// <summary>Weights and biases start uniform in +-1 / sqrt(fan_in), as in RecVAE's code, and not as in Mult-VAE's.</summary>
    public bool FanInInitialisation { get; init; }

    /// <summary>K, latent dimensions.</summary>
    public int Latent { get; init; } = 200;

    /// <summary>Probability that a click of the input is dropped in training, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>How training masks the input.</summary>
    public MaskMode Mask { get; init; } = MaskMode.NormaliseThenDrop;

    /// <summary>Distribution of the clicks given the logits.</summary>
    public LikelihoodKind Likelihood { get; init; } = LikelihoodKind.Multinomial;

    /// <summary>c_1 of the Gaussian likelihood. The papers' value was not found; chosen on validation data.</summary>
    public double ClickWeight { get; init; } = 10;

    /// <summary>c_0 of the Gaussian likelihood.</summary>
    public double ZeroWeight { get; init; } = 1;

    /// <summary>lambda of lambda ||W||^2 over weights, biases excluded (reference code: 0 for the VAE, 2e-5 for the DAE).</summary>
    public double WeightDecay { get; init; }

    /// <summary>Learn item anchors in latent space (papers.md B5); their weight is a setting of training.</summary>
    public bool Anchors { get; init; }

    /// <summary>Estimator of the anchor term.</summary>
    public AnchorForm AnchorForm { get; init; } = AnchorForm.ClosedForm;

    /// <summary>Refuses impossible settings.</summary>
    /// <exception cref="InputException">A setting is outside its range.</exception>
    public void Validate()
    {
        if (Latent < 1) throw new InputException($"--latent is {Latent}; it must be at least 1.");
        if (Hidden.Any(width => width < 1)) throw new InputException($"--hidden is {string.Join(',', Hidden)}; widths must be at least 1.");
        if (DecoderHidden is not null && DecoderHidden.Any(width => width < 1))
            throw new InputException($"--decoder-hidden is {string.Join(',', DecoderHidden)}; widths must be at least 1.");
        if (Encoder != EncoderKind.Mlp && Hidden.Count == 0)
            throw new InputException("--hidden is empty; --encoder recvae and gated need at least one hidden layer.");
        if (Encoder == EncoderKind.Recvae && Hidden.Any(width => width != Hidden[0]))
            throw new InputException(
                $"--hidden is {string.Join(',', Hidden)}; --encoder recvae sums its layers, so all widths must be equal.");
        if (Levels is not (1 or 2)) throw new InputException($"--levels is {Levels}; it must be 1 or 2.");
        if (Levels == 2 && Encoder != EncoderKind.Gated) throw new InputException("--levels 2 needs --encoder gated.");
        if (Levels == 2 && Prior == PriorKind.Composite)
            throw new InputException("--prior composite has one latent level; choose normal or vamp with --levels 2.");
        if (PseudoInputs < 1) throw new InputException($"--pseudo-inputs is {PseudoInputs}; it must be at least 1.");
        if (!Variational && (Encoder != EncoderKind.Mlp || Prior != PriorKind.Normal))
            throw new InputException("Mult-DAE has the mlp encoder and no prior; choose --model multvae for the others.");
        if (!(Dropout >= 0 && Dropout < 1)) throw new InputException($"--dropout is {Dropout}; it must be in [0, 1).");
        if (!(WeightDecay >= 0)) throw new InputException($"--weight-decay is {WeightDecay}; it must not be negative.");
        if (!(ClickWeight > 0) || !(ZeroWeight > 0) || ClickWeight < ZeroWeight)
            throw new InputException(
                $"--click-weight is {ClickWeight} and --zero-weight {ZeroWeight}; both must be positive, clicks at least zeros.");
        if (Anchors && !Variational) throw new InputException("Anchors need a VAE: choose --model multvae or set --anchor-weight 0.");
    }
}
