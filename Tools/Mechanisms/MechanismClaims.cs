using ManualVae.Study;
using MathNet.Numerics.Distributions;
using static ManualVae.Tools.Mechanisms.MechanismFigure;

namespace ManualVae.Tools.Mechanisms;

/// <summary>A claim of the paper, the measurement, and the verdict.</summary>
/// <param name="Claim">What Vuong et al. (arXiv 2511.06781) claim.</param>
/// <param name="Measured">Measured values with their uncertainty.</param>
/// <param name="Verdict">agrees, disagrees or inconclusive.</param>
internal sealed record MechanismClaim(string Claim, string Measured, string Verdict);

/// <summary>Compares the paper's claims with the measurements. A difference within its uncertainty is inconclusive.</summary>
internal sealed class MechanismClaims
{
    private readonly MechanismRepeats _figures;
    private readonly MechanismPlan _plan;
    private readonly List<MechanismClaim> _claims = [];

    private MechanismClaims(MechanismRepeats figures, MechanismPlan plan) => (_figures, _plan) = (figures, plan);

    /// <summary>The claims about the settings of a plan.</summary>
    public static IReadOnlyList<MechanismClaim> Judge(MechanismRepeats figures, MechanismPlan plan)
    {
        var claims = new MechanismClaims(figures, plan);
        claims.Sharing();
        claims.Masking();
        claims.Beta();
        foreach (double weight in plan.AnchorWeights) claims.Anchors(MechanismPlan.Anchored(weight));
        return claims._claims;
    }

    /// <summary>
    /// Influence decreases with latent distance, a step inside the sharing radius always helps (theorem 2.3), and clean input
    /// favours near users (theorem 2.5).
    /// </summary>
    private void Sharing()
    {
        foreach (string setting in _figures.Settings)
        {
            var decay = _figures[setting, Decay];
            Add($"Influence decays with latent distance ({setting})",
                $"Spearman of W2 and helping {decay}, relative to both users' mean W2 {_figures[setting, RelativeDecay]}, "
                + $"gradient cosine {_figures[setting, CosineDecay]}; control {_figures[setting, Control]}", Below(decay, 0));
        }
        double inside = _figures.Total(InsidePairs), own = _figures.Total(InsideOwnPairs), missed = _figures.Total(NotHelped);
        Add("Inside the sharing radius a step on v always helps u",
            $"{inside} pairs inside with the largest constant, {own} with their own; not helped {missed}",
            missed > 0 ? "disagrees" : own > 0 ? "agrees" : "inconclusive");
        Add("Clean input favours local help",
            $"clean input: P(helps) local {_figures["clean", Local]}, global {_figures["clean", Global]}",
            Above(_figures.Difference("clean", Local, "clean", Global), 0));
    }

    /// <summary>Masking draws far users together, pushes near users apart and changes neighbourhoods (theorem 2.6).</summary>
    private void Masking()
    {
        var gain = _figures.Difference("masked", MaskedGlobal, "clean", Global);
        Add("Masking brings global help",
            $"P(helps) of global pairs: clean {_figures["clean", Global]}, "
            + $"masked in training and here {_figures["masked", MaskedGlobal]}, difference {gain}", Above(gain, 0));
        foreach (var (claim, input, latent, nearer) in new[]
        {
            ("Masking draws far users together", FarInput, FarLatent, true),
            ("Masking pushes near users apart", NearInput, NearLatent, false),
        })
            foreach (var (space, value) in new[] { ("input", _figures["masked", input]), ("latent", _figures["masked", latent]) })
                Add($"{claim} ({space} space)", $"{space} distance x {value}", nearer ? Below(value, 1) : Above(value, 1));
        var kept = _figures["masked", Kept];
        Add("Neighbourhoods drift under masks",
            $"neighbours kept from one mask to the next: {kept}; by the clean run {_figures["clean", Kept]}", Below(kept, 0.5));
        Compare("Masking beats clean input (paper, ML-20M NDCG@100: .409 and .426)", "clean", "masked", Ndcg, above: true);
    }

    /// <summary>A larger beta contracts latent space; a beta too large collapses it.</summary>
    private void Beta()
    {
        string[] sweep = [.. _plan.Betas.Order().Select(MechanismPlan.Constant)];
        if (sweep.Length < 2) return;
        var steps = sweep.Zip(sweep.Skip(1)).Select(pair => _figures.Difference(
            pair.Second, MeanDistance, pair.First, MeanDistance)).ToArray();
        Add("beta contracts latent distances", List(sweep, MeanDistance),
            steps.All(d => d.High < 0) ? "agrees" : steps.Any(d => d.Low > 0) ? "disagrees" : "inconclusive");
        Add("A beta too large collapses the posterior", List(sweep, Informative),
            _figures[sweep[^1], Informative].High < _figures[sweep[0], Informative].Value / 2 ? "agrees" : "disagrees");
        double before = _figures.Total(sweep[0], InsideOwnPairs), after = _figures.Total(sweep[^1], InsideOwnPairs);
        double p = SignTest(before, after);
        Add("A larger beta brings more pairs inside the radius",
            $"pairs inside by their own constant: {sweep[0]}: {before}, {sweep[^1]}: {after}; sign test p = {p:0.###}",
            p >= 0.05 ? "inconclusive" : after > before ? "agrees" : "disagrees");
    }

    /// <summary>Anchors stabilise the posterior mean under masks (proposition 3.2).</summary>
    private void Anchors(string anchored)
    {
        Compare($"Anchors reduce the drift ({anchored})", "masked", anchored, Kept, above: true);
        Compare($"Anchors shrink the mean's variance across masks ({anchored})", "masked", anchored, MaskVariance, above: false);
        Compare($"They shrink it by more than the distances between users ({anchored})", "masked", anchored, RelativeVariance,
            above: false);
        Compare($"Anchors raise global help ({anchored})", "masked", anchored, Global, above: true);
        Compare($"Anchors beat masking alone (paper: .426 and .437) ({anchored})", "masked", anchored, Ndcg, above: true);
    }

    private void Compare(string claim, string before, string after, MechanismFigure figure, bool above)
    {
        var difference = _figures.Difference(after, figure, before, figure);
        if (!double.IsFinite(difference.Value)) return;
        Add(claim, $"{figure}: {before} {_figures[before, figure]}, {after} {_figures[after, figure]}, difference {difference}",
            above ? Above(difference, 0) : Below(difference, 0));
    }

    /// <summary>
    /// Two-sided p of the exact sign test. Its null hypothesis: a pair inside is equally likely under both settings. Intervals
    /// are no help here, because a share of 0 has an interval of width 0.
    /// </summary>
    private static double SignTest(double a, double b) => Math.Min(1, 2 * Binomial.CDF(0.5, (int)(a + b), Math.Min(a, b)));

    private string List(string[] settings, MechanismFigure figure) =>
        string.Join(", ", settings.Select(s => $"{s}: {_figures[s, figure]}"));

    private void Add(string claim, string measured, string verdict) => _claims.Add(new(claim, measured, verdict));

    private static string Below(Interval value, double limit) =>
        value.High < limit ? "agrees" : value.Low > limit ? "disagrees" : "inconclusive";

    private static string Above(Interval value, double limit) =>
        value.Low > limit ? "agrees" : value.High < limit ? "disagrees" : "inconclusive";
}
