namespace ManualVae.Tools.Mechanisms;

/// <summary>A quantity that is measured for every trained run.</summary>
internal sealed class MechanismFigure
{
    private static readonly Dictionary<string, MechanismFigure> Known = [];

    private static readonly string[] Cohorts = ["few", "some", "many"];

    public static readonly MechanismFigure Helps = Share("P(helps)"), Local = Share("P(helps) local"),
        Global = Share("P(helps) global"), Unrelated = Share("P(helps) unrelated"),
        Decay = new("W2 and helping, Spearman"), CosineDecay = new("W2 and cosine, Spearman"),
        FixedDecay = new("W2 and helping, clicks fixed"), RelativeDecay = new("relative W2 and helping"),
        RelativeCosineDecay = new("relative W2 and cosine"), Control = new("control, Spearman"),
        ClickDecay = new("click overlap and helping"), Lipschitz = new("L, largest"), LipschitzMedian = new("L, median pair"),
        PositiveRadius = Share("||g_u|| above Delta_x, share"), Inside = Share("inside r_share, share"),
        InsideOwn = Share("inside, own constant, share"), InsidePairs = new("inside r_share, pairs"),
        InsideOwnPairs = new("inside, own constant, pairs"), NotHelped = new("inside but not helped, pairs"),
        FirstOrder = new("first-order error, power of step"), MaskedLocal = Share("P(helps) local, masked"),
        MaskedGlobal = Share("P(helps) global, masked"), MaskedDecay = new("W2 and helping, masked"),
        NearInput = new("near pairs, input distance"), NearLatent = new("near pairs, latent distance"),
        FarInput = new("far pairs, input distance"), FarLatent = new("far pairs, latent distance"),
        BelowInput = new("below the threshold, input distance"), BelowLatent = new("below the threshold, latent distance"),
        AboveInput = new("above the threshold, input distance"), AboveLatent = new("above the threshold, latent distance"),
        Kept = new("neighbours kept, two masks"), KeptClean = new("neighbours kept, mask and clean"),
        OwnDistance = new("own / other distance"), Overlap = new("latent and click neighbours alike"),
        LocalNeighbours = new("latent neighbours local"), GlobalNeighbours = new("latent neighbours global"),
        UnrelatedNeighbours = new("latent neighbours unrelated"), RankCorrelation = new("rank correlation, W2 and clicks"),
        Purity = new("cohort purity"), FewMiddle = new("few to middle clicks / mean W2"),
        MiddleMany = new("middle to many clicks / mean W2"), FewMany = new("few to many clicks / mean W2"),
        MaskVariance = new("variance of mu across masks"), RelativeVariance = new("variance / users' spread"),
        CentroidDistance = new("distance to centroid"), Sigma = new("mean sigma"), Kl = new("KL"),
        Informative = new("informative dimensions"), Active = new("active dimensions"), Information = new("mutual information"),
        MeanDistance = new("mean W2"), Validation = new("best validation"), BestEpoch = new("best epoch"),
        Converged = Share("converged"), MaskRate = new("training mask, share dropped"),
        CutPurity = Share("cut histories, purity"), Straightness = new("way from few to many clicks, straightness"),
        Ndcg = new("test NDCG@100", onTestUsers: true), Recall = new("test Recall@20", onTestUsers: true);

    private MechanismFigure(string name, bool isShare = false, bool onTestUsers = false)
    {
        (Name, IsShare, OnTestUsers) = (name, isShare, onTestUsers);
        Known.Add(name, this);
    }

    /// <summary>For each tenth of the pairs by relative latent distance: its mean distance and P(helps).</summary>
    public static IReadOnlyList<(MechanismFigure Distance, MechanismFigure Helps)> Tenths { get; } =
        [.. Enumerable.Range(1, 10).Select(i =>
            (new MechanismFigure($"relative W2, tenth {i}"), Share($"P(helps), tenth {i} of relative W2")))];

    /// <summary>P(helps) between cohorts of cut histories, of few, some and many clicks: first u's cohort, then v's.</summary>
    public static IReadOnlyList<IReadOnlyList<MechanismFigure>> CohortHelps { get; } =
        [.. Cohorts.Select(u => (IReadOnlyList<MechanismFigure>)[.. Cohorts.Select(v =>
            Share($"P(helps), u with {u} clicks, v with {v}"))])];

    /// <summary>Of each cohort: distance to the user's full history, purity, and the share whose own is the nearest.</summary>
    public static IReadOnlyList<(MechanismFigure Own, MechanismFigure Purity, MechanismFigure Recognised)> CohortPlaces { get; } =
        [.. Cohorts.Select(c => (new MechanismFigure($"cut to {c} clicks, own / other distance"),
            Share($"cut to {c} clicks, purity"), Share($"cut to {c} clicks, own is nearest")))];

    /// <summary>Distances of the cohorts' centroids, over mean W2: few to some, some to many, few to many.</summary>
    public static IReadOnlyList<MechanismFigure> CohortCentroids { get; } =
        [new("cut, few to some / mean W2"), new("cut, some to many / mean W2"), new("cut, few to many / mean W2")];

    /// <summary>Its row in <c>figures.csv</c> and in the printed table.</summary>
    public string Name { get; }

    /// <summary>A share or a probability: intervals are cut to [0, 1].</summary>
    public bool IsShare { get; }

    /// <summary>True if every seed measures it on the same test users; each seed draws its own users for other figures.</summary>
    public bool OnTestUsers { get; }

    /// <summary>The figure of a name; null if there is none.</summary>
    public static MechanismFigure? Find(string name) => Known.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static MechanismFigure Share(string name) => new(name, isShare: true);
}
