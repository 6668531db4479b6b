namespace ManualVae.Data.Attributes;

/// <summary>Puts an attribute together from the features that each item has.</summary>
internal static class FeatureMatrix
{
    /// <summary>
    /// The attribute. Columns stand in the order in which the rows first use them, which is how <c>item-features.tsv</c> gives
    /// them back; features that no item has are left out.
    /// </summary>
    /// <param name="name">Name of the attribute.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="features">Names of the features.</param>
    /// <param name="rows">Features of each item with their values; a feature occurs once in a row.</param>
    public static ItemAttribute Of(
        string name, AttributeKind kind, IReadOnlyList<string> features, IReadOnlyList<(int Feature, float Value)>[] rows)
    {
        var columns = new Dictionary<int, int>();
        var offsets = new long[rows.Length + 1];
        var (indices, values) = (new List<int>(), new List<float>());
        for (int item = 0; item < rows.Length; item++)
        {
            foreach (var (feature, _) in rows[item].OrderBy(entry => entry.Feature)) columns.TryAdd(feature, columns.Count);
            foreach (var (feature, value) in rows[item].OrderBy(entry => columns[entry.Feature]))
            {
                indices.Add(columns[feature]);
                values.Add(value);
            }
            offsets[item + 1] = indices.Count;
        }
        bool binary = values.TrueForAll(value => value == 1);
        return new(name, kind, [.. columns.Keys.Select(feature => features[feature])],
            new CsrMatrix(columns.Count, offsets, [.. indices], binary ? null : [.. values]));
    }
}
