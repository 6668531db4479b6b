using ManualVae.Study;
using static ManualVae.Tools.StudyVerb;

namespace ManualVae.Tools;

/// <summary>One trained setting and everything that was measured of it.</summary>
internal sealed record MechanismRun(
    string Name, RadiusResult Clean, RadiusResult? Masked, MaskingResult Masking, NeighbourResult Neighbours, CollapseResult Collapse,
    AnchorResult Anchors, double? Ndcg, double? NdcgError, double? Recall);

/// <summary>A claim of the paper, what was measured, and whether they agree.</summary>
/// <param name="Claim">As in the abstract or in papers.md B.</param>
/// <param name="Measured">Figures with their uncertainty.</param>
/// <param name="Verdict">agrees, disagrees or inconclusive.</param>
internal sealed record MechanismClaim(string Claim, string Measured, string Verdict);

/// <summary>Holds the paper's claims against the measurements; a difference within its uncertainty is inconclusive.</summary>
internal static class MechanismClaims
{
    /// <summary>The claims, for runs named clean, masked and masked-anchors in this order.</summary>
    public static IReadOnlyList<MechanismClaim> Judge(List<MechanismRun> runs, List<StudyCollapseVerb.SweepPoint> points)
    {
        var (clean, masked, anchored) = (runs[0], runs[1], runs[2]);
        var claims = new List<MechanismClaim>();
        foreach (var run in runs)
            claims.Add(new($"Influence decays with latent distance ({run.Name})",
                $"Spearman of W2 and helping {run.Clean.HelpDecay}, gradient cosine {run.Clean.CosineDecay}; relative to both users' mean distances {run.Clean.RelativeHelpDecay}, {run.Clean.RelativeCosineDecay}; control {run.Clean.ShuffledDecay}",
                Below(run.Clean.RelativeHelpDecay, 0)));
        claims.Add(new("Inside the sharing radius a step on v always helps u",
            Text($"{runs.Sum(r => r.Clean.InsidePairs)} pairs inside with the largest constant, {runs.Sum(r => r.Clean.InsideOwnPairs)} with their own; not helped {runs.Sum(r => r.Clean.Violations + r.Clean.OwnViolations)}"),
            runs.Sum(r => r.Clean.Violations + r.Clean.OwnViolations) > 0 ? "disagrees" : runs.Sum(r => r.Clean.InsideOwnPairs) > 0 ? "agrees" : "inconclusive"));
        Interval local = Helps(clean.Clean, "local"), global = Helps(clean.Clean, "global");
        claims.Add(new("Clean input favours local help", $"clean input: P(helps) local {local}, global {global}", Less(global, local)));
        Interval maskedGlobal = Helps(masked.Masked!, "global");
        claims.Add(new("Masking brings global help", $"P(helps) of global pairs: clean {global}, masked in training and here {maskedGlobal}", Less(global, maskedGlobal)));
        var far = masked.Masking.Pairs.First(p => p is { Group: "far", Shared: false });
        var near = masked.Masking.Pairs.First(p => p is { Group: "near", Shared: false });
        claims.Add(new("Masking draws far users together", $"far pairs: input distance x {far.InputRatio}, latent distance x {far.LatentRatio}", Below(far.LatentRatio, 1)));
        claims.Add(new("Masking pushes near users apart", $"near pairs: input distance x {near.InputRatio}, latent distance x {near.LatentRatio}", Below(new(-near.LatentRatio.Value, -near.LatentRatio.High, -near.LatentRatio.Low), -1)));
        Interval drift = masked.Masking.Drift[0].BetweenMasks, steadied = anchored.Masking.Drift[0].BetweenMasks;
        claims.Add(new("Neighbourhoods drift under masks", $"neighbours kept from one mask to the next: {drift}", Below(drift, 0.5)));
        claims.Add(new("Anchors reduce the drift", $"neighbours kept: masked {drift}, with anchors {steadied}", Less(drift, steadied)));
        claims.Add(new("Anchors shrink the mean's variance across masks",
            $"E ||mu - E mu||^2: masked {masked.Anchors.MaskVariance}, with anchors {anchored.Anchors.MaskVariance}",
            Less(anchored.Anchors.MaskVariance, masked.Anchors.MaskVariance)));
        claims.Add(new("They shrink it by more than they shrink the distances between users",
            Text($"variance over users' spread: masked {masked.Anchors.RelativeVariance:0.0000}, with anchors {anchored.Anchors.RelativeVariance:0.0000}"),
            anchored.Anchors.RelativeVariance < masked.Anchors.RelativeVariance ? "agrees" : "disagrees"));
        Interval plain = Helps(masked.Clean, "global"), aligned = Helps(anchored.Clean, "global");
        claims.Add(new("Anchors raise global help", $"P(helps) of global pairs, clean input: masked {plain}, with anchors {aligned}", Less(plain, aligned)));
        if (points.Count > 1)
        {
            claims.Add(new("beta contracts latent distances",
                string.Join(", ", points.Select(p => Text($"beta {p.Beta}: mean W2 {p.Collapse.MeanDistance:0.000}"))),
                points.Zip(points.Skip(1)).All(p => p.Second.Collapse.MeanDistance < p.First.Collapse.MeanDistance) ? "agrees" : "disagrees"));
            claims.Add(new("A beta too large collapses the posterior",
                string.Join(", ", points.Select(p => Text($"beta {p.Beta}: {p.Collapse.InformativeUnits} informative"))),
                points[^1].Collapse.InformativeUnits < points[0].Collapse.InformativeUnits / 2 ? "agrees" : "disagrees"));
        }
        if (clean.Ndcg is double a && masked.Ndcg is double b && anchored.Ndcg is double c)
        {
            double error = Math.Sqrt(2) * 1.96 * masked.NdcgError!.Value;
            string Order(double low, double high) => high - low > error ? "agrees" : low - high > error ? "disagrees" : "inconclusive";
            claims.Add(new("Masking beats clean input (paper, ML-20M NDCG@100: .409 and .426)", Text($"test NDCG@100 {a:0.0000} and {b:0.0000} (± {masked.NdcgError:0.0000})"), Order(a, b)));
            claims.Add(new("Anchors beat masking alone (paper: .426 and .437)", Text($"test NDCG@100 {b:0.0000} and {c:0.0000} (± {masked.NdcgError:0.0000})"), Order(b, c)));
        }
        return claims;
    }

    /// <summary>P(helps) of one kind of pair; NaN where none was sampled.</summary>
    public static Interval Helps(RadiusResult result, string kind) =>
        result.ByKind.FirstOrDefault(b => b.Name == kind)?.Helps ?? new(double.NaN, double.NaN, double.NaN);

    /// <summary>The name of a kind in tables.</summary>
    public static string Name(PairKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>A setting's figures without its pairs, which have their own files.</summary>
    public static object Summary(MechanismRun run) => new
    {
        run.Name, run.Ndcg, run.NdcgError, run.Recall,
        Clean = Radius(run.Clean), Masked = run.Masked is null ? null : Radius(run.Masked), run.Masking,
        Neighbours = run.Neighbours with { Map = [], Cohort = [] }, run.Collapse.Kl, run.Collapse.InformativeUnits, run.Collapse.MeanDistance, run.Anchors,
    };

    private static object Radius(RadiusResult r) => new
    {
        r.Step, r.Helps, r.HelpDecay, r.CosineDecay, r.PartialHelpDecay, r.PartialCosineDecay, r.RelativeHelpDecay, r.RelativeCosineDecay, r.ShuffledDecay, r.Lipschitz, r.InsideShare, r.InsideOwnShare, r.Violations, r.OwnViolations,
        r.RemainderSlope, r.ByDistance, r.ByRelativeDistance, r.ByKind, r.ByJaccard, r.Orders,
    };

    private static string Below(Interval value, double limit) =>
        value.High < limit ? "agrees" : value.Low > limit ? "disagrees" : "inconclusive";

    private static string Less(Interval low, Interval high) =>
        low.High < high.Low ? "agrees" : high.High < low.Low ? "disagrees" : "inconclusive";
}
