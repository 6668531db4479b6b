using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>The splits with known answers: what is held out, and that nothing held out is trained on.</summary>
public sealed class SplitTests : IDisposable
{
    // User, item, time. u1 clicks a to j at 1 to 10, u2 clicks a, c, e at 2, 3 and 30, u3 clicks b at 4.
    private static readonly (string User, string Item, int Time)[] Log =
    [
        .. Enumerable.Range(1, 10).Reverse().Select(t => ("u1", ((char)('a' + t - 1)).ToString(), t)),
        ("u2", "a", 2), ("u2", "c", 3), ("u2", "e", 30), ("u3", "b", 4),
    ];

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Leave_k_out_holds_out_the_last_clicks_and_leaves_one_in_training()
    {
        var data = Import(new() { Format = "", Input = "", Split = SplitKind.LeaveKOut, HeldOutClicks = 3 });
        Assert.Equal(["abcd", "a", "b"], Items(data, data.Train));
        Assert.Equal(["efg", "", ""], Items(data, data.Validation!.HeldOut));
        Assert.Equal(["hij", "ce", ""], Items(data, data.Test!.HeldOut));
        Assert.Null(data.Manifest.Seed);
        Assert.Equal("3", data.Manifest.SplitSettings!["heldOutClicks"]);
    }

    [Fact]
    public void A_ratio_holds_out_the_last_share_of_each_user()
    {
        var data = Import(new() { Format = "", Input = "", Split = SplitKind.Ratio, TestRatio = 0.3, ValidationRatio = 0.2 });
        Assert.Equal(["abcde", "a", "b"], Items(data, data.Train));
        Assert.Equal(["fg", "c", ""], Items(data, data.Validation!.HeldOut));
        Assert.Equal(["hij", "e", ""], Items(data, data.Test!.HeldOut));
    }

    [Theory]
    [InlineData(SplitKind.Ratio)]
    [InlineData(SplitKind.LeaveKOut)]
    [InlineData(SplitKind.LeaveOneOut)]
    public void Without_times_the_held_out_clicks_are_drawn_with_the_seed(SplitKind split)
    {
        var notes = new List<string>();
        var options = new ImportOptions { Format = "", Input = "", Split = split, HeldOutClicks = 2 };
        PreparedDataset one = Import(options, times: false, notes.Add), same = Import(options, times: false),
            other = Import(options with { Seed = 7 }, times: false);
        Assert.Contains(notes, note => note.Contains("drawn with the seed", StringComparison.Ordinal));
        Assert.Equal(98765ul, one.Manifest.Seed);
        Assert.Equal("drawn", one.Manifest.SplitSettings!["holdOut"]);
        Assert.Equal(Items(one, one.Test!.HeldOut), Items(same, same.Test!.HeldOut));
        Assert.NotEqual(Items(one, one.Test!.HeldOut), Items(other, other.Test!.HeldOut));
        HoldsEachClickOnce(one);
        int[] sizes = split switch
        {
            SplitKind.LeaveOneOut => [1, 1, 0],
            SplitKind.LeaveKOut => [2, 2, 0],
            _ => [2, 1, 0],
        };
        Assert.Equal(sizes, Enumerable.Range(0, 3).Select(one.Test!.HeldOut.RowLength));
    }

    [Fact]
    public void Folds_of_clicks_test_each_click_once()
    {
        var tested = new List<string>();
        for (int fold = 1; fold <= 4; fold++)
        {
            var data = Import(new() { Format = "", Input = "", Split = SplitKind.Ratio, Fold = $"{fold}/4" });
            HoldsEachClickOnce(data);
            tested.AddRange(Clicks(data, data.Test!.HeldOut, 0));
            var next = Import(new() { Format = "", Input = "", Split = SplitKind.Ratio, Fold = $"{(fold % 4) + 1}/4" });
            Assert.Equal(Items(next, next.Test!.HeldOut), Items(data, data.Validation!.HeldOut));
        }
        Assert.Equal(All, tested.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Folds_of_users_test_each_user_once_and_train_on_none_of_them()
    {
        string log = _folder.Write("log.tsv",
            string.Concat(Enumerable.Range(10, 23).SelectMany(u => Enumerable.Range(0, 6).Select(i => $"{u}\t{i}\n"))));
        var tested = new List<string>();
        for (int fold = 1; fold <= 5; fold++)
        {
            var data = DatasetImport.Run(new() { Format = "pairs", Input = log, Fold = $"{fold}/5" });
            Assert.Equal(23, data.UserIds.Distinct().Count());
            Assert.Equal(23, data.Train.Rows + data.Validation!.HeldOut.Rows + data.Test!.HeldOut.Rows);
            Assert.Equal(data.Test.HeldOut.Rows, (int)data.Test.HeldOut.EntryCount); // int(0.2 x 6) each
            tested.AddRange(data.UserIds[data.Test.FirstUser..]);
        }
        Assert.Equal(Enumerable.Range(10, 23).Select(u => $"{u}"), tested.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_cut_trains_on_nothing_from_its_moment_on()
    {
        var data = Import(new()
        {
            Format = "", Input = "", Split = SplitKind.Temporal, TrainFrom = "2", ValidationFrom = "4", TestFrom = "8",
            TestUntil = "1970-01-01T00:00:10Z",
        });
        Assert.Equal(["bc", "ac", ""], Items(data, data.Train));
        Assert.Equal(["defg", "", "b"], Items(data, data.Validation!.HeldOut));
        Assert.Equal(["hi", "", ""], Items(data, data.Test!.HeldOut));
    }

    [Fact]
    public void A_cut_without_a_moment_for_validation_takes_the_latest_share_before_it()
    {
        var data = Import(new() { Format = "", Input = "", Split = SplitKind.Temporal, TestFrom = "10", ValidationRatio = 0.25 });
        Assert.Equal(["j", "e", ""], Items(data, data.Test!.HeldOut));
        Assert.Equal(["ghi", "", ""], Items(data, data.Validation!.HeldOut)); // 3 of the 12 clicks before
    }

    [Fact]
    public void Moments_out_of_order_are_refused()
    {
        var problem = Assert.Throws<InputException>(() => Import(
            new() { Format = "", Input = "", Split = SplitKind.Temporal, TestFrom = "5", ValidationFrom = "8" }));
        Assert.Contains("TestFrom 5: must be later than ValidationFrom 8", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_split_all_clicks_are_for_training()
    {
        var data = Import(new() { Format = "", Input = "", Split = SplitKind.None });
        Assert.Equal(["abcdefghij", "ace", "b"], Items(data, data.Train));
        Assert.True(data is { Validation: null, Test: null });
        var saved = data.Save(_folder["none"]);
        Assert.Equal(saved.ManifestHash, PreparedDataset.Open(_folder["none"]).ManifestHash);
    }

    [Fact]
    public void Without_a_split_ready_made_parts_are_merged_for_service()
    {
        _folder.Write("parts/train.txt", "u1 a b\nu2 c\n");
        _folder.Write("parts/test.txt", "u1 c\n");
        var merged = DatasetImport.Run(new() { Format = "lightgcn", Input = _folder["parts"], Split = SplitKind.None });
        Assert.Equal(["abc", "c"], Items(merged, merged.Train));
    }

    private static IEnumerable<string> All => Log.Select(click => click.User + click.Item).Order(StringComparer.Ordinal);

    private static void HoldsEachClickOnce(PreparedDataset data) => Assert.Equal(All,
        new[] { data.Train, data.Validation!.HeldOut, data.Test!.HeldOut }.SelectMany(part => Clicks(data, part, 0))
            .Order(StringComparer.Ordinal));

    private PreparedDataset Import(ImportOptions options, bool times = true, Action<string>? note = null)
    {
        string log = _folder.Write("log.tsv",
            string.Concat(Log.Select(c => times ? $"{c.User}\t{c.Item}\t1\t{c.Time}\n" : $"{c.User}\t{c.Item}\n")));
        return DatasetImport.Run(options with { Format = "pairs", Input = log }, note);
    }

    private static string[] Items(PreparedDataset data, CsrMatrix matrix) => [.. Enumerable.Range(0, matrix.Rows)
        .Select(row => string.Concat(matrix.RowColumns(row).ToArray().Select(item => data.ItemIds[item])))];

    private static IEnumerable<string> Clicks(PreparedDataset data, CsrMatrix matrix, int firstUser) =>
        Enumerable.Range(0, matrix.Rows).SelectMany(row => matrix.RowColumns(row).ToArray()
            .Select(item => data.UserIds[firstUser + row] + data.ItemIds[item]));
}
