using ManualVae.Data;
using ManualVae.Data.Import;
using ManualVae.Data.Synthetic;
using Xunit;

namespace ManualVae.Tests.Data.Synthetic;

public class SyntheticClicksTests
{
    private static readonly PreparedDataset Small = SyntheticClicks.Generate(SyntheticShape.Small);

    [Fact]
    public void The_shape_is_met_exactly()
    {
        var counts = Small.Manifest.Counts;
        Assert.Equal((4_000, 3_200, 400, 400, 1_200),
            (counts.Users, counts.TrainUsers, counts.ValidationUsers, counts.TestUsers, counts.Items));
        Assert.Equal(200_000, counts.TrainClicks + counts.ValidationFoldInClicks + counts.ValidationHeldOutClicks
            + counts.TestFoldInClicks + counts.TestHeldOutClicks);
        Assert.DoesNotContain(0, Small.Train.ColumnCounts());
        Assert.True(DatasetSummary.Of(Small).Activity.Minimum >= SyntheticShape.Small.FewestUserClicks);
    }

    [Fact]
    public void The_seed_decides_everything()
    {
        var again = SyntheticClicks.Generate(SyntheticShape.Small);
        Samples.AssertEqual(Small.Train, again.Train);
        Samples.AssertEqual(Small.Test, again.Test);
        Assert.Equal(Small.ItemTitles, again.ItemTitles);
        Assert.NotEqual(Small.Train.ColumnIndices.ToArray(),
            SyntheticClicks.Generate(SyntheticShape.Small, seed: 1).Train.ColumnIndices.ToArray());
    }

    [Fact]
    public void Held_out_clicks_are_a_fifth_and_never_shown()
    {
        var test = Small.Test!;
        for (int row = 0; row < test.FoldIn.Rows; row++)
        {
            int shown = test.FoldIn.RowLength(row), held = test.HeldOut.RowLength(row);
            Assert.Equal((int)(0.2 * (shown + held)), held);
            foreach (int item in test.HeldOut.RowColumns(row)) Assert.False(test.FoldIn.Contains(row, item));
        }
    }

    [Fact]
    public void Titles_and_genres_can_be_read()
    {
        Assert.Equal(Small.ItemCount, Small.ItemTitles.Distinct().Count());
        Assert.All(Small.ItemTitles, title => Assert.Matches(@"^The [A-Z].* \((19|20)\d\d\)$", title));
        Assert.All(Small.ItemGenres, genres => Assert.False(string.IsNullOrEmpty(genres)));
        Assert.Equal(18, Small.ItemGenres.Select(genres => genres!.Split('|')[0]).Distinct().Count());
    }

    [Fact]
    public void Tastes_are_worth_learning()
    {
        var (train, test) = (Small.Train, Small.Test!);
        int items = train.Columns;
        int[] popularity = train.ColumnCounts();
        var together = new float[items, items];
        for (int user = 0; user < train.Rows; user++)
            foreach (int a in train.RowColumns(user))
                foreach (int b in train.RowColumns(user))
                    together[a, b]++;
        double popular = 0, personal = 0;
        int users = 0;
        for (int row = 0; row < test.FoldIn.Rows; row++)
        {
            if (test.HeldOut.RowLength(row) == 0) continue;
            var score = new double[items];
            foreach (int liked in test.FoldIn.RowColumns(row))
                for (int item = 0; item < items; item++)
                    score[item] += together[liked, item] / Math.Sqrt((double)popularity[liked] * popularity[item]);
            popular += Recall(item => popularity[item], test, row);
            personal += Recall(item => score[item], test, row);
            users++;
        }
        (popular, personal) = (popular / users, personal / users);
        Assert.True(personal > 1.5 * popular, $"Recall@20: neighbours {personal:0.000}, popularity {popular:0.000}");
        Assert.InRange(popular, 0.03, 0.3);
    }

    [Fact]
    public void The_smallest_shapes_can_be_made()
    {
        var shape = SyntheticShape.Small with
        {
            Users = 12,
            Items = 10,
            Interactions = 58,
            HeldOutUsers = 2,
            Factors = 30,
            FewestUserClicks = 2
        };
        var data = SyntheticClicks.Generate(shape);
        Assert.Equal(58, DatasetSummary.Of(data).Clicks);
        Assert.Equal(5, DatasetSummary.Of(data).Activity.Maximum);
    }

    [Theory]
    [InlineData(2, 100, 50, 1, "Users")]
    [InlineData(100, 5, 500, 10, "Items")]
    [InlineData(100, 100, 10, 10, "Interactions")]
    [InlineData(100, 100, 100_000, 10, "Interactions")]
    [InlineData(100, 100, 2_000, 50, "HeldOutUsers")]
    public void An_impossible_shape_is_refused_by_the_name_of_its_setting(int users, int items, long interactions, int heldOut,
        string names)
    {
        var shape = SyntheticShape.Small with
        {
            Users = users,
            Items = items,
            Interactions = interactions,
            HeldOutUsers = heldOut
        };
        Assert.StartsWith(names, Assert.Throws<InputException>(() => SyntheticClicks.Generate(shape)).Message);
    }

    [Fact]
    public void The_presets_have_the_published_counts()
    {
        Assert.Equal((136_677, 20_108, 9_990_682L), Counts("ml-20m"));
        Assert.Equal((463_435, 17_769, 56_900_000L), Counts("netflix"));
        Assert.Equal((571_355, 41_140, 33_600_000L), Counts("msd"));
        foreach (var shape in SyntheticShape.Presets.Values) shape.Validate();
        static (int, int, long) Counts(string name) =>
            (SyntheticShape.Presets[name].Users, SyntheticShape.Presets[name].Items, SyntheticShape.Presets[name].Interactions);
    }

    /// <summary>
    /// Against the held-out halves of the real validation and test users: cumulative popularity within 2.5 points at every
    /// rank, clicks of a user within a sixth at every quantile.
    /// </summary>
    [FactWithData("ml-20m-fragments")]
    public void MovieLens_20M_is_close_to_its_fragments()
    {
        int[] realPopularity = new int[20_108], ourPopularity = new int[20_108];
        var realActivity = new Dictionary<int, int>();
        var files = new SourceFiles(null, default);
        foreach (string part in new[] { "validation_te.csv.gz", "test_te.csv.gz" })
        {
            using var table = new TableReader(files, TestData.PathOf("ml-20m-fragments", part), ",", hasHeader: true);
            while (table.Read())
            {
                int user = (int)table.Number(0, "uid");
                realPopularity[(int)table.Number(1, "sid")]++;
                realActivity[user] = realActivity.GetValueOrDefault(user) + 1;
            }
        }
        var ours = SyntheticClicks.Generate(SyntheticShape.MovieLens20M);
        var ourActivity = new List<int>();
        foreach (var part in new[] { ours.Validation!, ours.Test! })
        {
            foreach (int item in part.HeldOut.ColumnIndices) ourPopularity[item]++;
            for (int row = 0; row < part.HeldOut.Rows; row++) ourActivity.Add(part.HeldOut.RowLength(row));
        }
        Assert.Equal(282_289, realPopularity.Sum());
        Assert.InRange(ourPopularity.Sum(), 270_000, 295_000);
        double[] real = Cumulative(realPopularity), made = Cumulative(ourPopularity);
        for (int rank = 0; rank < real.Length; rank++)
            Assert.True(Math.Abs(real[rank] - made[rank]) < 0.025, $"rank {rank}: {real[rank]:0.000} against {made[rank]:0.000}");
        int[] realSorted = [.. realActivity.Values.Order()], madeSorted = [.. ourActivity.Order()];
        foreach (double share in new[] { .25, .5, .75, .9, .95, .99 })
        {
            int a = realSorted[(int)(share * realSorted.Length)], b = madeSorted[(int)(share * madeSorted.Length)];
            Assert.True(Math.Abs(a - b) <= Math.Max(1, a / 6), $"quantile {share}: {a} against {b}");
        }
    }

    private static double[] Cumulative(int[] counts)
    {
        int[] sorted = [.. counts.OrderDescending()];
        double total = sorted.Sum(), sum = 0;
        return [.. sorted.Select(count => (sum += count) / total)];
    }

    private static double Recall(Func<int, double> score, EvaluationSplit test, int row)
    {
        var best = Enumerable.Range(0, test.FoldIn.Columns).Where(item =>
            !test.FoldIn.Contains(row, item)).OrderByDescending(score).Take(20);
        return (double)best.Count(item => test.HeldOut.Contains(row, item)) / Math.Min(20, test.HeldOut.RowLength(row));
    }
}
