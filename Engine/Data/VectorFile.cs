using System.Globalization;

namespace ManualVae.Data;

/// <summary>
/// Dense vectors of the items in files of their own, <c>item-vectors.NAME.npy</c>: items x numbers, and a row that is no numbers
/// (NaN) where an item has no vector.
/// </summary>
internal static class VectorFile
{
    private const string Prefix = "item-vectors.", Ending = ".npy";

    /// <summary>The attribute's file in the folder.</summary>
    public static string FileOf(ItemAttribute attribute) => Prefix + attribute.Name + Ending;

    /// <summary>The name of the attribute that a file holds; null for another file.</summary>
    public static string? NameOf(string file) =>
        file.StartsWith(Prefix, StringComparison.Ordinal) && file.EndsWith(Ending, StringComparison.Ordinal)
            && file.Length > Prefix.Length + Ending.Length ? file[Prefix.Length..^Ending.Length] : null;

    /// <summary>True for vectors with numbered features and full rows, whose name can be that of a file.</summary>
    public static bool Takes(ItemAttribute attribute) =>
        attribute is { Kind: AttributeKind.Vector, Features.Length: > 0, Name.Length: > 0 and <= 64 }
            && attribute.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            && attribute.Features.Index().All(feature => feature.Item == FeatureName(feature.Index))
            && Enumerable.Range(0, attribute.Values.Rows).Select(attribute.Values.RowLength)
                .All(length => length == 0 || length == attribute.Features.Length);

    /// <summary>Attributes in the order in which a folder gives them back: tables first, then vectors by name.</summary>
    public static IReadOnlyList<ItemAttribute> InOrder(IReadOnlyList<ItemAttribute> attributes) =>
        [.. attributes.Where(a => !Takes(a)), .. attributes.Where(Takes).OrderBy(a => a.Name, StringComparer.Ordinal)];

    /// <summary>Vectors as an attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="rows">The vector of each item, all of one length, or empty where it has none.</param>
    /// <exception cref="InputException">They are too many numbers.</exception>
    public static ItemAttribute Of(string name, IReadOnlyList<ReadOnlyMemory<float>> rows)
    {
        int width = rows.Max(row => row.Length);
        if ((long)rows.Count * width > NpyMatrix.MostNumbers)
            throw new InputException($"Attribute {name}: vectors of {width} numbers for {rows.Count} items are more than the "
                + $"{NpyMatrix.MostNumbers} numbers that one attribute holds; give shorter vectors.");
        var offsets = new long[rows.Count + 1];
        for (int item = 0; item < rows.Count; item++) offsets[item + 1] = offsets[item] + rows[item].Length;
        var (columns, values) = (new int[offsets[^1]], new float[offsets[^1]]);
        for (int item = 0; item < rows.Count; item++)
        {
            rows[item].Span.CopyTo(values.AsSpan((int)offsets[item]));
            for (int i = 0; i < rows[item].Length; i++) columns[(int)offsets[item] + i] = i;
        }
        return new(name, AttributeKind.Vector, [.. Enumerable.Range(0, width).Select(FeatureName)],
            new CsrMatrix(width, offsets, columns, values));
    }

    /// <summary>Writes an attribute that <see cref="Takes"/>.</summary>
    public static void Write(string path, ItemAttribute attribute) => AtomicFile.Write(path, stream =>
    {
        var (items, width) = (attribute.Values.Rows, attribute.Features.Length);
        var values = new float[items * width];
        Array.Fill(values, float.NaN);
        for (int item = 0; item < items; item++)
        {
            var row = values.AsSpan(item * width, attribute.Values.RowLength(item));
            if (attribute.Values.IsBinary) row.Fill(1);
            else attribute.Values.RowValues(item).CopyTo(row);
        }
        new NpyMatrix(items, width, values).Write(stream);
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InputException">Not such a file, or for another number of items.</exception>
    public static ItemAttribute Read(string path, string name, int items)
    {
        using var stream = File.OpenRead(path);
        var matrix = NpyMatrix.Read(stream, path);
        if (matrix.Rows != items || matrix.Columns == 0)
            throw new InputException(
                $"{path}: is {matrix.Rows} x {matrix.Columns}, expected vectors of {items} items; import the dataset again.");
        return Of(name, [.. Enumerable.Range(0, items).Select(item =>
        {
            var row = matrix.Values.AsMemory(item * matrix.Columns, matrix.Columns);
            if (!row.Span.ContainsAnyExcept(float.NaN)) return default;
            foreach (float value in row.Span)
                if (!float.IsFinite(value))
                    throw new InputException(
                        $"{path}: row {item} holds {value}, expected finite numbers; import the dataset again.");
            return (ReadOnlyMemory<float>)row;
        })]);
    }

    private static string FeatureName(int feature) => feature.ToString(CultureInfo.InvariantCulture);
}
