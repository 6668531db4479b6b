using System.Text.Json.Serialization;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>What was measured of one pair.</summary>
/// <param name="Pair">The users and how they relate.</param>
/// <param name="Gap">What the two would lose together at a shared code, nats.</param>
/// <param name="Overlap">What the overlap of their posteriors costs the two, nats; the gap at full overlap.</param>
public sealed record GapPair(UserPair Pair, double Gap, double Overlap);

/// <summary>What the gap study measured.</summary>
/// <param name="GapAndDistance">Spearman's rank correlation of the gap per click and the latent distance.</param>
/// <param name="Pairs">The pairs.</param>
/// <param name="ClickGap">Each pair's gap over the clicks of both users, nats; at most ln 2.</param>
public sealed record GapResult(Interval GapAndDistance, GapPair[] Pairs, [property: JsonIgnore] double[] ClickGap);

/// <summary>The <see cref="CompromiseGap"/> of sampled pairs.</summary>
public static class GapStudy
{
    /// <summary>Measures pairs of users.</summary>
    /// <exception cref="InputException">The model has no posteriors, or there are too few pairs.</exception>
    public static GapResult Run(Autoencoder model, Population population, GapOptions options)
    {
        if (!model.Settings.Variational) throw new InputException("The gap is about posteriors: give a run of a VAE.");
        options.Validate();
        var posteriors = PosteriorEncoder.Encode(model, population);
        var sample = PairSampler.Sample(population, posteriors.Distance, options.Pairs, options.Seed);
        GapPair[] pairs = [.. sample.Select(pair => new GapPair(
            pair, CompromiseGap.Of(population.Items(pair.U), population.Items(pair.V)),
            CompromiseGap.Overlap(population, posteriors, pair.U, pair.V, options.Draws, options.Seed)))];
        double[] clickGap =
            [.. pairs.Select(p => p.Gap / (population.Items(p.Pair.U).Length + population.Items(p.Pair.V).Length))];
        var trend = Estimates.Spearman(clickGap, [.. sample.Select(pair => pair.Distance)],
            [.. sample.Select(pair => pair.Weight)], [.. sample.Select(pair => pair.U)], options.Seed);
        return new(trend, pairs, clickGap);
    }
}
