using System.Globalization;

namespace ManualVae.Data.Attributes;

/// <summary>A number of each item, such as a year: 1 for the bin that it falls in.</summary>
internal static class NumericFeatures
{
    private const int MostBins = 10_000;

    /// <summary>Makes the attribute with bins that hold about as many items each.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="column">What is known of the items; where several lines tell, the last one counts.</param>
    /// <param name="bins">Number of bins; fewer come out where many items have the same number.</param>
    /// <exception cref="InputException">A value is no number.</exception>
    public static ItemAttribute ByQuantiles(string name, ItemColumn column, int bins)
    {
        double?[] numbers = Numbers(name, column);
        double[] sorted = [.. numbers.OfType<double>().Order()];
        if (sorted.Length == 0) return Of(name, numbers, [], _ => 0);
        double[] edges = QuantileEdges(sorted, bins);
        string Bin(int bin) => bin + 1 < edges.Length ? $"[{Text(edges[bin])}, {Text(edges[bin + 1])})"
            : edges[bin] == sorted[^1] ? Text(edges[bin]) : $"[{Text(edges[bin])}, {Text(sorted[^1])}]";
        return Of(name, numbers, [.. Enumerable.Range(0, edges.Length).Select(Bin)], number =>
        {
            int at = Array.BinarySearch(edges, number);
            return at < 0 ? ~at - 1 : at;
        });
    }

    /// <summary>Makes the attribute with bins [k w, (k + 1) w) of one width, such as decades.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="column">What is known of the items.</param>
    /// <param name="width">The width w of a bin.</param>
    /// <exception cref="InputException">A value is no number, or there are more than 10,000 bins.</exception>
    public static ItemAttribute ByWidth(string name, ItemColumn column, double width)
    {
        double?[] numbers = Numbers(name, column);
        double first = Math.Floor(numbers.Min() / width ?? 0), last = Math.Floor(numbers.Max() / width ?? 0);
        if (!(last - first < MostBins))
            throw new InputException($"Attribute {name}: bins of {Text(width)} from {Text(numbers.Min()!.Value)} to "
                + $"{Text(numbers.Max()!.Value)} are more than {MostBins}; give a greater width.");
        string[] bins = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(bin =>
            $"[{Text((first + bin) * width)}, {Text((first + bin + 1) * width)})")];
        return Of(name, numbers, bins, number => (int)(Math.Floor(number / width) - first));
    }

    /// <summary>
    /// Where the bins begin: the smallest number, and those at positions k n / bins of the sorted ones, equal ones once. So every
    /// bin has an item, and equal numbers share a bin.
    /// </summary>
    /// <param name="sorted">The n numbers, increasing; at least one.</param>
    /// <param name="bins">Number of bins asked for.</param>
    internal static double[] QuantileEdges(double[] sorted, int bins) =>
        [.. Enumerable.Range(0, bins).Select(bin => sorted[(int)((long)bin * sorted.Length / bins)]).Distinct()];

    private static ItemAttribute Of(string name, double?[] numbers, string[] bins, Func<double, int> bin) =>
        FeatureMatrix.Of(name, AttributeKind.Numeric, bins, Array.ConvertAll(numbers, number =>
            (IReadOnlyList<(int, float)>)(number is { } value ? [(bin(value), 1f)] : [])));

    private static double?[] Numbers(string name, ItemColumn column)
    {
        var numbers = new double?[column.Items];
        for (int item = 0; item < numbers.Length; item++)
            if (column.Values(item) is [.., var text])
                numbers[item] = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                    && double.IsFinite(number) ? number + 0.0 // no minus zero
                    : throw new InputException(
                        $"{column.Place(item)}: the {name} '{text}' is no number; correct it or leave it empty.");
        return numbers;
    }

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
