using ManualVae.Models.Baselines;

namespace ManualVae.Tools.Recipe;

/// <summary>
/// What a recipe tries on data of a shape, the simplest first. The order is also that of the tie rule. A new model is a line;
/// where its search begins comes from the results on public data (docs/results.md), where it ends from the data at hand.
/// </summary>
internal static class RecipeCandidates
{
    /// <summary>Fitted in one go, by themselves fast.</summary>
    public static IReadOnlyList<RecipeCandidate> Baselines(DataShape shape) =>
    [
        new("popularity", "the level that a model must leave", Model("popularity")),
        new("itemknn", "neighbours: simple, hard to beat on sparse data", Model("itemknn"))
        {
            Axes = [new("neighbours", [100], 2), new("shrinkage", [0, shape.Shrinkage], 3)], Most = 8,
        },
        new("ease", "linear and in closed form; its lambda follows from the data", Model("ease"))
        {
            Axes = [new("lambda", [shape.Ridge], 2)], Most = 6,
        },
        new("edlae", "EASE that learns to fill gaps; at or above EASE on all data tried", Model("edlae"))
        {
            Axes = [new("lambda", [shape.Ridge], 2), new("dropout", [0.3, 0.8])], Most = 8,
        },
        new("elsa", "EASE in items x factors numbers: led the linear models on dense films, fits large catalogues", Model("elsa"))
        {
            Axes = [new("factors", [256], 2)], Most = 4,
        },
        new("ials", "factors; a zero must weigh less where data is sparse", Model("ials"))
        {
            Axes =
            [
                new("unobserved-weight", [shape.UnobservedWeight], 2), new("regularisation", [0.01], 2), new("factors", [128], 2),
            ],
            Most = 24,
        },
        new("slim", "linear and sparse", Model("slim")) { Axes = [new("l2", [300], 3), new("l1", [1], 3)], Most = 8 },
    ];

    /// <summary>The family, what suits the shape first.</summary>
    public static IReadOnlyList<RecipeCandidate> Family(DataShape shape)
    {
        var logistic = new RecipeCandidate("logistic-dae", "led the family on dense films", Dae("logistic"))
        {
            Starts =
            [
                Settings("learning-rate=0.003 latent=200 dropout=0.5 weight-decay=0.0005"),
                Settings("learning-rate=0.0015 latent=286 dropout=0.43 weight-decay=0.00016 mask=mask-then-normalise "
                    + "batch-size=100"),
            ],
            Space = new(["learning-rate=log:0.001..0.005", "latent=100..400", "dropout=0.3..0.7",
                "weight-decay=log:0.0001..0.003"]),
        };
        var gaussian = new RecipeCandidate("gaussian-dae", "led the family on sparse data; weighs clicks as iALS does",
            Dae("gaussian"))
        {
            Starts =
            [
                Settings("click-weight=10 learning-rate=0.00056 latent=400 dropout=0.49 weight-decay=0.00007 batch-size=100"),
                Settings("click-weight=3 learning-rate=0.002 learning-rate-schedule=linear latent=400 dropout=0.7 "
                    + "weight-decay=0.005"),
            ],
            Space = new(["click-weight=log:1..30", "learning-rate=log:0.0004..0.004", "latent=100..600", "dropout=0.3..0.8",
                "weight-decay=log:0.00002..0.01", "learning-rate-schedule=constant,linear"]),
        };
        var multinomial = new RecipeCandidate("mult-dae", "Liang et al.'s likelihood without a KL term", Dae("multinomial"))
        {
            Starts = [Settings("learning-rate=0.001 latent=200 dropout=0.3 weight-decay=0.001 mask=mask-then-normalise")],
            Space = new(["learning-rate=log:0.0005..0.003", "latent=100..400", "dropout=0.1..0.7",
                "weight-decay=log:0.00002..0.002"]),
        };
        var deep = new RecipeCandidate("mult-vae", "Mult-VAE with RecVAE's encoder: led the family on check-ins",
            Settings("model=multvae encoder=recvae hidden=600 decoder-hidden=none learning-rate-schedule=linear"))
        {
            Starts = [Settings("learning-rate=0.003 latent=128 dropout=0.6 beta=0.4")],
            Space = new(["learning-rate=log:0.001..0.004", "latent=64..256", "dropout=0.3..0.7", "beta=log:0.1..0.8"]),
        };
        return shape.IsDense ? [logistic, gaussian, multinomial, deep] : [gaussian, deep, logistic, multinomial];
    }

    /// <summary>Reads <c>name=value name=value</c>.</summary>
    public static Dictionary<string, string> Settings(string text) =>
        text.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

    private static Dictionary<string, string> Model(string name) => BaselineCatalogue.Find(name) is not null
        ? new() { ["model"] = name } : throw new InvalidOperationException($"no baseline {name}");

    private static Dictionary<string, string> Dae(string likelihood) =>
        Settings($"model=multdae hidden=none likelihood={likelihood}");
}
