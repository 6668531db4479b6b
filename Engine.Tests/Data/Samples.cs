using FsCheck;
using FsCheck.Fluent;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

/// <summary>Small datasets that the data tests share.</summary>
internal static class Samples
{
    /// <summary>Random binary or weighted matrices of awkward shapes: empty rows, full rows, no rows, no columns.</summary>
    public static Arbitrary<CsrMatrix> Matrices { get; } = Arb.From(
        from rows in Gen.Choose(0, 9)
        from columns in Gen.Choose(0, 9)
        from density in Gen.Choose(0, 4)
        from seed in Gen.Choose(0, int.MaxValue)
        select Matrix(rows, columns, density / 4.0, seed, values: (seed & 1) == 0));

    /// <summary>A random matrix; every cell holds a click with the given probability.</summary>
    public static CsrMatrix Matrix(int rows, int columns, double density, int seed, bool values = false)
    {
        var random = new Random(seed);
        var offsets = new long[rows + 1];
        var indices = new List<int>();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                if (random.NextDouble() < density) indices.Add(column);
            offsets[row + 1] = indices.Count;
        }
        return new CsrMatrix(columns, offsets, [.. indices], values ? [.. indices.Select(_ => random.NextSingle())] : null);
    }

    /// <summary>Strong generalisation: 5 training users, 2 for validation, 3 for the test, 6 items.</summary>
    public static PreparedDataset Strong() => new(
        new DatasetManifest { Source = new DatasetSource("pairs", "sample"), Split = SplitKind.Strong, Seed = 98765 },
        Matrix(5, 6, 0.5, 1),
        new EvaluationSplit(Matrix(2, 6, 0.5, 2), Matrix(2, 6, 0.2, 3), 5),
        new EvaluationSplit(Matrix(3, 6, 0.5, 4), Matrix(3, 6, 0.2, 5), 7),
        [.. Enumerable.Range(0, 10).Select(u => $"u{u}")],
        new ItemList([.. Enumerable.Range(0, 6).Select(i => $"i{i}")], ["First", "Tab\there", null, "Ünï", null, "Last"]));

    /// <summary>Weak generalisation with candidates: 4 users, 6 items.</summary>
    public static PreparedDataset Weak()
    {
        CsrMatrix train = Matrix(4, 6, 0.4, 1), validation = Matrix(4, 6, 0.2, 2);
        return new PreparedDataset(
            new DatasetManifest { Source = new DatasetSource("ncf", "sample"), Split = SplitKind.Weak },
            train,
            new EvaluationSplit(train, validation, 0),
            new EvaluationSplit(CsrMatrix.Union(train, validation), Matrix(4, 6, 0.2, 3), 0, Matrix(4, 6, 0.5, 4)),
            ["a", "b", "c", "d"],
            new ItemList(["0", "1", "2", "3", "4", "5"]));
    }

    /// <summary>Asserts that two matrices are equal to the last bit.</summary>
    public static void AssertEqual(CsrMatrix expected, CsrMatrix actual)
    {
        Assert.Equal((expected.Rows, expected.Columns, expected.IsBinary), (actual.Rows, actual.Columns, actual.IsBinary));
        Assert.Equal(expected.RowOffsets, actual.RowOffsets);
        Assert.Equal(expected.ColumnIndices, actual.ColumnIndices);
        Assert.Equal(expected.Values, actual.Values);
    }

    /// <summary>Asserts that two parts are equal.</summary>
    public static void AssertEqual(EvaluationSplit? expected, EvaluationSplit? actual)
    {
        Assert.Equal(expected is null, actual is null);
        if (expected is null || actual is null) return;
        Assert.Equal(expected.FirstUser, actual.FirstUser);
        AssertEqual(expected.FoldIn, actual.FoldIn);
        AssertEqual(expected.HeldOut, actual.HeldOut);
        Assert.Equal(expected.Candidates is null, actual.Candidates is null);
        if (expected.Candidates is not null) AssertEqual(expected.Candidates, actual.Candidates!);
    }

    /// <summary>Names of all entries below a folder, temporary ones included.</summary>
    public static string[] Entries(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(p =>
            Path.GetRelativePath(folder, p)).Order()];
}
