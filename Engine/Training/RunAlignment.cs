using ManualVae.Data;
using ManualVae.Models.Alignment;

namespace ManualVae.Training;

/// <summary>The alignment of an autoencoder's run with item features (Monteil et al. 2024, eq. 5 to 7).</summary>
internal static class RunAlignment
{
    /// <summary>Targets of the run, from its data alone, so that a resumed run has the same; null without alignment.</summary>
    /// <exception cref="InputException">The data has no attributes, or not those asked for.</exception>
    public static AlignedTargets? TargetsOf(RunSettings settings, PreparedDataset trained)
    {
        if (settings.Alignment == 0) return null;
        var attributes = AttributeSimilarities.Choose(trained.Attributes, settings.AlignmentAttributes);
        var similarities = new AttributeSimilarities(attributes, settings.AlignmentDelta);
        var mixture = new MixtureEquations(trained.Train, similarities, secondOrder: true).Solve(settings.AlignmentZeroWeight);
        return new(mixture.Matrix(), Strengths(settings, trained));
    }

    /// <summary>Items that get targets beside their clicks.</summary>
    public static int RareItems(RunSettings settings, PreparedDataset trained) =>
        settings.Alignment == 0 ? 0 : Strengths(settings, trained).Count(d => d > 0);

    /// <summary>Bytes in this machine's memory: similarities while mixing, the largest of all.</summary>
    public static long Bytes(RunSettings settings, PreparedDataset trained) => settings.Alignment == 0 ? 0
        : (trained.Attributes.Count + 2L) * trained.ItemCount * trained.ItemCount * sizeof(float);

    private static double[] Strengths(RunSettings settings, PreparedDataset trained) =>
        AlignmentStrength.Of(trained.Train.ColumnCounts(), settings.Alignment);
}
