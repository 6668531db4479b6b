using FsCheck;
using FsCheck.Fluent;
using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>What must hold for any click log: filters against a naive oracle, splits by their invariants.</summary>
public class SplitPropertyTests
{
    private sealed record Click(int User, int Item, int Time);

    /// <summary>Logs of 3 to 14 users, up to 12 items and up to 150 clicks, repeated pairs among them.</summary>
    private static readonly Arbitrary<Click[]> Logs = Arb.From(
        from users in Gen.Choose(3, 14)
        from items in Gen.Choose(1, 12)
        from clicks in (from user in Gen.Choose(1, users)
                        from item in Gen.Choose(1, items)
                        from time in Gen.Choose(0, 20)
                        select new Click(user * 7 % 100, item, time)).ListOf()
        select Enumerable.Range(1, users).Select(user => new Click(user * 7 % 100, 1, 0)).Concat(clicks).Take(150).ToArray());

    [Fact]
    public void Filters_agree_with_a_naive_oracle() =>
        Prop.ForAll(Logs, Arb.From(Gen.Choose(0, 4)), Arb.From(Gen.Choose(0, 4)), (clicks, minItem, minUser) =>
    {
        var log = new ClickLog();
        foreach (var click in clicks) log.Add(click.User, click.Item);
        Assert.Equal(clicks.Length - clicks.Distinct(SamePair.Instance).Count(), log.MergeDuplicates(100, 13));
        var pairs = clicks.Distinct(SamePair.Instance).ToList();
        pairs = [.. pairs.GroupBy(c => c.Item).Where(g => g.Count() >= minItem).SelectMany(g => g)];
        pairs = [.. pairs.GroupBy(c => c.User).Where(g => g.Count() >= minUser).SelectMany(g => g)];
        int before = log.Count;
        int removed = FilterPass.Apply(log, 100, 13,
            new ClickFilters { MinItemClicks = minItem, MinUserClicks = minUser });
        Assert.Equal(before - pairs.Count, removed);
        Assert.Equal(pairs.Select(c => (c.User, c.Item)).Order(), Pairs(log).Order());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_core_has_no_sparse_user_or_item_and_is_the_largest() =>
        Prop.ForAll(Logs, Arb.From(Gen.Choose(2, 4)), (clicks, k) =>
    {
        var log = new ClickLog();
        foreach (var click in clicks.Distinct(SamePair.Instance)) log.Add(click.User, click.Item);
        var rest = Pairs(log);
        FilterPass.Apply(log, 100, 13, new ClickFilters { KCore = k });
        // The oracle takes away one click at a time, in another order; the core does not depend on it.
        while (rest.FindIndex(p =>
            rest.Count(q => q.User == p.User) < k || rest.Count(q => q.Item == p.Item) < k) is >= 0 and var sparse)
            rest.RemoveAt(sparse);
        Assert.Equal(rest.Order(), Pairs(log).Order());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_strong_split_shows_and_hides_each_click_once() =>
        Prop.ForAll(Logs, Arb.From(Gen.Choose(0, int.MaxValue)), (clicks, seed) =>
    {
        var data = Import(clicks, SplitKind.Strong, (uint)seed);
        var known = new HashSet<string>(data.ItemIds);
        int[] train = data.Train.ColumnCounts();
        Assert.DoesNotContain(0, train); // items are those of training users
        Assert.Equal(clicks.Select(c => $"{c.User}").Distinct().Order(), data.UserIds.Order());
        long dropped = 0;
        for (int user = 0; user < data.UserIds.Length; user++)
        {
            var own = clicks.Where(c => $"{c.User}" == data.UserIds[user]).Select(c => $"{c.Item}").Distinct().ToHashSet();
            dropped += own.Count(item => !known.Contains(item));
            own.IntersectWith(known);
            if (user < data.Train.Rows)
            {
                Assert.Equal(own.Order(), Names(data, data.Train, user).Order());
                continue;
            }
            var part = user < data.Test!.FirstUser ? data.Validation! : data.Test;
            string[] shown = Names(data, part.FoldIn, user - part.FirstUser),
                hidden = Names(data, part.HeldOut, user - part.FirstUser);
            Assert.Equal(own.Order(), shown.Concat(hidden).Order()); // disjoint, since the union has no repetition
            Assert.Equal(own.Count < 5 ? 0 : (int)(0.2 * own.Count), hidden.Length);
        }
        Assert.Equal(dropped, data.Manifest.Import.UnknownItemsDropped);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Leave_one_out_hides_the_last_clicks_of_each_user() => Prop.ForAll(Logs, clicks =>
    {
        var data = Import(clicks, SplitKind.LeaveOneOut);
        for (int user = 0; user < data.UserIds.Length; user++)
        {
            // Repeated pairs count at their earliest time.
            var times = clicks.Where(c => $"{c.User}" == data.UserIds[user]).OrderBy(c => c.Time).DistinctBy(c => c.Item)
                .ToDictionary(c => $"{c.Item}", c => c.Time);
            string[] test = Names(data, data.Test!.HeldOut, user), validation = Names(data, data.Validation!.HeldOut, user),
                train = Names(data, data.Train, user);
            Assert.Equal((times.Count >= 2 ? 1 : 0, times.Count >= 3 ? 1 : 0), (test.Length, validation.Length));
            string[] inOrder = [.. train.OrderBy(item => times[item]), .. validation, .. test];
            Assert.Equal(times.Values, inOrder.Select(item => times[item])); // which of equal times is left open
            Assert.Equal(times.Keys.Order(), inOrder.Order());
            Assert.Equal(train.Concat(validation).Order(), Names(data, data.Test.FoldIn, user).Order());
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_test_click_of_a_temporal_split_is_older_than_a_training_click() => Prop.ForAll(Logs, clicks =>
    {
        var data = Import(clicks, SplitKind.Temporal);
        var time = clicks.OrderBy(c => c.Time).DistinctBy(c => (c.User, c.Item))
            .ToDictionary(c => ($"{c.User}", $"{c.Item}"), c => c.Time);
        int[] Times(CsrMatrix matrix) => [.. Enumerable.Range(0, matrix.Rows)
            .SelectMany(user => Names(data, matrix, user).Select(item => time[(data.UserIds[user], item)]))];
        int[] train = Times(data.Train), validation = Times(data.Validation!.HeldOut), test = Times(data.Test!.HeldOut);
        Assert.Equal(time.Count, train.Length + validation.Length + test.Length);
        Assert.Equal((int)Math.Round(0.2 * time.Count), test.Length);
        Assert.True(train.Max() <= validation.Concat(test).DefaultIfEmpty(int.MaxValue).Min());
        Assert.True(validation.DefaultIfEmpty(int.MinValue).Max() <= test.DefaultIfEmpty(int.MaxValue).Min());
    }).QuickCheckThrowOnFailure();

    /// <summary>
    /// Against an independent transcription of the published preparation, with numpy (Fixtures/Data/liang-split/make.py), on a
    /// file whose users and items come in no order: every id list and every matrix.
    /// </summary>
    [Fact]
    public void A_strong_split_is_that_of_the_published_preparation()
    {
        string fixture = TestData.Fixture("Data", "liang-split");
        var ours = DatasetImport.Run(new ImportOptions
        {
            Format = "movielens", Input = fixture, HeldOutUsers = 6,
            Filters = new ClickFilters { MinRating = 4, MinItemClicks = 3, MinUserClicks = 5 },
        });
        var published = DatasetImport.Run(new ImportOptions { Format = "pro-sg", Input = fixture });
        Assert.Equal(published.UserIds, ours.UserIds);
        Assert.Equal(published.ItemIds, ours.ItemIds);
        Samples.AssertEqual(published.Train, ours.Train);
        Samples.AssertEqual(published.Validation, ours.Validation);
        Samples.AssertEqual(published.Test, ours.Test);
    }

    private static PreparedDataset Import(Click[] clicks, SplitKind split, uint seed = 98765)
    {
        using var folder = TestData.NewFolder();
        string path = folder.Write("clicks.tsv", string.Concat(clicks.Select(c => $"{c.User}\t{c.Item}\t1\t{c.Time}\n")));
        return DatasetImport.Run(new ImportOptions
        {
            Format = "pairs", Input = path, Split = split, Seed = seed, HeldOutUsers = split == SplitKind.Strong ? 1 : null,
        });
    }

    private static string[] Names(PreparedDataset data, CsrMatrix matrix, int row)
    {
        int[] columns = matrix.RowColumns(row).ToArray();
        return [.. columns.Select(column => data.ItemIds[column])];
    }

    private static List<(int User, int Item)> Pairs(ClickLog log)
    {
        var pairs = new List<(int, int)>();
        for (int i = 0; i < log.Count; i++) pairs.Add((log.Users[i], log.Items[i]));
        return pairs;
    }

    private sealed class SamePair : IEqualityComparer<Click>
    {
        public static readonly SamePair Instance = new();
        public bool Equals(Click? x, Click? y) => x?.User == y?.User && x?.Item == y?.Item;
        public int GetHashCode(Click click) => HashCode.Combine(click.User, click.Item);
    }
}
