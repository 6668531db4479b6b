using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>What each click contributes to an item.</summary>
public class ExplanationTests
{
    private static readonly CsrMatrix Train = ToyClicks.Random(60, 20);

    private static readonly int[] History = [1, 4, 5, 9, 13, 14, 18], Items = [2, 0, 19, 11, 4];

    private static float[] Scores(IRecommender model, int[] history)
    {
        var scores = new float[model.ItemCount];
        model.Score(new CsrMatrix(model.ItemCount, [0, history.Length], history), 0, 1, scores);
        return scores;
    }

    [Theory]
    [InlineData("ease")]
    [InlineData("slim")]
    [InlineData("itemknn")]
    [InlineData("ials")]
    [InlineData("wmf")]
    public void Contributions_add_up_to_the_score_of_a_linear_model(string name)
    {
        var settings = name is "ials" or "wmf" ? new System.Text.Json.Nodes.JsonObject { ["factors"] = 6 } : null;
        using var model = BaselineCatalogue.Fit(name, Train, settings);
        var (scores, contributions) = (Scores(model, History), Explanations.Of(model, History, Items));
        Assert.Equal(Items.Length * History.Length, contributions.Length);
        for (int i = 0; i < Items.Length; i++)
            Assert.Equal(scores[Items[i]], contributions.AsSpan(i * History.Length, History.Length).ToArray().Sum(), 1e-5);
        Assert.True(contributions.Distinct().Count() > 8, string.Join(' ', contributions));
    }

    [Fact]
    public void A_click_contributes_its_weight_in_an_item_item_model()
    {
        float[] weights = [0, 0.5f, -1, 2, 0, 0.25f, 3, 4, 0];
        Assert.Equal([0.5f, 4, 0, 3], Explanations.Of(new ItemItemModel("ease", 3, weights), [0, 2], [1, 0]));
        var sparse = new CsrMatrix(3, [0, 2, 3, 4], [1, 2, 0, 1], [0.5f, -1, 2, 4]);
        Assert.Equal([0.5f, 4, 0, 0], Explanations.Of(new SparseItemItemModel("slim", sparse), [0, 2], [1, 0]));
    }

    [Theory]
    [InlineData(LikelihoodKind.Multinomial)]
    [InlineData(LikelihoodKind.Logistic)]
    [InlineData(LikelihoodKind.Gaussian)]
    public void Leaving_a_click_out_is_scoring_the_shortened_history(LikelihoodKind likelihood)
    {
        using var backend = new SimdBackend(2);
        var settings = new AutoencoderSettings { Hidden = [12], Latent = 5, Likelihood = likelihood };
        using var model = new Autoencoder(backend, settings, 20, maxRows: 3, seed: 7); // 8 histories in 3 passes
        double Value(int[] history, int item)
        {
            var scores = Scores(model, history);
            return likelihood != LikelihoodKind.Multinomial ? scores[item]
                : scores[item] - Math.Log(scores.Sum(score => Math.Exp(score)));
        }
        var contributions = Explanations.Of(model, History, Items);
        for (int i = 0; i < Items.Length; i++)
            for (int c = 0; c < History.Length; c++)
                Assert.Equal(Value(History, Items[i]) - Value([.. History[..c], .. History[(c + 1)..]], Items[i]),
                    contributions[i * History.Length + c], 1e-5);
        Assert.True(contributions.Max(Math.Abs) > 1e-3);
    }

    [Fact]
    public void One_click_is_compared_with_nobody_knows_what()
    {
        using var model = Cdae.Fit(Train, new CdaeSettings(Hidden: 4, Epochs: 2, BatchSize: 20), () => new SimdBackend(1));
        Assert.Equal(Scores(model, [3])[7] - Scores(model, [])[7], Explanations.Of(model, [3], [7])[0], 1e-6);
    }

    [Fact]
    public void A_model_that_does_not_look_at_the_history_has_no_reasons()
    {
        Assert.Empty(Explanations.Of(Popularity.Fit(Train), History, Items));
        Assert.Empty(Explanations.Of(RandomScores.Fit(Train, new RandomSettings()), History, Items));
        using var users = Cdae.Fit(Train, new CdaeSettings(Hidden: 4, Epochs: 1, BatchSize: 20, UserNodes: true),
            () => new SimdBackend(1));
        Assert.Empty(Explanations.Of(users, History, Items));
    }
}
