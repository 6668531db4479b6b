using System.IO.Compression;
using ManualVae.Data;
using ManualVae.Data.Export;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>Every format on a few lines of it, plain and gzip.</summary>
public class FormatTests
{
    public static TheoryData<bool> PlainAndGzip => [false, true];

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void MovieLens_100K_with_titles_and_genres(bool gzip) =>
        AssertFiveRatings(gzip, "movielens-100k", ("10", "Toy Story (1995)", "Animation|Children's|Comedy"),
        ("20", "Misérables, Les (1995)", "Drama"), ("30", "Nothing (1990)", null));

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void MovieLens_1M_with_titles_and_genres(bool gzip) =>
        AssertFiveRatings(gzip, "movielens-1m", ("10", "Star Wars: Episode IV (1977)", "Action|Sci-Fi"),
        ("20", "Misérables, Les (1995)", "Drama"), ("30", null, null));

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void MovieLens_CSV_with_titles_and_genres(bool gzip) =>
        AssertFiveRatings(gzip, "movielens", ("10", "American President, The (1995)", "Comedy|Drama"),
        ("20", "A \"Quoted\" Film (2000)", null), ("30", "Plain (1999)", "Drama"));

    [Theory]
    [InlineData("netflix-raw", false)]
    [InlineData("netflix-combined", false)]
    [InlineData("netflix-raw", true)]
    [InlineData("netflix-combined", true)]
    public void Netflix_in_either_layout_with_titles(string layout, bool gzip)
    {
        using var input = new Input(layout, gzip);
        var data = Import("netflix", input.Path, split: SplitKind.LeaveOneOut);
        Assert.Equal(["7", "8", "9"], data.UserIds);
        Assert.Equal(["1", "2"], data.ItemIds);
        Assert.Equal(["Dinosaur Planet (2003)", "Live, Laugh, Love"], data.ItemTitles.AsEnumerable());
        Assert.Equal([1], data.Train.RowColumns(0)); // user 7 saw film 2 first, film 1 later
        Assert.Equal([0], data.Test!.HeldOut.RowColumns(0));
    }

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void Million_Song_counts_any_play_as_a_click(bool gzip)
    {
        using var input = new Input("msd", gzip);
        var source = Source("msd", input.Path);
        Assert.Equal((2, 2, 3), (source.Users.Count, source.Items.Count, source.Train.Count));
        Assert.Equal("b80344d063b5ccb3212f76538f3d9e43d87dca9e", source.Users[0]);
        Assert.Equal([0, 1, 0], source.Train.Items);
    }

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void NCF_gives_the_test_its_negatives(bool gzip)
    {
        using var input = new Input("ncf", gzip);
        var data = Import("ncf", input.Path);
        Assert.Equal(SplitKind.LeaveOneOut, data.Manifest.Split);
        Assert.Equal(["0", "1", "2", "3", "4"], data.ItemIds);
        Assert.Null(data.Validation);
        Assert.Equal([2], data.Test!.HeldOut.RowColumns(0));
        Assert.Equal([0, 1], data.Test.FoldIn.RowColumns(0));
        Assert.Equal([3, 4], data.Test.Candidates!.RowColumns(0));
        Assert.Equal([0, 3], data.Test.Candidates.RowColumns(1)); // its own positive too, as in the published file
    }

    [Fact]
    public void Validation_can_be_carved_from_the_training_clicks()
    {
        var data = DatasetImport.Run(new ImportOptions
        {
            Format = "ncf", Input = TestData.Fixture("Data", "ncf"),
            CarveValidation = "one"
        });
        Assert.Equal([0], data.Train.RowColumns(0));
        Assert.Equal([1], data.Validation!.HeldOut.RowColumns(0)); // the later click of user 0
        Assert.Equal([1], data.Validation.HeldOut.RowColumns(1)); // the later click of user 1
        Assert.Equal([0, 1], data.Test!.FoldIn.RowColumns(0));
        // numpy: RandomState(98765), then choice(3, 2, replace=False) of items 2, 3, 4 and again of items 0, 3, 4
        Assert.Equal([2, 4], data.Validation.Candidates!.RowColumns(0));
        Assert.Equal([3, 4], data.Validation.Candidates.RowColumns(1));
        Assert.Equal(98765u, data.Manifest.Seed);
        using var folder = TestData.NewFolder();
        data.Save(folder["carved"]);
        Samples.AssertEqual(data.Validation, PreparedDataset.Open(folder["carved"]).Validation);
    }

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void LightGCN_is_a_weak_split(bool gzip)
    {
        using var input = new Input("lightgcn", gzip);
        var data = Import("lightgcn", input.Path);
        Assert.Equal(SplitKind.Weak, data.Manifest.Split);
        Assert.Equal(["0", "1", "2"], data.UserIds); // user 2 has no clicks and stays
        Samples.AssertEqual(new CsrMatrix(5, [0, 3, 4, 4], [0, 1, 2, 3]), data.Train);
        Samples.AssertEqual(new CsrMatrix(5, [0, 1, 1, 1], [3]), data.Validation!.HeldOut);
        Samples.AssertEqual(new CsrMatrix(5, [0, 4, 5, 5], [0, 1, 2, 3, 3]), data.Test!.FoldIn);
        Samples.AssertEqual(new CsrMatrix(5, [0, 1, 3, 3], [4, 0, 4]), data.Test.HeldOut);
    }

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void Pairs_in_three_files_are_a_weak_split_or_merge(bool gzip)
    {
        using var input = new Input("pairs-parts", gzip);
        var weak = Import("pairs", input.Path);
        Assert.Equal(SplitKind.Weak, weak.Manifest.Split);
        Assert.Equal(["3", "4", "5"], weak.ItemIds);
        Samples.AssertEqual(new CsrMatrix(3, [0, 2, 3, 4], [0, 2, 0, 1]), weak.Train);
        var notes = new List<string>();
        var strong = DatasetImport.Run(new ImportOptions
        {
            Format = "pairs", Input = input.Path, Split = SplitKind.Strong,
            HeldOutUsers = 1
        }, notes.Add);
        Assert.Equal((3, 1, 8L), (strong.Manifest.Counts.Users, strong.Train.Rows, strong.Manifest.Import.ClicksRead));
        Assert.Single(notes, note => note.StartsWith("merged", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(PlainAndGzip))]
    public void Pro_sg_is_a_strong_split_as_published(bool gzip)
    {
        using var input = new Input("pro-sg", gzip);
        var data = Import("pro-sg", input.Path);
        Assert.Equal(["7", "3", "5", "9"], data.UserIds);
        Assert.Equal(["100", "300", "200"], data.ItemIds);
        Samples.AssertEqual(new CsrMatrix(3, [0, 2, 4], [1, 2, 0, 1]), data.Train);
        Samples.AssertEqual(new EvaluationSplit(new CsrMatrix(3, [0, 1], [0]), new CsrMatrix(3, [0, 1], [1]), 2),
            data.Validation);
        Samples.AssertEqual(new EvaluationSplit(new CsrMatrix(3, [0, 2], [1, 2]), new CsrMatrix(3, [0, 1], [0]), 3), data.Test);
    }

    [Fact]
    public void Pro_sg_comes_back_through_export_in_the_order_of_original_ids()
    {
        using var folder = TestData.NewFolder();
        ProSgExport.Write(Import("pro-sg", TestData.Fixture("Data", "pro-sg")), folder["out"]);
        Assert.Equal("100\n300\n200\n", File.ReadAllText(folder["out", "unique_sid.txt"]));
        Assert.Equal("7\n3\n5\n9\n", File.ReadAllText(folder["out", "unique_uid.txt"]));
        // User 3 before user 7, item 200 before item 300.
        Assert.Equal("uid,sid\n1,0\n1,1\n0,2\n0,1\n", File.ReadAllText(folder["out", "train.csv"]));
        var again = Import("pro-sg", folder["out"]);
        Samples.AssertEqual(Import("pro-sg", TestData.Fixture("Data", "pro-sg")).Test, again.Test);
        var problem = Assert.Throws<InputException>(() => ProSgExport.Write(Samples.Weak(), folder["weak"]));
        Assert.Contains("Split strong", problem.Message);
    }

    [Theory]
    [InlineData("1 10\n1 20\n2 10\n")]
    [InlineData("1,10\n1,20\n2,10")]
    [InlineData("1;10;5\n1;20;4\n2;10;3\n")]
    [InlineData("1::10::5::100\r\n1::20::4::101\r\n2::10::3::102\r\n")]
    [InlineData("\n1\t10\n\n1\t20\n2\t10\n\n")]
    public void Pairs_in_any_separator(string text)
    {
        using var folder = TestData.NewFolder();
        var source = Source("pairs", folder.Write("clicks.txt", text));
        Assert.Equal([0, 0, 1], source.Train.Users);
        Assert.Equal([0, 1, 0], source.Train.Items);
        Assert.Equal(["10", "20"], [source.Items[0], source.Items[1]]);
    }

    [Fact]
    public void Csv_by_column_names_in_any_order_with_quotes_and_dates()
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("log.csv",
            "when;\"what\";who;stars\n2020-01-02;\"a;b\";Zoë;5\n2020-01-01;x;Zoë;4\n2020-01-03;x;Bob;2\n2019-01-01;y;Zoë;1\n");
        var data = DatasetImport.Run(new ImportOptions
        {
            Format = "csv", Input = path, Separator = ";", UserColumn = "who", ItemColumn = "what", RatingColumn = "stars",
            TimeColumn = "when",
            Filters = new ClickFilters { MinRating = 2 }, Split = SplitKind.LeaveOneOut,
        });
        Assert.Equal(["Bob", "Zoë"], data.UserIds);
        Assert.Equal(["a;b", "x"], data.ItemIds);
        Assert.Equal(1, data.Manifest.Import.BelowMinimumRating);
        Assert.Equal([1], data.Train.RowColumns(1));
        Assert.Equal([0], data.Test!.HeldOut.RowColumns(1));
    }

    [Fact]
    public void Repeated_pairs_are_merged_and_counted()
    {
        using var folder = TestData.NewFolder();
        var notes = new List<string>();
        var data = DatasetImport.Run(new ImportOptions
        {
            Format = "pairs", Input = folder.Write("c.tsv", "1\t5\n1\t5\n2\t5\n3\t6\n1\t5\n3\t5\n"), HeldOutUsers = 1,
        }, notes.Add);
        Assert.Equal((6L, 2L), (data.Manifest.Import.ClicksRead, data.Manifest.Import.DuplicatesMerged));
        Assert.Single(notes, note => note.StartsWith("merged 2 repeated", StringComparison.Ordinal));
    }

    private static void AssertFiveRatings(bool gzip, string format, params (string Id, string? Title, string? Genres)[] items)
    {
        using var input = new Input(format, gzip);
        var data = Import(format, input.Path, split: SplitKind.LeaveOneOut, minimumRating: 3.5);
        // 3.5 keeps user 1's second rating only in the half-star data.
        int kept = format == "movielens" ? 4 : 3;
        Assert.Equal((5L, 5L - kept), (data.Manifest.Import.ClicksRead, data.Manifest.Import.BelowMinimumRating));
        Assert.Equal(["1", "2"], data.UserIds);
        var known = items.ToDictionary(item => item.Id);
        Assert.All(Enumerable.Range(0, data.ItemCount), i =>
            Assert.Equal(known[data.ItemIds[i]], (data.ItemIds[i], data.ItemTitles[i], data.ItemGenres[i])));
        int thirty = Array.IndexOf(data.ItemIds, "30");
        Assert.Equal([thirty], data.Test!.HeldOut.RowColumns(1));
    }

    private static PreparedDataset Import(string format, string input, SplitKind? split = null, double? minimumRating = null) =>
        DatasetImport.Run(new ImportOptions
        {
            Format = format, Input = input, Split = split,
            Filters = new ClickFilters { MinRating = minimumRating }
        });

    private static ClickSource Source(string format, string input) =>
        ClickFormats.Read(new ImportOptions { Format = format, Input = input }, new SourceFiles(null, default));

    /// <summary>A fixture folder, or a copy of it with every file compressed.</summary>
    private sealed class Input : IDisposable
    {
        private readonly TemporaryFolder? _folder;

        public Input(string fixture, bool gzip)
        {
            Path = TestData.Fixture("Data", fixture);
            if (!gzip) return;
            _folder = TestData.NewFolder();
            foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
            {
                string target = _folder[System.IO.Path.GetRelativePath(Path, file) + ".gz"];
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                using var compressed = new GZipStream(File.Create(target), CompressionLevel.Fastest);
                compressed.Write(File.ReadAllBytes(file));
            }
            Path = _folder.Path;
        }

        public string Path { get; }

        public void Dispose() => _folder?.Dispose();
    }
}
