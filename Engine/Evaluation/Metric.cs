using System.Globalization;
using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>A metric with its cutoff, named as in results: <c>NDCG@100</c>, or <c>sampled-HitRate@10</c>.</summary>
/// <param name="Kind">What is measured.</param>
/// <param name="Cutoff">K: how many recommendations count, 1 or more.</param>
/// <param name="Sampled">The held-out item is ranked among given candidates only (<see cref="SampledRanking"/>).</param>
/// <param name="Persistence">p of rank-biased precision, in (0, 1); 0 for every other kind.</param>
public readonly record struct Metric(MetricKind Kind, int Cutoff, bool Sampled = false, double Persistence = 0)
{
    private const string SampledPrefix = "sampled-";

    private static readonly (MetricKind Kind, string Name, MetricBasis Basis, string Definition)[] Kinds =
    [
        (MetricKind.Recall, "Recall", MetricBasis.Hits, "hits in the top K / min(K, held-out items) (Liang et al. 2018)"),
        (MetricKind.RecallAll, "RecallAll", MetricBasis.Hits, "hits in the top K / held-out items"),
        (MetricKind.Ndcg, "NDCG", MetricBasis.Hits,
            "sum over hits of 1/log2(rank + 1), / the same sum over ranks 1 to min(K, held-out items) (Liang et al. 2018)"),
        (MetricKind.Precision, "Precision", MetricBasis.Hits, "hits in the top K / K"),
        (MetricKind.Map, "MAP", MetricBasis.Hits,
            "sum over hits in the top K of precision at the hit's rank, / min(K, held-out items)"),
        (MetricKind.Mrr, "MRR", MetricBasis.Hits, "1 / rank of the first hit, 0 where the top K holds none"),
        (MetricKind.HitRate, "HitRate", MetricBasis.Hits, "1 where the top K holds a hit, else 0"),
        (MetricKind.Coverage, "Coverage", MetricBasis.AllLists,
            "items in at least one user's top K / all items; over all users, no standard error"),
        (MetricKind.Gini, "Gini", MetricBasis.AllLists,
            "Gini coefficient of the number of top-K lists each item is in, 0 = all items equally often; no standard error"),
        (MetricKind.Novelty, "Novelty", MetricBasis.Items,
            "mean over the top K of -log2(training users of the item, at least 1 / training users)"),
        (MetricKind.AveragePopularity, "ARP", MetricBasis.Items,
            "mean over the top K of the item's training users (Yin et al. 2012)"),
        (MetricKind.LongTail, "LongTail", MetricBasis.Items,
            "share of the top K outside the most clicked fifth of the items (Abdollahpouri et al. 2019)"),
        (MetricKind.Diversity, "Diversity", MetricBasis.Items,
            "1 - mean cosine of all pairs in the top K, by genres or, without any, training users (Ziegler et al. 2005)"),
        (MetricKind.Serendipity, "Serendipity", MetricBasis.Items,
            "hits in the top K that are not among the user's K most clicked items / K (Ge et al. 2010)"),
        (MetricKind.Calibration, "Calibration", MetricBasis.Items,
            "KL divergence of the genres of the user's clicks from those of the top K, smoothed by 0.01 (Steck 2018); 0 is best"),
        (MetricKind.StatisticalParity, "RSP", MetricBasis.AllLists,
            "standard deviation / mean of the chance to be in a top K, over thirds of the items by clicks (Zhu et al. 2020)"),
        (MetricKind.Auc, "AUC", MetricBasis.Scores,
            "chance that a held-out item scores above another unknown item, mean over users (Rendle et al. 2009)"),
        (MetricKind.Gauc, "GAUC", MetricBasis.Scores,
            "AUC, users weighted by their held-out items (Zhu et al. 2018); no standard error"),
        (MetricKind.RankBiasedPrecision, "RBP", MetricBasis.Scores,
            "(1 - p) sum over held-out items of p^(rank - 1), over the whole ranking (Moffat and Zobel 2008)"),
        (MetricKind.UserGap, "UserGap", MetricBasis.Hits,
            "|NDCG of the twentieth of the users with the most clicks shown - NDCG of the others| (Li et al. 2021); 0 is best"),
        (MetricKind.ItemGap, "ItemGap", MetricBasis.AllLists,
            "|share of the held-out clicks found, of the most clicked fifth of the items - of the others| (Zhu et al. 2020); "
            + "0 is best"),
    ];

    /// <summary>The names of all kinds, without their cutoffs.</summary>
    public static IReadOnlyList<string> KindNames { get; } = [.. Kinds.Select(kind => kind.Name)];

    /// <summary>Name as in results: <c>NDCG@100</c>, <c>sampled-HitRate@10</c>, <c>AUC</c>, <c>RBP@0.8</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{(Sampled ? SampledPrefix : "")}{Kinds[(int)Kind].Name}")
        + (Basis != MetricBasis.Scores ? string.Create(CultureInfo.InvariantCulture, $"@{Cutoff}")
            : Persistence > 0 ? string.Create(CultureInfo.InvariantCulture, $"@{Persistence}") : "");

    /// <summary>What it is computed from.</summary>
    internal MetricBasis Basis => Kinds[(int)Kind].Basis;

    /// <summary>The formula for one user, to be printed with the result.</summary>
    public string Definition => Sampled
        ? $"{Kinds[(int)Kind].Definition}; the held-out item ranked among its given candidates only, ties at their expected rank"
        : Kinds[(int)Kind].Definition;

    /// <summary>True for a mean over users; false for a property of all lists together such as coverage, GAUC and gaps.</summary>
    public bool IsPerUser => Basis != MetricBasis.AllLists && Kind is not (MetricKind.Gauc or MetricKind.UserGap);

    /// <summary>True where <see cref="ItemFacts"/> are needed: what the items are matters, not only which are hits.</summary>
    public bool NeedsItems => Basis == MetricBasis.Items || Kind is MetricKind.StatisticalParity or MetricKind.ItemGap;

    /// <summary>True where more is better; false where less is, or where neither can be said.</summary>
    public bool LargerIsBetter => Kind is not (MetricKind.Gini or MetricKind.AveragePopularity or MetricKind.Calibration
        or MetricKind.StatisticalParity or MetricKind.UserGap or MetricKind.ItemGap);

    /// <summary>True for the kinds that mean something for a single held-out item, which the sampled protocol ranks.</summary>
    public bool HasSampledForm => Kind is MetricKind.HitRate or MetricKind.Ndcg or MetricKind.Mrr;

    /// <summary>The metrics of Liang et al. 2018, or of the sampled protocol where the split has candidates.</summary>
    public static IReadOnlyList<Metric> DefaultsFor(EvaluationSplit split) => split.Candidates is null
        ? [new(MetricKind.Recall, 20), new(MetricKind.Recall, 50), new(MetricKind.Ndcg, 100)]
        : [new(MetricKind.HitRate, 10, Sampled: true), new(MetricKind.Ndcg, 10, Sampled: true)];

    /// <summary>Reads a name such as <c>NDCG@100</c>, whatever its case.</summary>
    /// <exception cref="InputException">No such metric, or a cutoff that is not a positive whole number.</exception>
    public static Metric Parse(string name)
    {
        string text = name.Trim();
        bool sampled = text.StartsWith(SampledPrefix, StringComparison.OrdinalIgnoreCase);
        string[] parts = (sampled ? text[SampledPrefix.Length..] : text).Split('@');
        int kind = Array.FindIndex(Kinds, k => k.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        if (kind >= 0 && !sampled && Kinds[kind].Basis == MetricBasis.Scores) return ParseUncut(text, (MetricKind)kind, parts);
        if (kind < 0 || parts.Length != 2)
            throw new InputException(
                $"Unknown metric '{text}'{Spelling.Question(parts[0], KindNames)}: write AUC, GAUC, RBP@P, or NAME@K with NAME "
                + $"one of {string.Join(", ", Kinds.Where(k => k.Basis != MetricBasis.Scores).Select(k => k.Name))}.");
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int cutoff) || cutoff < 1)
            throw new InputException($"Metric '{text}': the cutoff after @ must be a whole number of 1 or more.");
        var metric = new Metric((MetricKind)kind, cutoff, sampled);
        if (sampled && !metric.HasSampledForm)
            throw new InputException(
                $"Metric '{text}': the sampled protocol has only sampled-HitRate@K, sampled-NDCG@K and sampled-MRR@K.");
        return metric;
    }

    private static Metric ParseUncut(string text, MetricKind kind, string[] parts)
    {
        if (kind != MetricKind.RankBiasedPrecision)
            return parts.Length == 1 ? new(kind, 0) : throw new InputException($"Metric '{text}': {parts[0]} has no cutoff.");
        double p = 0;
        return parts.Length == 2 && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out p)
                && p is > 0 and < 1
            ? new(kind, 0, Persistence: p)
            : throw new InputException($"Metric '{text}': write RBP@P with P between 0 and 1, such as RBP@0.8.");
    }

    /// <summary>
    /// Reads names separated by commas or blanks; a name given twice counts once. A number alone is another cutoff of the name
    /// before it: <c>NDCG@5,10,20</c>.
    /// </summary>
    /// <exception cref="InputException">No name at all, or one that <see cref="Parse"/> refuses.</exception>
    public static IReadOnlyList<Metric> ParseList(string names)
    {
        var metrics = new List<Metric>();
        string? kind = null;
        foreach (string part in names.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            string name = char.IsAsciiDigit(part[0]) && kind is not null ? $"{kind}@{part}" : part;
            kind = name.Split('@')[0];
            metrics.Add(Parse(name));
        }
        return metrics.Count > 0
            ? [.. metrics.Distinct()]
            : throw new InputException("No metric named: give for instance Recall@20,Recall@50,NDCG@100.");
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
