namespace ManualVae.Data.Attributes;

/// <summary>Values of a set, such as genres or actors: 1 for each that an item has.</summary>
internal static class CategoricalFeatures
{
    /// <summary>Makes the attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="column">What is known of the items.</param>
    /// <param name="separator">What separates the values in a field; empty for one value a field.</param>
    /// <param name="least">Items that a value must have.</param>
    public static ItemAttribute Of(string name, ItemColumn column, string separator, int least)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var counts = new List<int>();
        var values = new int[column.Items][];
        for (int item = 0; item < values.Length; item++)
        {
            var row = new SortedSet<int>();
            foreach (string field in column.Values(item))
                foreach (string part in separator.Length == 0 ? [field] : field.Split(separator))
                {
                    string value = ItemList.OneLine(part)!.Trim();
                    if (value.Length == 0) continue;
                    if (!numbers.TryGetValue(value, out int number))
                    {
                        numbers.Add(value, number = counts.Count);
                        counts.Add(0);
                    }
                    if (row.Add(number)) counts[number]++;
                }
            values[item] = [.. row];
        }
        return FeatureMatrix.Of(name, AttributeKind.Categorical, [.. numbers.Keys], Array.ConvertAll(values, row =>
            (IReadOnlyList<(int, float)>)[.. row.Where(number => counts[number] >= least).Select(number => (number, 1f))]));
    }
}
