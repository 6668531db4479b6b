using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="FeatureCosine"/>; the default is MARec's for MovieLens 10M.</summary>
/// <param name="Delta">Smoothing of the feature cosine, 0 or more.</param>
public sealed record FeatureCosineSettings(double Delta = 50);

/// <summary>
/// Scores an item by the sum of its smoothed feature cosines (<see cref="ItemFeatures.SmoothedCosines"/>) with what the user
/// clicked: what <see cref="Marec"/> aligns with, and the neighbours by content of cold start tables.
/// </summary>
public static class FeatureCosine
{
    /// <summary>Computes the cosines; no clicks are needed.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public static ItemItemModel Fit(CsrMatrix features, FeatureCosineSettings settings) => settings.Delta >= 0
        ? new("featurecosine", features.Rows, ItemFeatures.SmoothedCosines(features, settings.Delta))
        : throw new InputException("featurecosine: delta must be 0 or more.");
}
