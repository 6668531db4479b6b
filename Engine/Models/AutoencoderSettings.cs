using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>Which parts an autoencoder is made of. Everything that changes its function, and nothing of how it is trained.</summary>
public sealed record AutoencoderSettings
{
    /// <summary>True: Mult-VAE and its family; false: Mult-DAE and its family (no sampling, no KL, tanh bottleneck).</summary>
    public bool Variational { get; init; } = true;

    /// <summary>Widths of the encoder's hidden layers, input side first; the decoder mirrors them. Empty: [I-K-I].</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [600];

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
        if (!(Dropout >= 0 && Dropout < 1)) throw new InputException($"--dropout is {Dropout}; it must be in [0, 1).");
        if (!(WeightDecay >= 0)) throw new InputException($"--weight-decay is {WeightDecay}; it must not be negative.");
        if (!(ClickWeight > 0) || !(ZeroWeight > 0) || ClickWeight < ZeroWeight)
            throw new InputException(
                $"--click-weight is {ClickWeight} and --zero-weight {ZeroWeight}; both must be positive, clicks at least zeros.");
        if (Anchors && !Variational) throw new InputException("Anchors need a VAE: choose --model multvae or set --anchor-weight 0.");
    }
}
