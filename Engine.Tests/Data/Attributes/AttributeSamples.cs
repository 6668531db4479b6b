using ManualVae.Data;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>A dataset of three items, and its attributes as texts.</summary>
internal static class AttributeSamples
{
    /// <summary>Items 1, 2 and 3, the first two with title and genres.</summary>
    public static PreparedDataset Data() => new(
        new DatasetManifest { Source = new DatasetSource("pairs", "sample"), Split = SplitKind.None },
        CsrMatrix.FromPairs(2, 3, [(0, 0), (0, 1), (1, 1), (1, 2)]), null, null, ["u", "v"],
        new ItemList(["1", "2", "3"], ["Heat (1995)", "Up (2000-)", "Nothing"], ["Drama|War", "Drama", null]));

    /// <summary>Names of the features of each item, in the order of the alphabet for words.</summary>
    public static string[] Rows(PreparedDataset data, string name, char separator = ' ')
    {
        var attribute = data.Attributes.Single(a => a.Name == name);
        return [.. Enumerable.Range(0, data.ItemCount).Select(item =>
            string.Join(separator, attribute.Values.RowColumns(item).ToArray().Select(column => attribute.Features[column])))];
    }
}
