using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Data.Synthetic;
using ManualVae.Models.Baselines;
using ManualVae.Serving;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Serving;

public class RecommenderTests
{
    private static readonly PreparedDataset Data = SyntheticClicks.Generate(
        SyntheticShape.Small with { Users = 400, Items = 120, Interactions = 8000, HeldOutUsers = 40 });

    private static readonly ItemItemModel Ease = ManualVae.Models.Baselines.Ease.Fit(Data.Train, new EaseSettings());

    [Fact]
    public void A_user_is_recommended_nothing_that_is_known_of_them()
    {
        using var recommender = new Recommender(Ease, Data);
        string user = Data.UserIds[^1];
        var answer = recommender.Recommend(user, top: Data.ItemCount);
        var test = Data.Test!;
        int row = Data.UserIds.Length - 1 - test.FirstUser;
        int known = test.FoldIn.RowLength(row) + test.HeldOut.RowLength(row);
        Assert.Equal(known, answer.History.Count);
        Assert.Equal(Data.ItemCount - known, answer.Items.Count);
        Assert.Empty(answer.Items.Select(item => item.Id).Intersect(answer.History));
    }

    [Fact]
    public void A_history_may_hide_what_an_evaluation_has_to_find()
    {
        using var recommender = new Recommender(Ease, Data, hideHeldOut: true);
        var test = Data.Test!;
        int row = test.FoldIn.Rows - 1;
        var answer = recommender.Recommend(Data.UserIds[^1], top: Data.ItemCount);
        Assert.Equal(test.FoldIn.RowColumns(row).ToArray().Select(item => Data.ItemIds[item]), answer.History);
        Assert.Subset(answer.Items.Select(item => item.Id).ToHashSet(),
            test.HeldOut.RowColumns(row).ToArray().Select(item => Data.ItemIds[item]).ToHashSet());
    }

    [Fact]
    public void Somebody_new_gets_the_list_of_a_user_with_the_same_clicks()
    {
        using var recommender = new Recommender(Ease, Data);
        var user = recommender.Recommend(Data.UserIds[3]);
        var visitor = recommender.Recommend([.. user.History]);
        Assert.Equal(user.Items, visitor.Items);
    }

    [Fact]
    public void Unknown_ids_are_skipped_and_reported()
    {
        using var recommender = new Recommender(Ease, Data);
        string[] clicked = [Data.ItemIds[0], Data.ItemIds[5]];
        var answer = recommender.Recommend([.. clicked, "never heard of"]);
        Assert.Equal(["never heard of"], answer.Unknown);
        Assert.Equal(recommender.Recommend(clicked).Items, answer.Items);
    }

    [Fact]
    public void Without_clicks_the_most_popular_items_are_recommended()
    {
        using var recommender = new Recommender(Ease, Data);
        int[] counts = Data.Train.ColumnCounts();
        var answer = recommender.Recommend((string[])[], top: 5);
        Assert.True(answer.FromPopularity);
        Assert.Equal(counts.OrderDescending().Take(5).Select(count => (float)count), answer.Items.Select(item => item.Score));
    }

    [Fact]
    public void Seen_items_are_recommended_if_asked_for()
    {
        using var recommender = new Recommender(Ease, Data);
        var answer = recommender.Recommend(Data.UserIds[0], Data.ItemCount, new Query { IncludeSeen = true });
        Assert.Equal(Data.ItemCount, answer.Items.Count);
    }

    [Fact]
    public void Excluded_items_are_left_out_and_others_move_up()
    {
        using var recommender = new Recommender(Ease, Data);
        var all = recommender.Recommend(Data.UserIds[0], 6).Items;
        var rest = recommender.Recommend(Data.UserIds[0], 4, new Query { Exclude = [all[0].Id, all[3].Id] }).Items;
        Assert.Equal([all[1], all[2], all[4], all[5]], rest);
    }

    [Fact]
    public void Only_allowed_items_are_recommended_with_the_same_scores()
    {
        using var recommender = new Recommender(Ease, Data);
        var all = recommender.Recommend(Data.UserIds[0], 20).Items;
        string seen = recommender.Recommend(Data.UserIds[0]).History[0];
        var some = recommender.Recommend(Data.UserIds[0], 10, new Query { Allow = [all[7].Id, all[2].Id, seen, all[11].Id] });
        Assert.Equal([all[2], all[7], all[11]], some.Items);
    }

    [Fact]
    public void Many_queries_at_once_get_the_lists_that_each_gets_alone()
    {
        using var backend = new SimdBackend(2);
        using var trainer = new Trainer(Data, new RunSettings { Epochs = 2, Hidden = [24], Latent = 8, BatchSize = 50 }, backend);
        trainer.Run();
        using var recommender = new Recommender(trainer.Model, Data);
        Query[] queries =
        [
            .. Data.UserIds.Take(130).Select((user, i) => new Query { User = user, Top = 1 + i % 3 }),
            new Query(), new Query { Items = [Data.ItemIds[1]], Allow = Data.ItemIds[..40] },
        ];
        var together = recommender.Recommend(queries);
        foreach (var (query, answer) in queries.Zip(together))
            Assert.Equal(recommender.Recommend([query])[0].Items, answer.Items);
    }

    [Fact]
    public void Many_threads_get_the_lists_of_one()
    {
        using var backend = new SimdBackend(2);
        using var trainer = new Trainer(Data, new RunSettings { Epochs = 1, Hidden = [24], Latent = 8, BatchSize = 50 }, backend);
        trainer.Run();
        using var recommender = new Recommender(trainer.Model, Data);
        var alone = Data.UserIds.Select(user => recommender.Recommend(user).Items).ToArray();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int user = i % Data.UserIds.Length;
            Assert.Equal(alone[user], recommender.Recommend(Data.UserIds[user]).Items);
            if (i % 50 == 1) Assert.Equal(alone[user].Select(item => item.Id),
                recommender.Recommend(Data.UserIds[user], 10, new Query { Why = 1 }).Items.Select(item => item.Id));
            if (i % 10 == 0) Assert.Equal(5, recommender.Similar(Data.ItemIds[i % 50], 5).Items.Count);
        });
    }

    [Fact]
    public void An_unknown_user_is_refused_with_examples()
    {
        using var recommender = new Recommender(Ease, Data);
        var problem = Assert.Throws<InputException>(() => recommender.Recommend("nobody"));
        Assert.Contains("nobody: no such user", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reasons_are_the_largest_positive_contributions()
    {
        using var recommender = new Recommender(Ease, Data);
        var answer = recommender.Recommend(Data.UserIds[0], 4, new Query { Why = 3 });
        foreach (var item in answer.Items)
        {
            int column = Array.IndexOf(Data.ItemIds, item.Id);
            var expected = answer.History.Select(id => (Id: id, Value: Ease.Weights[
                    Array.IndexOf(Data.ItemIds, id) * Data.ItemCount + column]))
                .Where(click => click.Value > 0).OrderByDescending(click => click.Value).Take(3);
            Assert.Equal(expected, item.Why!.Select(reason => (reason.Id, reason.Contribution)));
            Assert.NotEmpty(item.Why!);
        }
        Assert.All(recommender.Recommend(Data.UserIds[0], 4).Items, item => Assert.Null(item.Why));
    }

    [Fact]
    public void Popular_items_for_somebody_without_clicks_have_no_reasons()
    {
        using var recommender = new Recommender(Ease, Data);
        Assert.All(recommender.Recommend((string[])[], 3, new Query { Why = 2 }).Items, item => Assert.Empty(item.Why!));
    }

    [Fact]
    public void More_items_than_there_are_give_all_that_are_left()
    {
        using var recommender = new Recommender(Ease, Data);
        var answer = recommender.Recommend(Data.UserIds[0], int.MaxValue);
        Assert.Equal(Data.ItemCount - answer.History.Count, answer.Items.Count);
        Assert.Equal(Data.ItemCount - 1, recommender.Similar(Data.ItemIds[0], int.MaxValue).Items.Count);
    }

    [Fact]
    public void Nothing_allowed_is_nothing_recommended()
    {
        using var recommender = new Recommender(Ease, Data);
        Assert.Empty(recommender.Recommend(Data.UserIds[0], 5, new Query { Allow = [] }).Items);
        var lists = new Query { Allow = ["nothing"], Exclude = ["nothing", "other"] };
        var unknown = recommender.Recommend(Data.UserIds[0], 5, lists);
        Assert.Empty(unknown.Items);
        Assert.Equal(["nothing", "other"], unknown.Unknown);
    }

    [Fact]
    public void An_id_given_twice_counts_once()
    {
        using var recommender = new Recommender(Ease, Data);
        string[] clicked = [Data.ItemIds[9], Data.ItemIds[2]];
        var answer = recommender.Recommend([.. clicked, .. clicked, "no", "no"]);
        Assert.Equal([Data.ItemIds[2], Data.ItemIds[9]], answer.History);
        Assert.Equal(["no"], answer.Unknown);
        Assert.Equal(recommender.Recommend(clicked).Items, answer.Items);
    }

    [Fact]
    public void Random_lists_do_not_depend_on_who_else_is_asked_about()
    {
        using var recommender = new Recommender(RandomScores.Fit(Data.Train, new RandomSettings()), Data);
        var together = recommender.Recommend([.. Data.UserIds.Select(user => new Query { User = user })]);
        Assert.Equal(recommender.Recommend(Data.UserIds[77]).Items, together[77].Items);
        Assert.NotEqual(together[76].Items[0].Id + together[76].Items[1].Id, together[77].Items[0].Id + together[77].Items[1].Id);
    }

    [Theory]
    [InlineData("gmf")]
    [InlineData("mlp")]
    [InlineData("neumf")]
    [InlineData("cdae")]
    public void A_model_that_tells_users_by_their_row_answers_any_of_them_together(string name)
    {
        var data = new PreparedDataset(new DatasetManifest { Source = new("pairs", "rows"), Split = SplitKind.None },
            Data.Train, null, null, Data.UserIds[..Data.Train.Rows], Data.Items);
        using IBaseline model = Enum.TryParse(name, ignoreCase: true, out NcfKind kind)
            ? NcfTraining.Fit(kind, Data.Train, new NcfSettings(Factors: 2, Epochs: 1), () => new SimdBackend(1))
            : Cdae.Fit(Data.Train, new CdaeSettings(Hidden: 8, Epochs: 1, UserNodes: true), () => new SimdBackend(1));
        using var recommender = new Recommender(model, data);
        int[] users = [5, 6, 7, 3, 200, 201, 5];
        var together = recommender.Recommend([.. users.Select(user => new Query { User = data.UserIds[user], Why = 1 })]);
        foreach (var (user, answer) in users.Zip(together))
        {
            Assert.Equal(10, answer.Items.Count);
            Assert.Empty(answer.Items.Select(item => item.Id).Intersect(answer.History));
            Assert.All(answer.Items, item => Assert.Empty(item.Why!));
            Assert.Equal(recommender.Recommend(data.UserIds[user]).Items.Select(item => (item.Id, item.Score)),
                answer.Items.Select(item => (item.Id, item.Score)));
        }
    }
}
