using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="AnchorStudy"/>.</summary>
public sealed record AnchorOptions : IStudyOptions
{
    /// <summary>Mask draws.</summary>
    public int Draws { get; init; } = 20;

    /// <summary>Seed of the masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate() => Check.AtLeast(2, Draws, ", a variance needs them");

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this;
}

/// <summary>How far masks move a trained model's posterior means, and how near they are to the item centroids.</summary>
/// <param name="Weight">lambda_A of the run.</param>
/// <param name="MaskVariance">Mean over users of E_b ||mu(x_h) - E_b mu(x_h)||^2.</param>
/// <param name="MeanSpread">Mean over users of ||E_b mu - mean over users||^2, the scale for the variance.</param>
/// <param name="RelativeVariance">MaskVariance / MeanSpread.</param>
/// <param name="CentroidDistance">Mean over users of ||E_b mu - centroid||; NaN without anchors that are read.</param>
/// <param name="CentroidSpread">Root mean square distance of the centroids from their mean; 0 if the anchors collapsed.</param>
/// <param name="Sigma">Mean posterior sigma.</param>
public sealed record AnchorResult(
    double Weight, Interval MaskVariance, Interval MeanSpread, double RelativeVariance, Interval CentroidDistance,
    double CentroidSpread, double Sigma);

/// <summary>
/// Personalized item alignment (arXiv 2511.06781, section 3). The study measures how anchors change the variance of the posterior
/// mean across masks and its distance to the centroid. Proposition 3.2 predicts the factors tau^2 and tau, with
/// tau = L / (L + 2 lambda).
/// </summary>
public static class AnchorStudy
{
    /// <summary>tau = L / (L + 2 lambda) for curvature L.</summary>
    public static double Tau(double curvature, double weight) => curvature / (curvature + 2 * weight);

    /// <summary>
    /// The minimiser of (mu - m)' H (mu - m) / 2 + lambda ||mu - e||^2 for H = diag(curvature):
    /// mu* = (H + 2 lambda I)^-1 (H m + 2 lambda e). In each direction k, mu* - e = tau_k (m - e).
    /// </summary>
    public static double[] Minimiser(double[] curvature, double[] mean, double[] centroid, double weight) =>
        [.. mean.Select((m, k) => (curvature[k] * m + 2 * weight * centroid[k]) / (curvature[k] + 2 * weight))];

    /// <summary>
    /// Fits the curvature L: tau^2 is matched to variance / (variance at weight 0) by least squares of the logarithms.
    /// </summary>
    /// <param name="weights">lambda of each run, above 0.</param>
    /// <param name="ratios">Variance of each run over the variance at weight 0.</param>
    public static double FitCurvature(IReadOnlyList<double> weights, IReadOnlyList<double> ratios)
    {
        double best = double.NaN, least = double.PositiveInfinity;
        for (int i = -600; i <= 600; i++) // 10^-6 to 10^6, 1 % steps: the objective is smooth and one-dimensional
        {
            double curvature = Math.Pow(10, i / 100.0), error = 0;
            for (int r = 0; r < weights.Count; r++)
                error += Math.Pow(2 * Math.Log(Tau(curvature, weights[r])) - Math.Log(ratios[r]), 2);
            if (error < least) (best, least) = (curvature, error);
        }
        return best;
    }

    /// <summary>Measures a trained model.</summary>
    /// <param name="model">A VAE.</param>
    /// <param name="population">The users.</param>
    /// <param name="weight">lambda_A it was trained with.</param>
    /// <param name="rate">Probability that a click is dropped.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="InputException">Not a VAE, or too few draws.</exception>
    public static AnchorResult Run(Autoencoder model, Population population, double weight, double rate, AnchorOptions options)
    {
        if (!model.Settings.Variational) throw new InputException("Anchors act on posteriors: give a run of a VAE.");
        options.Validate();
        using var encoder = new PosteriorEncoder(model, population);
        int users = population.Count, latent = model.Settings.Latent;
        var (mean, square) = (new double[users * latent], new double[users]);
        double sigma = 0;
        for (int draw = 0; draw < options.Draws; draw++)
        {
            var posteriors = encoder.Encode(MaskedPairs.Mask(model, rate, options.Seed, draw));
            for (int u = 0; u < users; u++)
                for (int k = 0; k < latent; k++)
                {
                    double mu = posteriors.Mean(u)[k];
                    mean[u * latent + k] += mu / options.Draws;
                    square[u] += mu * mu / options.Draws;
                    sigma += posteriors.Sigma(u)[k] / ((double)options.Draws * users * latent);
                }
        }
        double[] norms = SquaredDistances(mean, new double[mean.Length], latent);
        double[] variance = [.. square.Zip(norms, (s, own) => Math.Max(0, s - own) * options.Draws / (options.Draws - 1))];
        double[] spread = SquaredDistances(mean, Centre(mean, latent), latent), centroids = Centroids(model, population, mean);
        double[] toCentroid = centroids.Length == 0 ? [] : [.. SquaredDistances(mean, centroids, latent).Select(Math.Sqrt)];
        return new(weight, Estimates.Mean(variance, options.Seed), Estimates.Mean(spread, options.Seed),
            variance.Average() / spread.Average(), Estimates.Mean(toCentroid, options.Seed),
            centroids.Length == 0 ? double.NaN
                : Math.Sqrt(SquaredDistances(centroids, Centre(centroids, latent), latent).Average()), sigma);
    }

    /// <summary>
    /// The weighted mean anchor of each user's clicks; empty without anchors, or if they are not read. Of several anchors of an
    /// item the one nearest to the user's mean counts.
    /// </summary>
    private static double[] Centroids(Autoencoder model, Population population, double[] means)
    {
        if (!model.Settings.HasAnchors || model.Settings.AnchorPart == AnchorPart.Variance) return [];
        var anchors = new ClickedAnchors(model);
        int latent = anchors.Latent;
        var centroids = new double[population.Count * latent];
        for (int u = 0; u < population.Count; u++)
            foreach (var (anchor, weight) in anchors.Of(population.Items(u), means.AsSpan(u * latent, latent)))
                for (int k = 0; k < latent; k++) centroids[u * latent + k] += weight * anchors[anchor][k];
        return centroids;
    }

    private static double[] Centre(double[] rows, int columns)
    {
        var centre = new double[rows.Length];
        for (int k = 0; k < columns; k++)
        {
            double sum = 0;
            for (int i = k; i < rows.Length; i += columns) sum += rows[i];
            for (int i = k; i < rows.Length; i += columns) centre[i] = sum / (rows.Length / columns);
        }
        return centre;
    }

    private static double[] SquaredDistances(double[] a, double[] b, int columns)
    {
        var distances = new double[a.Length / columns];
        for (int i = 0; i < a.Length; i++) distances[i / columns] += (a[i] - b[i]) * (a[i] - b[i]);
        return distances;
    }
}
