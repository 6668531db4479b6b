using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>Makes the encoder and the prior that settings name.</summary>
internal sealed class AutoencoderBuilder(MemoryScope memory, ParameterBlock parameters, AutoencoderSettings settings, int items)
{
    /// <summary>Prefix of the composite prior's copy of the encoder.</summary>
    internal const string OldEncoder = "old-encoder";

    /// <summary>
    /// An encoder whose parameters begin with a name; the same name again shares the weights, with memory of its own.
    /// </summary>
    internal IEncoder Encoder(string name, int maxRows) => settings.Levels == 2
        ? new HierarchicalEncoder(
            memory, parameters, name, items, settings.Hidden, settings.Latent, maxRows, settings.WeightDecay)
        : OneLevel(name, settings.Variational ? 2 * settings.Latent : settings.Latent, maxRows);

    /// <summary>The prior of a VAE.</summary>
    internal IPrior Prior(int maxRows)
    {
        IPrior prior = settings.Prior switch
        {
            PriorKind.Composite => Composite(maxRows),
            PriorKind.Vamp => new VampPrior(memory, parameters, PseudoEncoder(), items, settings.PseudoInputs, maxRows),
            _ => new StandardNormalPrior(memory.Backend),
        };
        return settings.Levels == 2
            ? new HierarchicalPrior(memory, parameters, prior, settings.Hidden, settings.Latent, maxRows, settings.WeightDecay)
            : prior;
    }

    private RecVaePrior Composite(int maxRows)
    {
        parameters.KeepConstant(OldEncoder);
        return new RecVaePrior(memory, Encoder(OldEncoder, maxRows), maxRows, InputMask.CleanFor(settings.Mask));
    }

    /// <summary>
    /// An encoder for the pseudo-inputs that shares the weights of the encoder, or with two levels those of q(z2|x).
    /// </summary>
    private IInputDifferentiable PseudoEncoder() => OneLevel(
        settings.Levels == 2 ? HierarchicalEncoder.UpperName("encoder") : "encoder", 2 * settings.Latent, settings.PseudoInputs);

    private IInputDifferentiable OneLevel(string name, int outputs, int maxRows) => settings.Encoder switch
    {
        EncoderKind.Recvae => new RecVaeEncoder(
            memory, parameters, name, items, settings.Hidden, outputs, maxRows, settings.WeightDecay),
        EncoderKind.Gated =>
            new GatedEncoder(memory, parameters, name, items, settings.Hidden, outputs, maxRows, settings.WeightDecay),
        _ => new MlpEncoder(
            memory, parameters, name, items, settings.Hidden, outputs,
            settings.Variational ? Activation.Identity : Activation.Tanh, maxRows, settings.WeightDecay),
    };
}
