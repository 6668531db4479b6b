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
        if (model.Decoder.Hidden.Any(layer => layer is not Linear))
            throw About(
                $"This study needs a decoder of tanh layers ({Setting("Encoder")} mlp or recvae); this run's decoder is gated.");
    }

    /// <summary>Mult-VAE's encoder and prior: all gradients are outer products.</summary>
    public static void RequireDense(Autoencoder model)
    {
        RequireDenseDecoder(model);
        if (model.Encoder is not MlpEncoder || model.Settings.Prior != PriorKind.Normal || model.Settings.KlPerClick)
        {
            SettingName net = Setting("Encoder"), prior = Setting("Prior"), part = Setting("Part");
            throw About(
                $"Gradients of all parameters need {net} mlp and {prior} normal; influence can be studied with {part} decoder.");
        }
    }
}
