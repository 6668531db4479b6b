using System.Globalization;

namespace ManualVae.Data;

/// <summary>
/// Division by items, for item cold start: the clicks of some items, the cold ones, are all held out, and users are known by
/// their clicks on the others, the warm ones.
/// </summary>
public static class ItemDivision
{
    /// <summary>Name in <see cref="DatasetManifest.SplitSettings"/> of the hash of the dataset that was divided.</summary>
    public const string DividedData = "divided-data";

    /// <summary>Draws the cold items: the first round(share x items) of numpy's permutation with that seed.</summary>
    /// <exception cref="InputException">The share is not between 0 and 1, or leaves no cold or no warm item.</exception>
    public static bool[] Draw(int items, double share, uint seed)
    {
        int count = share is > 0 and < 1 ? (int)Math.Round(share * items) : 0;
        if (count == 0 || count == items)
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"A share of {share} of {items} items leaves none of a kind: give one above 0 and below 1, such as 0.2."));
        var cold = new bool[items];
        foreach (int item in new NumpyRandom(seed).Permutation(items).AsSpan(0, count)) cold[item] = true;
        return cold;
    }

    /// <summary>Clicks on warm items as fold-in (and to train with), clicks on cold items as held-out.</summary>
    public static EvaluationSplit Divide(CsrMatrix clicks, bool[] cold) =>
        new(clicks.KeepColumns(Array.ConvertAll(cold, c => !c)), clicks.KeepColumns(cold), 0);

    /// <summary>
    /// All clicks of a dataset, whatever part they were in, divided anew: those on warm items are for training, those on cold
    /// items are the test.
    /// </summary>
    /// <exception cref="InputException">As <see cref="Draw"/>, or no click is left to train with or to find.</exception>
    public static PreparedDataset Divide(PreparedDataset data, double share, uint seed)
    {
        var test = Divide(AllClicks(data), Draw(data.ItemCount, share, seed));
        if (test.FoldIn.EntryCount == 0 || test.HeldOut.EntryCount == 0)
            throw new InputException($"{data.Directory}: the division leaves no clicks on one side; give another share or seed.");
        var manifest = data.Manifest with
        {
            Split = SplitKind.ColdItems,
            Seed = seed,
            SplitSettings = new(StringComparer.Ordinal)
            {
                ["cold-share"] = share.ToString(CultureInfo.InvariantCulture), [DividedData] = data.ManifestHash,
            },
        };
        return new(manifest, test.FoldIn, null, test, data.UserIds, data.Items, data.AddedAttributes);
    }

    /// <summary>The items without a click in training.</summary>
    public static bool[] Cold(CsrMatrix train) => Array.ConvertAll(train.ColumnCounts(), clicks => clicks == 0);

    private static CsrMatrix AllClicks(PreparedDataset data)
    {
        var pairs = new List<(int, int)>();
        void Add(CsrMatrix clicks, int firstUser)
        {
            for (int row = 0; row < clicks.Rows; row++)
                foreach (int item in clicks.RowColumns(row)) pairs.Add((firstUser + row, item));
        }
        Add(data.Train, 0);
        foreach (var part in new[] { data.Validation, data.Test })
        {
            if (part is null) continue;
            Add(part.FoldIn, part.FirstUser);
            Add(part.HeldOut, part.FirstUser);
        }
        return CsrMatrix.FromPairs(data.UserIds.Length, data.ItemCount, pairs);
    }
}
