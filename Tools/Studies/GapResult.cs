using System.Text.Json.Serialization;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;

namespace ManualVae.Tools.Studies;

/// <summary>A pair of users: what it would lose at a shared code, and what the overlap of its posteriors costs.</summary>
internal sealed record GapPair(UserPair Pair, double Gap, double Overlap);

/// <summary>The compromise gap of sampled pairs.</summary>
/// <param name="GapAndDistance">Spearman's rank correlation of the gap per click and the latent distance.</param>
/// <param name="Pairs">The pairs.</param>
/// <param name="ClickGap">Each pair's gap per click, nats.</param>
internal sealed record GapResult(Interval GapAndDistance, GapPair[] Pairs, [property: JsonIgnore] double[] ClickGap)
{
    /// <summary>Measures pairs of users.</summary>
    /// <exception cref="InputException">The model has no posteriors, or there are too few pairs.</exception>
    public static GapResult Of(Autoencoder model, Population users, GapOptions options)
    {
        if (!model.Settings.Variational) throw new InputException("The gap is about posteriors: give a run of a VAE.");
        var posteriors = PosteriorEncoder.Encode(model, users, InputMask.Clean);
        var sample = PairSampler.Sample(users, posteriors.Distance, options.Pairs, options.Seed);
        GapPair[] pairs = [.. sample.Select(pair => new GapPair(
            pair, CompromiseGap.At(users.Items(pair.U), users.Items(pair.V), 0.5, 0.5),
            CompromiseGap.Overlap(users, posteriors, pair.U, pair.V, options.Draws, options.Seed)))];
        double[] clickGap = [.. pairs.Select(p => p.Gap / (users.Items(p.Pair.U).Length + users.Items(p.Pair.V).Length))];
        var trend = Estimates.Spearman(clickGap, [.. sample.Select(pair => pair.Distance)],
            [.. sample.Select(pair => pair.Weight)], [.. sample.Select(pair => pair.U)], options.Seed);
        return new(trend, pairs, clickGap);
    }
}
