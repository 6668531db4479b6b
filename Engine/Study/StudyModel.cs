using ManualVae.Data;
using ManualVae.Models;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>The models for which the studies' formulas hold; others are refused with one line.</summary>
internal static class StudyModel
{
    /// <summary>Posteriors N(mu, sigma^2) of one latent level.</summary>
    public static void RequireOneLevel(Autoencoder model)
    {
        if (model.Settings.Levels != 1) throw new InputException("The studies need one latent level; this run has two.");
    }

    /// <summary>A decoder of tanh layers: a user's gradient of each layer is one outer product.</summary>
    public static void RequireDenseDecoder(Autoencoder model)
    {
        RequireOneLevel(model);
        if (model.Settings.LinearPath != LinearPathKind.None || model.Settings.OutputHead != OutputHead.Linear)
        {
            SettingName path = Setting("LinearPath"), head = Setting("OutputHead");
            throw About($"This study needs logits that the code alone gives by linear layers: {path} none and {head} linear.");
        }
        if (model.Decoder.Hidden.Any(layer => layer is not Linear))
            throw About(
                $"This study needs a decoder of tanh layers ({Setting("Encoder")} mlp or recvae); this run's decoder is gated.");
    }

    /// <summary>An encoder of dense layers and a prior that does not pass through it: all gradients are outer products.</summary>
    public static void RequireDense(Autoencoder model)
    {
        RequireDenseDecoder(model);
        if (model.Settings.Prior == PriorKind.Vamp)
        {
            SettingName prior = Setting("Prior"), part = Setting("Part");
            throw About(
                $"{prior} vamp: its pseudo-inputs pass through the encoder: no outer products there. Try {part} decoder.");
        }
    }
}
