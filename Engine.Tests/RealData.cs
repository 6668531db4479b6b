using System.Globalization;
using System.IO.Compression;
using ManualVae.Data;

namespace ManualVae.Tests;

/// <summary>The real datasets as matrices, read as plainly as possible: an independent check of the import, too.</summary>
internal static class RealData
{
    /// <summary>ml-1m-strong: training users, and the validation and test parts.</summary>
    public static (CsrMatrix Train, EvaluationSplit Validation, EvaluationSplit Test) Ml1mStrong()
    {
        const string set = "ml-1m-strong";
        int items = Lines(set, "unique_sid.txt.gz").Count();
        CsrMatrix Part(string file, int firstUser, int users) => CsrMatrix.FromPairs(
            users, items, [.. Pairs(set, file, ',', skip: 1).Select(p => (p.User - firstUser, p.Item))]);
        return (Part("train.csv.gz", 0, 4949),
            new(Part("validation_tr.csv.gz", 4949, 500), Part("validation_te.csv.gz", 4949, 500), 4949),
            new(Part("test_tr.csv.gz", 5449, 500), Part("test_te.csv.gz", 5449, 500), 5449));
    }

    /// <summary>ncf-ml-1m: the training clicks, which are the fold-in too, and the test part with its candidates.</summary>
    public static (CsrMatrix Train, EvaluationSplit Test) NcfMl1m()
    {
        const string set = "ncf-ml-1m";
        const int users = 6040, items = 3706;
        var train = CsrMatrix.FromPairs(users, items, [.. Pairs(set, "train.tsv.gz", '\t')]);
        var heldOut = CsrMatrix.FromPairs(users, items, [.. Pairs(set, "ml-1m.test.rating.gz", '\t')]);
        var candidates = CsrMatrix.FromPairs(users, items, [.. Lines(set, "ml-1m.test.negative.gz").SelectMany((line, user) =>
            line.Split('\t', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(item => (user, Number(item))))]);
        return (train, new(train, heldOut, 0, candidates));
    }

    /// <summary>diffrec-ml-1m-clean: the training clicks, and the test part, which also excludes validation clicks.</summary>
    public static (CsrMatrix Train, EvaluationSplit Test) DiffRecMl1m()
    {
        const string set = "diffrec-ml-1m-clean";
        const int users = 5949, items = 2810;
        (int, int)[] train = [.. Pairs(set, "train.tsv.gz", '\t')];
        var seen = CsrMatrix.FromPairs(users, items, [.. train, .. Pairs(set, "valid.tsv.gz", '\t')]);
        var shown = CsrMatrix.FromPairs(users, items, train);
        return (shown, new(shown, CsrMatrix.FromPairs(users, items, [.. Pairs(set, "test.tsv.gz", '\t')]), 0, Excluded: seen));
    }

    /// <summary>ml-1m: all clicks, and the genres of each item.</summary>
    public static (CsrMatrix Clicks, ItemAttribute[] Genres) Ml1m()
    {
        (int User, int Item)[] pairs = [.. Pairs("ml-1m", "interactions.tsv.gz", '\t')];
        int[] items = [.. pairs.Select(p => p.Item).Distinct().Order()];
        var index = items.Index().ToDictionary(i => i.Item, i => i.Index);
        return (CsrMatrix.FromPairs(6040, items.Length, [.. pairs.Select(p => (p.User - 1, index[p.Item]))]),
            Genres([.. items.Select(item => item.ToString(CultureInfo.InvariantCulture))]));
    }

    /// <summary>The genres of the items of ml-1m-strong.</summary>
    public static ItemAttribute[] Ml1mStrongGenres() => Genres([.. Lines("ml-1m-strong", "unique_sid.txt.gz")]);

    // movies.dat: id::title::genre|genre
    private static ItemAttribute[] Genres(string[] ids)
    {
        var genres = Lines("ml-1m", "movies.dat.gz").Select(line => line.Split("::")).ToDictionary(p => p[0], p => p[2]);
        return [ItemAttribute.Genres(new ItemList(ids, null, [.. ids.Select(id => genres.GetValueOrDefault(id))]))!];
    }

    private static IEnumerable<(int User, int Item)> Pairs(string set, string file, char separator, int skip = 0) =>
        Lines(set, file).Skip(skip).Select(line => line.Split(separator)).Select(p => (Number(p[0]), Number(p[1])));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Lines(string set, string file)
    {
        var stream = File.OpenRead(TestData.PathOf(set, file));
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line) yield return line;
    }
}
