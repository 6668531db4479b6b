using ManualVae.Study;
using MathNet.Numerics.Distributions;
using static ManualVae.Tools.Mechanisms.MechanismFigure;

namespace ManualVae.Tools.Mechanisms;

/// <summary>
/// Compares the paper's claims with the measurements. A difference within its uncertainty is inconclusive. What the paper says of
/// help is judged at every stage of training; all else once, at the best epoch on validation.
/// </summary>
internal sealed class MechanismClaims
{
    private readonly MechanismStages _stages;
    private readonly MechanismRepeats _best;
    private readonly MechanismPlan _plan;
    private readonly List<MechanismClaim> _claims = [];

    private MechanismClaims(MechanismStages stages, MechanismPlan plan) =>
        (_stages, _best, _plan) = (stages, stages.AtBest, plan);

    /// <summary>The claims about the settings that were measured.</summary>
    public static IReadOnlyList<MechanismClaim> Judge(MechanismStages stages, MechanismPlan plan)
    {
        var claims = new MechanismClaims(stages, plan);
        claims.Sharing();
        claims.Masking();
        claims.MaskSweep();
        claims.Beta();
        foreach (double weight in plan.AnchorWeights) claims.Anchors(MechanismPlan.Anchored(weight));
        foreach (var prior in plan.Priors) claims.Prior(MechanismPlan.WithPrior(prior));
        return claims._claims;
    }

    /// <summary>
    /// Influence decreases with latent distance, a step inside the sharing radius always helps (theorem 2.3), and clean input
    /// favours near users (theorem 2.5).
    /// </summary>
    private void Sharing()
    {
        foreach (string setting in _best.Settings)
            foreach (var (stage, at) in Stages(Decay, setting))
                Add($"Influence decays with latent distance ({setting})", Named(stage, setting),
                    $"Spearman of W2 and helping {at[setting, Decay]}, relative to both users' mean W2 "
                        + $"{at[setting, RelativeDecay]}, gradient cosine {at[setting, CosineDecay]}; "
                        + $"control {at[setting, Control]}",
                    Below(at[setting, Decay], 0));
        foreach (string stage in _stages.Names)
        {
            var at = _stages[stage];
            double inside = at.Total(InsidePairs), own = at.Total(InsideOwnPairs), missed = at.Total(NotHelped);
            Add("Inside the sharing radius a step on v always helps u", Named(stage, [.. at.Settings]),
                $"{inside} pairs inside with the largest constant, {own} with their own; not helped {missed}",
                missed > 0 ? "disagrees" : own > 0 ? "agrees" : "inconclusive");
        }
        foreach (var (stage, at) in Stages(Local, "clean"))
            Add("Clean input favours local help", Named(stage, "clean"),
                $"clean input: P(helps) local {at["clean", Local]}, global {at["clean", Global]}",
                Above(at.Difference("clean", Local, "clean", Global), 0));
    }

    /// <summary>Masking draws far users together, pushes near users apart and changes neighbourhoods (theorem 2.6).</summary>
    private void Masking()
    {
        foreach (var (stage, at) in Stages(Global, "clean").Where(s => s.At.Has("masked")))
        {
            var gain = at.Difference("masked", MaskedGlobal, "clean", Global);
            Add("Masking brings global help", Named(stage, "clean", "masked"),
                $"P(helps) of global pairs: clean {at["clean", Global]}, "
                    + $"masked in training and here {at["masked", MaskedGlobal]}, difference {gain}", Above(gain, 0));
        }
        // Theorem 2.6 has a mask of its own, neither rescaled nor normalised, where there is a model trained with it.
        foreach (string setting in _best.Settings.Where(s => s is "masked" or "plain"))
            foreach (var (claim, input, latent, nearer) in new[]
            {
                ("Masking draws far users together", FarInput, FarLatent, true),
                ("Masking pushes near users apart", NearInput, NearLatent, false),
                ("Below theorem 2.6's threshold masks contract", BelowInput, BelowLatent, true),
                ("Above theorem 2.6's threshold masks expand", AboveInput, AboveLatent, false),
            })
                foreach (var (space, value) in new[] { ("input", _best[setting, input]), ("latent", _best[setting, latent]) })
                    Add($"{claim} ({space} space, {setting})", Named(MechanismStages.Best, setting),
                        $"{space} distance x {value}", nearer ? Below(value, 1) : Above(value, 1));
        if (!_best.Has("masked")) return;
        var kept = _best["masked", Kept];
        Add("Neighbourhoods drift under masks", Named(MechanismStages.Best, "masked"),
            $"neighbours kept from one mask to the next: {kept}; by the clean run {_best["clean", Kept]}", Below(kept, 0.5));
        Compare("Masking beats clean input (paper, ML-20M NDCG@100: .409 and .426)", "clean", "masked", Ndcg, above: true);
        Compare("Masking entangles histories of few, some and many clicks", "clean", "masked", CutPurity, above: false);
    }

    /// <summary>The more is masked in training, the more far users help each other, and the less near ones.</summary>
    private void MaskSweep()
    {
        foreach (string stage in _stages.Names)
        {
            var at = _stages[stage];
            string[] sweep = [.. _stages.MaskSweep.Where(at.Has)];
            if (sweep.Length < 3) continue;
            var (global, local) = (Ends(Global), Ends(Local));
            Add("A larger training mask brings more global help", Named(stage, sweep),
                $"{List(at, sweep, Global)}; last less first {global}", Above(global, 0));
            Add("A larger training mask costs local help", Named(stage, sweep),
                $"{List(at, sweep, Local)}; last less first {local}", Below(local, 0));

            Interval Ends(MechanismFigure figure) => at.Difference(sweep[^1], figure, sweep[0], figure);
        }
    }

    /// <summary>A larger beta contracts latent space; a beta too large collapses it.</summary>
    private void Beta()
    {
        string[] sweep = [.. _plan.Betas.Order().Select(MechanismPlan.Constant).Where(_best.Has)];
        if (sweep.Length < 2) return;
        string stage = Named(MechanismStages.Best, sweep);
        var steps = sweep.Zip(sweep.Skip(1)).Select(pair => _best.Difference(
            pair.Second, MeanDistance, pair.First, MeanDistance)).ToArray();
        Add("beta contracts latent distances", stage, List(_best, sweep, MeanDistance),
            steps.All(d => d.High < 0) ? "agrees" : steps.Any(d => d.Low > 0) ? "disagrees" : "inconclusive");
        Add("A beta too large collapses the posterior", stage, List(_best, sweep, Informative),
            _best[sweep[^1], Informative].High < _best[sweep[0], Informative].Value / 2 ? "agrees" : "disagrees");
        double before = _best.Total(sweep[0], InsideOwnPairs), after = _best.Total(sweep[^1], InsideOwnPairs);
        double p = SignTest(before, after);
        Add("A larger beta brings more pairs inside the radius", stage,
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
        Compare($"Anchors smooth the way from few to many clicks ({anchored})", "masked", anchored, Straightness, above: true);
        Compare($"Anchors beat masking alone (paper: .426 and .437) ({anchored})", "masked", anchored, Ndcg, above: true);
    }

    /// <summary>A remark of the paper: expressive priors spread users over modes, one Gaussian mixes them.</summary>
    private void Prior(string prior)
    {
        Compare($"The Gaussian prior mixes users better: latent neighbours far in clicks (masked, {prior})", prior, "masked",
            GlobalNeighbours, above: true);
        Compare($"The Gaussian prior brings more global help (masked, {prior})", prior, "masked", Global, above: true);
    }

    /// <summary>A difference at the best epoch. That of quality has a verdict only where both trainings converged.</summary>
    private void Compare(string claim, string before, string after, MechanismFigure figure, bool above)
    {
        var difference = _best.Difference(after, figure, before, figure);
        if (!double.IsFinite(difference.Value)) return;
        bool judged = figure != Ndcg || (Converged(before) && Converged(after));
        Add(claim, Named(MechanismStages.Best, before, after),
            $"{figure}: {before} {_best[before, figure]}, {after} {_best[after, figure]}, difference {difference}",
            !judged ? "inconclusive" : above ? Above(difference, 0) : Below(difference, 0));
    }

    /// <summary>The stages at which a figure of a setting was measured.</summary>
    private IEnumerable<(string Stage, MechanismRepeats At)> Stages(MechanismFigure figure, string setting) =>
        _stages.Names.Select(stage => (stage, _stages[stage])).Where(s => double.IsFinite(s.Item2[setting, figure].Value));

    /// <summary>The name of a stage for people; that of the best epoch says which trainings had not converged.</summary>
    private string Named(string stage, params string[] settings)
    {
        if (stage != MechanismStages.Best) return stage;
        string[] open = [.. settings.Where(setting => !Converged(setting))];
        return open.Length == 0 ? "best epoch, converged" : $"best epoch, not converged: {string.Join(", ", open)}";
    }

    private bool Converged(string setting) => _best[setting, MechanismFigure.Converged].Value == 1;

    /// <summary>
    /// Two-sided p of the exact sign test. Its null hypothesis: a pair inside is equally likely under both settings. Intervals
    /// are no help here, because a share of 0 has an interval of width 0.
    /// </summary>
    private static double SignTest(double a, double b) => Math.Min(1, 2 * Binomial.CDF(0.5, (int)(a + b), Math.Min(a, b)));

    private static string List(MechanismRepeats at, string[] settings, MechanismFigure figure) =>
        string.Join(", ", settings.Select(s => $"{s}: {at[s, figure]}"));

    private void Add(string claim, string stage, string measured, string verdict) =>
        _claims.Add(new(claim, stage, measured, verdict));

    private static string Below(Interval value, double limit) =>
        value.High < limit ? "agrees" : value.Low > limit ? "disagrees" : "inconclusive";

    private static string Above(Interval value, double limit) =>
        value.Low > limit ? "agrees" : value.High < limit ? "disagrees" : "inconclusive";
}
