using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// Cohorts of short, middle and long histories as in the figures of arXiv 2511.06781 (5, 50 and 350 clicks): where each lies in
/// latent space, and who helps whom. The histories of all cohorts are cut from the same users (<see cref="CutHistories"/>).
/// </summary>
public static class CohortStudy
{
    /// <summary>Measures a model under the clean input.</summary>
    /// <param name="model">A trained model with one latent level and a decoder of tanh layers.</param>
    /// <param name="users">Whom the histories are cut from.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellation">Stops between blocks of pairs.</param>
    /// <exception cref="InputException">Histories too short for two sizes, or another model.</exception>
    public static CohortResult Run(
        Autoencoder model, Population users, CohortOptions options, CancellationToken cancellation = default)
    {
        options.Validate();
        StudyModel.RequireDenseDecoder(model);
        var cuts = CutHistories.Of(users, options.Sizes, options.Sources, options.Seed);
        Check.AtLeast(2, cuts.Sources.Count, ", help is between users", nameof(options.Sources));
        var posteriors = PosteriorEncoder.Encode(model, cuts.Population);
        var places = new CohortPlaces(cuts, posteriors, options);
        var pairs = CohortHelpBlocks.PairsOf(cuts.Sources.Count, options);
        int cohorts = cuts.Sizes.Count, histories = cohorts * cuts.Sources.Count;
        double perplexity = Math.Min(30, (histories - 1) / 3);
        return new(options.Sizes, cuts.Sources.Count, pairs.Length, [.. Enumerable.Range(0, cohorts).Select(places.Of)],
            places.CentroidDistances(), places.Purity(), places.Straightness(),
            CohortHelpBlocks.Measure(model, cuts, pairs, options, cancellation),
            options.Map && perplexity >= 1 && 3 * perplexity < histories
                ? TSne.Layout(posteriors.Means[..(histories * posteriors.Latent)], posteriors.Latent, perplexity,
                    seed: options.Seed)
                : []);
    }
}
