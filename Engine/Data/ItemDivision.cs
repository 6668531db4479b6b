using System.Globalization;

namespace ManualVae.Data;

/// <summary>How items and clicks are divided for item cold start.</summary>
/// <param name="ColdShare">Share of the items whose clicks are all held out for the test, in (0, 1).</param>
/// <param name="Seed">Seed of all draws (of items: numpy's legacy generator).</param>
/// <param name="ValidationShare">Share of the items whose clicks are all held out for validation, from 0.</param>
/// <param name="WarmShare">
/// Share of the clicks on the other, warm items held out for validation, and the same for the test; in [0, 0.5). 0: cold items
/// alone are to be found; above 0 the split is mixed.
/// </param>
/// <param name="Draw">
/// Which draw of the test's items. The items of validation are the same in all draws, so what is chosen on them is tested on none
/// of them.
/// </param>
public sealed record ItemDivisionOptions(
    double ColdShare = 0.2, uint Seed = 98765, double ValidationShare = 0, double WarmShare = 0, uint Draw = 0);

/// <summary>
/// Division by items, for item cold start: the clicks of some items, the cold ones, are all held out, and users are known by
/// their clicks on the others, the warm ones, of which some may be held out too.
/// </summary>
public static class ItemDivision
{
    /// <summary>Name in <see cref="DatasetManifest.SplitSettings"/> of the hash of the dataset that was divided.</summary>
    public const string DividedData = "divided-data";

    /// <summary>Draws the cold items: the first round(share x items) of numpy's permutation with that seed.</summary>
    /// <exception cref="InputException">The share is not between 0 and 1, or leaves no cold or no warm item.</exception>
    public static bool[] Draw(int items, double share, uint seed) => Draw(items, new ItemDivisionOptions(share, seed)).Test;

    /// <summary>
    /// Draws the cold items of validation, the first round(share x items) of numpy's permutation, and then those of the test from
    /// the others.
    /// </summary>
    /// <exception cref="InputException">A share is out of range, or leaves no cold or no warm item.</exception>
    public static (bool[] Validation, bool[] Test) Draw(int items, ItemDivisionOptions options)
    {
        int validation = Count(options.ValidationShare, items), test = Count(options.ColdShare, items);
        if (test == 0 || validation + test >= items || options.ValidationShare != 0 && validation == 0)
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"A share of {options.ColdShare} of {items} items (of validation: {options.ValidationShare}) leaves none of a "
                    + $"kind: give one above 0 and below 1, such as 0.2."));
        var (known, cold) = (new bool[items], new bool[items]);
        if (validation > 0)
            foreach (int item in new NumpyRandom(options.Seed).Permutation(items).AsSpan(0, validation)) known[item] = true;
        int[] others = [.. Enumerable.Range(0, items).Where(item => !known[item])];
        foreach (int i in new NumpyRandom(options.Seed + options.Draw).Permutation(others.Length).AsSpan(0, test))
            cold[others[i]] = true;
        return (known, cold);
    }

    /// <summary>Clicks on warm items as fold-in (and to train with), clicks on cold items as held-out.</summary>
    public static EvaluationSplit Divide(CsrMatrix clicks, bool[] cold) =>
        new(clicks.KeepColumns(Array.ConvertAll(cold, c => !c)), clicks.KeepColumns(cold), 0);

    /// <summary>
    /// All clicks of a dataset, whatever part they were in, divided anew: those on cold items are validation or test, and so is a
    /// share of the others, drawn from all of them; the rest is for training.
    /// </summary>
    /// <exception cref="InputException">As <see cref="Draw(int, ItemDivisionOptions)"/>, or no click is left to train with or to
    /// find.</exception>
    public static PreparedDataset Divide(PreparedDataset data, ItemDivisionOptions options)
    {
        if (!(options.WarmShare is >= 0 and < 0.5))
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"A share of {options.WarmShare} of the warm clicks for validation and for the test: give one below 0.5."));
        var (validationItems, testItems) = Draw(data.ItemCount, options);
        List<(int User, int Item)> warm = [], validation = [], test = [];
        foreach (var click in AllClicks(data))
            (validationItems[click.Item] ? validation : testItems[click.Item] ? test : warm).Add(click);
        int held = (int)Math.Round(options.WarmShare * warm.Count);
        int[] order = held == 0 ? [.. Enumerable.Range(0, warm.Count)]
            : new NumpyRandom(options.Seed + options.Draw).Permutation(warm.Count);
        test.AddRange(order.Take(held).Select(click => warm[click]));
        validation.AddRange(order.Skip(held).Take(held).Select(click => warm[click]));
        List<(int User, int Item)> train = [.. order.Skip(2 * held).Select(click => warm[click])];
        if (train.Count == 0 || test.Count == 0 || options.ValidationShare > 0 && validation.Count == 0)
            throw new InputException($"{data.Directory}: the division leaves no clicks on one side; give another share or seed.");
        CsrMatrix Matrix(List<(int User, int Item)> pairs) => CsrMatrix.FromPairs(data.UserIds.Length, data.ItemCount, pairs);
        var (shown, known) = (Matrix(train), Matrix(validation));
        string Text(double share) => share.ToString(CultureInfo.InvariantCulture);
        var manifest = data.Manifest with
        {
            Split = SplitKind.ColdItems,
            Seed = options.Seed,
            SplitSettings = new(StringComparer.Ordinal)
            {
                ["cold-share"] = Text(options.ColdShare), ["validation-share"] = Text(options.ValidationShare),
                ["warm-share"] = Text(options.WarmShare), ["draw"] = Text(options.Draw), [DividedData] = data.ManifestHash,
            },
        };
        return new(manifest, shown, validation.Count == 0 ? null : new(shown, known, 0),
            new(validation.Count == 0 ? shown : CsrMatrix.Union(shown, known), Matrix(test), 0), data.UserIds, data.Items,
            data.AddedAttributes);
    }

    /// <summary>The items without a click in training.</summary>
    public static bool[] Cold(CsrMatrix train) => Array.ConvertAll(train.ColumnCounts(), clicks => clicks == 0);

    private static int Count(double share, int items) => share is > 0 and < 1 ? (int)Math.Round(share * items) : 0;

    private static IEnumerable<(int User, int Item)> AllClicks(PreparedDataset data)
    {
        var pairs = new HashSet<(int User, int Item)>();
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
        return pairs.Order();
    }
}
