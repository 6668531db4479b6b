using ManualVae.Models;
using ManualVae.Tests.Export;
using Xunit;

namespace ManualVae.Tests.Models;

/// <summary>A backend may rank a few users without their logits; every part of a model must still be in their lists.</summary>
public class FewUsersRankingTests
{
    public static TheoryData<string> Models => [.. ExportedModels.Autoencoders];

    [Theory, MemberData(nameof(Models))]
    public void A_users_list_is_that_of_the_users_scores_alone_or_in_company(string name)
    {
        using var model = ExportedModels.Make(name);
        int users = ExportedModels.Users, items = ExportedModels.Items;
        var (all, allScores) = Ranked(model, 0, users, items);
        var scores = new float[users * items];
        model.Score(ExportedModels.Clicks, 0, users, scores);
        for (int user = 0; user < users; user++)
        {
            var (alone, aloneScores) = Ranked(model, user, 1, items);
            Assert.Equal(all[(user * items)..((user + 1) * items)], alone);
            Assert.Equal(allScores[(user * items)..((user + 1) * items)], aloneScores);
            Assert.All(alone.Zip(aloneScores).Where(pair => pair.First >= 0), pair =>
                Assert.Equal(scores[user * items + pair.First], pair.Second));
        }
    }

    private static (int[] Items, float[] Scores) Ranked(IRecommender model, int first, int rows, int k)
    {
        var (items, scores) = (new int[rows * k], new float[rows * k]);
        model.Rank(ExportedModels.Clicks, first, rows, k, items, scores);
        return (items, scores);
    }
}
