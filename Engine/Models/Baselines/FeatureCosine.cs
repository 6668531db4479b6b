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
    /// <exception cref="InputException">A setting is out of range, or memory cannot hold the cosines.</exception>
    public static ItemItemModel Fit(CsrMatrix features, FeatureCosineSettings settings, FitMonitor monitor = default)
    {
        if (!(settings.Delta >= 0)) throw new InputException("featurecosine: delta must be 0 or more.");
        monitor.Needs("featurecosine", CoOccurrence.Bytes(features.Rows) + CoOccurrence.Bytes(features));
        return new("featurecosine", features.Rows, ItemFeatures.SmoothedCosines(features, settings.Delta));
    }
}
