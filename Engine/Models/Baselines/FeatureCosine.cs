using ManualVae.Data;
using ManualVae.Models.Alignment;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="FeatureCosine"/>; the default is MARec's for MovieLens 10M.</summary>
/// <param name="Delta">Smoothing of the feature cosine, 0 or more.</param>
/// <param name="Attributes">Attributes of the items to use, names between commas; null for all.</param>
public sealed record FeatureCosineSettings(double Delta = 50, string? Attributes = null);

/// <summary>
/// Scores an item by the sum of its smoothed feature cosines (<see cref="SmoothedCosine"/>) with what the user clicked, the
/// features of all attributes side by side: the neighbours by content of cold start tables. <see cref="Marec"/> mixes the
/// cosines of each attribute instead.
/// </summary>
public static class FeatureCosine
{
    /// <summary>Computes the cosines; no clicks are needed.</summary>
    /// <exception cref="InputException">A setting is out of range, or memory cannot hold the cosines.</exception>
    public static ItemItemModel Fit(
        IReadOnlyList<ItemAttribute> attributes, FeatureCosineSettings settings, FitMonitor monitor = default)
    {
        if (!(settings.Delta >= 0)) throw new InputException("featurecosine: delta must be 0 or more.");
        var features = SideBySide(AttributeSimilarities.Choose(attributes, settings.Attributes));
        monitor.Needs("featurecosine", CoOccurrence.Bytes(features.Rows) + 2 * CoOccurrence.Bytes(features));
        return new("featurecosine", features.Rows, SmoothedCosine.Of(features, settings.Delta));
    }

    /// <summary>The same with mixed similarities instead: the alignment of <see cref="Marec"/> by itself.</summary>
    public static ItemItemModel Of(ItemMixture mixture) => new("featurecosine", mixture.Similarities.ItemCount, mixture.Matrix());

    private static CsrMatrix SideBySide(IReadOnlyList<ItemAttribute> attributes)
    {
        if (attributes.Count == 1) return attributes[0].Values;
        int items = attributes[0].Values.Rows, before = 0;
        var (columns, values, offsets) = (new List<int>[items], new List<float>[items], new long[items + 1]);
        for (int item = 0; item < items; item++) (columns[item], values[item]) = ([], []);
        foreach (var attribute in attributes)
        {
            for (int item = 0; item < items; item++)
                for (int e = 0; e < attribute.Values.RowLength(item); e++)
                {
                    columns[item].Add(before + attribute.Values.RowColumns(item)[e]);
                    values[item].Add(attribute.Values.IsBinary ? 1 : attribute.Values.RowValues(item)[e]);
                }
            before += attribute.Values.Columns;
        }
        for (int item = 0; item < items; item++) offsets[item + 1] = offsets[item] + columns[item].Count;
        return new(before, offsets, [.. columns.SelectMany(c => c)], [.. values.SelectMany(v => v)]);
    }
}
