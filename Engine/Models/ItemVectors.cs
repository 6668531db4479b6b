using ManualVae.Compute;
using ManualVae.Models.Baselines;

namespace ManualVae.Models;

/// <summary>A vector for each item, of the models that have one.</summary>
public static class ItemVectors
{
    /// <summary>The vectors, items x dimension, row-major, and what they are; null if the model has none.</summary>
    /// <param name="model">An autoencoder (rows of the decoder's output layer) <see cref="FactorModel"/> or
    /// <see cref="ElsaModel"/>.</param>
    public static (float[] Vectors, string By)? Of(IRecommender model)
    {
        if (model is FactorModel factors) return (factors.ItemVectors.ToArray(), "cosine of item factors");
        if (model is ElsaModel elsa) return (elsa.ItemVectors.ToArray(), "cosine of item vectors");
        if (model is not Autoencoder autoencoder) return null;
        return (autoencoder.Backend.Floats(autoencoder.Decoder.Output.Weight.Value), "cosine of decoder vectors");
    }
}
