using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>One model against the baseline on one metric, over the same users.</summary>
/// <param name="Model">Which model.</param>
/// <param name="Metric">Which metric.</param>
/// <param name="Mean">The model's mean.</param>
/// <param name="BaselineMean">The baseline's mean.</param>
/// <param name="StandardError">Standard error of the paired difference.</param>
/// <param name="Low">Lower end of the bootstrap interval (95 %) of the difference.</param>
/// <param name="High">Its upper end.</param>
/// <param name="TTestP">p of the paired t-test.</param>
/// <param name="WilcoxonP">p of Wilcoxon's signed-rank test.</param>
/// <param name="AdjustedP">The t-test's p after Holm's correction over all models, metrics and groups compared together.</param>
/// <param name="FalseDiscoveryP">The same p after Benjamini and Hochberg's correction over the same comparisons.</param>
/// <param name="Users">Number of users compared.</param>
/// <param name="Group">Which users: <see cref="AllUsers"/> or the name of a group.</param>
public sealed record PairedComparison(
    string Model, string Metric, double Mean, double BaselineMean, double StandardError, double Low, double High,
    double TTestP, double WilcoxonP, double AdjustedP, double FalseDiscoveryP, int Users,
    string Group = PairedComparison.AllUsers)
{
    /// <summary>The group of all users.</summary>
    public const string AllUsers = "all";

    /// <summary>Model minus baseline.</summary>
    public double Difference => Mean - BaselineMean;

    /// <summary>Standard error of the model's mean alone, over the users compared (<see cref="MetricResult"/>).</summary>
    public double MeanError { get; init; }

    /// <summary>Standard error of the baseline's mean alone.</summary>
    public double BaselineError { get; init; }

    /// <summary><c>*</c>, <c>**</c> or <c>***</c> where <see cref="AdjustedP"/> is below .05, .01 or .001; else empty.</summary>
    public string Stars => AdjustedP switch { < 0.001 => "***", < 0.01 => "**", < 0.05 => "*", _ => "" };

    /// <summary>Compares every model with the first, metric by metric, in the first model's order of metrics.</summary>
    /// <param name="models">Name and per-user values by metric; the users must be the same, in the same order.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <param name="groups">Compare these groups of users too (name, positions); empty ones are left out.</param>
    /// <exception cref="InputException">Fewer than two models, no metric in common, or unequal numbers of users.</exception>
    public static IReadOnlyList<PairedComparison> WithFirst(
        IReadOnlyList<(string Name, IReadOnlyDictionary<string, double[]> Values)> models, ulong seed = 0,
        IReadOnlyList<(string Name, int[] Users)>? groups = null)
    {
        if (models.Count < 2) throw new InputException("A comparison needs at least two results.");
        var (baseline, others) = (models[0], models.Skip(1).ToArray());
        var metrics = baseline.Values.Keys.Where(metric => others.All(o => o.Values.ContainsKey(metric))).ToArray();
        if (metrics.Length == 0)
            throw InputException.About(
                $"The results have no metric in common: evaluate them with the same {InputException.Setting("Metrics")}.");
        var rows = new List<PairedComparison>();
        foreach (string metric in metrics)
            foreach (var (name, values) in others)
            {
                var (a, b) = (values[metric], baseline.Values[metric]);
                if (a.Length != b.Length)
                    throw new InputException(
                        $"{name} has {a.Length} users, {baseline.Name} {b.Length}: compare results on the same split and data.");
                rows.Add(Pair(name, metric, AllUsers, a, b, seed));
                foreach (var (group, users) in groups ?? [])
                    if (users.Length > 0)
                        rows.Add(Pair(name, metric, group, [.. users.Select(u => a[u])], [.. users.Select(u => b[u])], seed));
            }
        double[] p = [.. rows.Select(r => r.TTestP)];
        var (holm, discovery) = (PairedTests.Holm(p), PairedTests.BenjaminiHochberg(p));
        return [.. rows.Select((row, i) => row with { AdjustedP = holm[i], FalseDiscoveryP = discovery[i] })];
    }

    private static PairedComparison Pair(string model, string metric, string group, double[] a, double[] b, ulong seed)
    {
        var (low, high) = PairedTests.BootstrapInterval(a, b, seed: seed);
        double error = PairedTests.Difference(a, b).Deviation / Math.Sqrt(a.Length);
        return new(model, metric, a.Average(), b.Average(), error, low, high, PairedTests.PairedTTest(a, b).P,
            PairedTests.WilcoxonSignedRank(a, b).P, 0, 0, a.Length, group)
        {
            MeanError = MetricResult.MeanOf(a).StandardError, BaselineError = MetricResult.MeanOf(b).StandardError,
        };
    }
}
