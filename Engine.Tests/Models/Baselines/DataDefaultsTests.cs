using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

public class DataDefaultsTests
{
    private static CsrMatrix Full(int users, int items) =>
        FixedScores.Rows(items, [.. Enumerable.Range(0, users).Select(_ => Enumerable.Range(0, items).ToArray())]);

    // Ten items: item 0 for everybody, item u besides for user u < 10; 100 users.
    private static CsrMatrix Skewed() => FixedScores.Rows(10,
        [.. Enumerable.Range(0, 100).Select(u => u is > 0 and < 10 ? new[] { 0, u } : [0])]);

    [Fact]
    public void The_ridge_is_the_rule_to_two_digits()
    {
        Assert.Equal(85, DataDefaults.Ridge(Full(2, 2)));   // 60 sqrt(2)
        Assert.Equal(1000, DataDefaults.Ridge(Full(400, 2))); // no more
        // 109 clicks of 1000 pairs; an item of a click has (100^2 + 9) / 109 of them.
        Assert.Equal(330, DataDefaults.Ridge(Skewed()));
        Assert.Equal(1, DataDefaults.Ridge(FixedScores.Rows(3, [], []))); // no fewer
    }

    [Fact]
    public void Shrinkage_rises_and_the_weight_of_zeros_falls_with_sparsity()
    {
        Assert.Equal(1.5, DataDefaults.Shrinkage(Full(3, 4)));
        Assert.Equal(4.5, DataDefaults.Shrinkage(Skewed())); // 1.5 / sqrt(.109)
        var sparse = FixedScores.Rows(100_000, [0, 99_999], [1]);
        Assert.Equal(100, DataDefaults.Shrinkage(sparse));
        Assert.True(DataDefaults.UnobservedWeight(sparse) < DataDefaults.UnobservedWeight(Skewed()));
        Assert.InRange(DataDefaults.UnobservedWeight(FixedScores.Rows(2, [])), 0.001, 1);
    }

    public static TheoryData<string, string> LeftToData => new()
    {
        { "ease", "lambda" }, { "edlae", "lambda" }, { "rdlae", "lambda" }, { "dlae", "lambda" }, { "deql", "lambda" },
        { "itemknn", "shrinkage" }, { "ials", "unobserved-weight" },
    };

    [Theory]
    [MemberData(nameof(LeftToData))]
    public void What_is_left_to_the_data_is_said_and_kept(string name, string setting)
    {
        var clicks = ToyClicks.Random(30, 14);
        using var model = BaselineCatalogue.Fit(name, clicks);
        double taken = Assert.Single(model.FromData, value => value.Key == setting).Value;
        using var given = BaselineCatalogue.Fit(name, clicks, new JsonObject { [setting] = taken });
        Assert.Empty(given.FromData);
        Assert.Equal(Scores(given, clicks), Scores(model, clicks));

        using var folder = TestData.NewFolder();
        BaselineFile.Save(folder["best.ckpt"], model, null);
        using var kept = BaselineFile.Load(folder["best.ckpt"]);
        Assert.Equal(Scores(model, clicks), Scores(kept, clicks));
    }

    private static float[] Scores(IRecommender model, CsrMatrix clicks)
    {
        var scores = new float[clicks.Rows * clicks.Columns];
        model.Score(clicks, 0, clicks.Rows, scores);
        return scores;
    }
}
