using ManualVae.Data;
using ManualVae.Tools.Recipe;
using Xunit;

namespace ManualVae.Tests.Tools.Recipe;

/// <summary>The parts that decide, by hand.</summary>
public class RecipePlanTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("1.5h", 5400)]
    [InlineData("2", 120)]
    public void A_budget_is_read(string text, double seconds) =>
        Assert.Equal(seconds, RecipeBudget.Parse(text).TotalSeconds, 9);

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("ten minutes")]
    [InlineData("NaNm")]
    [InlineData("1e9h")]
    [InlineData("4s")]
    [InlineData("-5m")]
    public void What_is_no_budget_is_refused(string text) =>
        Assert.Contains($"--budget {text}:", Assert.Throws<InputException>(() => RecipeBudget.Parse(text)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Half_an_hour_is_twelve_minutes_of_baselines_and_four_and_a_half_for_the_winner()
    {
        var plan = RecipePlan.Of(TimeSpan.FromMinutes(30));
        Assert.Equal((720.0, 1530.0, 1800.0), (plan.Baselines, plan.Family, plan.End));
    }

    [Fact]
    public void Time_of_earlier_sessions_counts_and_a_share_that_is_over_stops_at_once()
    {
        var budget = new RecipeBudget(TimeSpan.FromSeconds(100), spentBefore: 60);
        Assert.InRange(budget.Spent, 60, 90);
        using var over = budget.Until(30);
        Assert.True(over.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)));
    }

    [Theory] // users, items, clicks: the density, whether dense
    [InlineData(100, 100, 450, 0.045, true)]
    [InlineData(100, 100, 100, 0.01, true)]
    [InlineData(1000, 1000, 4000, 0.004, false)]
    [InlineData(0, 0, 0, 0, false)]
    public void Where_a_search_begins_depends_on_the_data(int users, int items, long clicks, double density, bool dense)
    {
        var shape = new DataShape(users, items, clicks, 3) { Ridge = 76, UnobservedWeight = 0.012 };
        Assert.Equal(density, shape.Density, 12);
        Assert.Equal(dense, shape.IsDense);
        Assert.Equal(dense ? "logistic-dae" : "gaussian-dae", RecipeCandidates.Family(shape)[0].Name);
        double First(string model, string setting) =>
            RecipeCandidates.Baselines(shape).Single(c => c.Name == model).Axes.Single(a => a.Name == setting).Values[0];
        Assert.Equal((76, 76, 0.012), (First("ease", "lambda"), First("edlae", "lambda"), First("ials", "unobserved-weight")));
    }

    [Fact]
    public void A_trial_at_popularitys_level_after_the_first_rung_is_not_lost()
    {
        (int, string, double?)[] trials = [(0, "a", 0.30), (1, "a", 0.31), (2, "a", 0.29), (3, "b", 0.21), (4, "a", null),
            (5, "c", 0.27)];
        Assert.Equal([1, 0, 3], RecipeHalving.GoOn(trials, popularity: 0.20, first: true)); // 0.21 has not begun
        Assert.Equal([1, 0], RecipeHalving.GoOn(trials, popularity: 0.20, first: false)); // it has had its chance
        Assert.Equal([1, 0], RecipeHalving.GoOn(trials, popularity: 0.10, first: true)); // it has begun, and is behind
        Assert.Equal([1, 0, 5, 3], RecipeHalving.GoOn(trials, popularity: 0.10, first: true, each: true));
        Assert.Equal([0], RecipeHalving.GoOn([(0, "a", 0.1)], popularity: 0.5, first: false)); // one at least
        Assert.Empty(RecipeHalving.GoOn([(0, "a", null)], popularity: 0.5, first: true));
    }

    [Fact]
    public void A_simpler_model_wins_within_two_thousandths()
    {
        RecipeTrial Trial(string name, double? value) => new(name, new Dictionary<string, string>(), name, value, 0, 1, 0);
        RecipeTrial[] trials = [Trial("dae", 0.5000), Trial("ease", 0.4991), Trial("ease", 0.4995), Trial("ials", 0.4999),
            Trial("knn", null)];
        string[] order = ["knn", "ease", "ials", "dae"];
        Assert.Equal(trials[2], RecipeChoice.Of(order, trials));
        Assert.Equal(trials[3], RecipeChoice.Of(order, trials.Where(t => t.Candidate != "ease")));
        Assert.Equal(trials[0], RecipeChoice.Of(order, [trials[0], Trial("ease", 0.4989)])); // 0.4990 is the limit
        Assert.Null(RecipeChoice.Of(order, [trials[4]]));
    }

    [Theory] // users: batch, epochs of about 3,000 updates
    [InlineData(538, "50", "150")]
    [InlineData(29_858, "500", "50")]
    [InlineData(200_000, "500", "20")]
    [InlineData(0, "10", "150")]
    public void Batch_and_epochs_suit_the_users(int users, string batch, string epochs)
    {
        var own = FamilyStage.WithLength(new Dictionary<string, string> { ["latent"] = "8" }, users);
        Assert.Equal((batch, epochs, "10", "8"), (own["batch-size"], own["epochs"], own["patience"], own["latent"]));
    }

    [Fact]
    public void Ease_on_a_huge_catalogue_is_estimated_in_hours_and_knn_in_no_time()
    {
        var clicks = CsrMatrix.FromPairs(1, 300_000, [(0, 0)]);
        Assert.True(FitEstimate.Seconds("ease", clicks) > 3600);
        Assert.True(FitEstimate.Seconds("ials", clicks) > 1);
        Assert.Equal(0, FitEstimate.Seconds("itemknn", clicks));
        Assert.Equal(double.PositiveInfinity, FitEstimate.Seconds("slim", clicks));
    }
}
