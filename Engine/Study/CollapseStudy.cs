using System.Globalization;
using System.Text.Json.Serialization;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="CollapseStudy"/>.</summary>
public sealed record CollapseOptions : IStudyOptions
{
    /// <summary>Latent draws of each user for the information estimate.</summary>
    public int Draws { get; init; } = 2;

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate() => Check.AtLeast(1, Draws);

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this;
}

/// <summary>What the posteriors of a population show about collapse.</summary>
/// <param name="Users">Users measured.</param>
/// <param name="KlByDimension">Mean KL(q(z_k|x) || N(0, 1)) of each dimension, nats.</param>
/// <param name="Kl">Mean KL of a user, their sum.</param>
/// <param name="MeanVariance">Variance over users of mu_k, of each dimension.</param>
/// <param name="ActiveUnits">Dimensions with variance of mu_k above 0.01 (Burda et al. 2016).</param>
/// <param name="InformativeUnits">Dimensions with KL above 0.01 nats.</param>
/// <param name="MutualInformation">I_q(user; z) = E log q(z|x)/q(z); q(z) is the mean posterior. At most log(users).</param>
/// <param name="AggregateKl">KL(q(z) || p) = Kl - MutualInformation (Hoffman and Johnson 2016).</param>
/// <param name="InformationLimit">log(users), which the estimate cannot exceed.</param>
/// <param name="MeanDistance">Mean W2 between users.</param>
/// <param name="Sigmas">Every sigma_uk, for the histogram.</param>
/// <param name="Alarm">Why this looks collapsed, or null.</param>
public sealed record CollapseResult(
    int Users, double[] KlByDimension, double Kl, double[] MeanVariance, int ActiveUnits, int InformativeUnits,
    Interval MutualInformation, double AggregateKl, double InformationLimit, double MeanDistance,
    [property: JsonIgnore] double[] Sigmas, string? Alarm);

/// <summary>Posterior collapse: how much of the latent space still tells users apart.</summary>
public static class CollapseStudy
{
    /// <summary>A dimension is informative if its KL, and active if the variance of its means, is above this.</summary>
    public const double Threshold = 0.01;

    /// <summary>Measures a population.</summary>
    /// <exception cref="InputException">The model has no posteriors.</exception>
    public static CollapseResult Run(Autoencoder model, Population population, CollapseOptions options)
    {
        if (!model.Settings.Variational) throw new InputException("Collapse is about posteriors: give a run of a VAE.");
        return Measure(PosteriorEncoder.Encode(model, population), options);
    }

    /// <summary>Measures given posteriors.</summary>
    public static CollapseResult Measure(Posteriors posteriors, CollapseOptions options)
    {
        options.Validate();
        int users = posteriors.Count, latent = posteriors.Latent;
        var (kl, mean, square) = (new double[latent], new double[latent], new double[latent]);
        var sigmas = new double[users * latent];
        for (int u = 0; u < users; u++)
            for (int k = 0; k < latent; k++)
            {
                double mu = posteriors.Mean(u)[k], sigma = posteriors.Sigma(u)[k];
                kl[k] += (0.5 * (sigma * sigma + mu * mu - 1) - Math.Log(sigma)) / users;
                mean[k] += mu / users;
                square[k] += mu * mu / users;
                sigmas[u * latent + k] = sigma;
            }
        double[] variance = [.. square.Select((s, k) => Math.Max(0, s - mean[k] * mean[k]))];
        var information = MutualInformation(posteriors, options);
        double total = kl.Sum();
        return new(users, kl, total, variance, variance.Count(v => v > Threshold), kl.Count(v => v > Threshold), information,
            total - information.Value, Math.Log(users), posteriors.MeanDistance(), sigmas, Alarm(kl));
    }

    /// <summary>
    /// The alarm of the training log. It is given if at most a hundredth of the dimensions carry more than 0.01 nats, or if all
    /// together carry at most 0.1. A healthy Mult-VAE keeps tens of informative dimensions.
    /// </summary>
    /// <param name="klByDimension">Mean KL over users of each latent dimension.</param>
    /// <returns>One line for the log, or null.</returns>
    public static string? Alarm(double[] klByDimension)
    {
        int informative = klByDimension.Count(kl => kl > Threshold);
        double total = klByDimension.Sum();
        return informative > klByDimension.Length / 100 && total > 0.1 ? null
            : $"posterior collapse: {informative} of {klByDimension.Length} latent dimensions carry more than "
            + string.Create(CultureInfo.InvariantCulture, $"{Threshold} nats, {total:0.###} in all; ")
            + "lower beta or warm it up over more steps";
    }

    /// <summary>The alarm for the users of the last forward pass. Call it after an epoch, not after every update.</summary>
    public static string? Alarm(Autoencoder model)
    {
        if (!model.Settings.Variational || model.Settings.Levels != 1 || model.Code.IsNone) return null;
        int latent = model.Code.Columns / 2, users = model.Code.Rows;
        double[] code = model.Backend.Values(model.Code), kl = new double[latent];
        for (int u = 0; u < users; u++)
            for (int k = 0; k < latent; k++)
            {
                double mu = code[u * 2 * latent + k], logVariance = code[u * 2 * latent + latent + k];
                kl[k] += 0.5 * (Math.Exp(logVariance) + mu * mu - 1 - logVariance) / users;
            }
        return Alarm(kl);
    }

    private static Interval MutualInformation(Posteriors posteriors, CollapseOptions options)
    {
        int users = posteriors.Count, latent = posteriors.Latent;
        // log q(z|v) = sum_k -(z - mu)^2 / 2 sigma^2 - log sigma + constant: the constant cancels.
        var logSigma = new double[users];
        for (int u = 0; u < users; u++)
            foreach (double sigma in posteriors.Sigma(u)) logSigma[u] += Math.Log(sigma);
        var values = new double[users];
        var key = new RandomKey(options.Seed, StudyDraw.Aggregate, RandomPurpose.Study);
        Cores.For(0, users, u =>
        {
            var (z, densities) = (new double[latent], new double[users]);
            for (int draw = 0; draw < options.Draws; draw++)
            {
                for (int k = 0; k < latent; k++) z[k] = CounterRandom.Normal(key, (uint)u, (uint)(draw * latent + k));
                posteriors.Sample(u, z, z);
                double largest = double.NegativeInfinity;
                for (int v = 0; v < users; v++)
                {
                    ReadOnlySpan<double> mean = posteriors.Mean(v), sigma = posteriors.Sigma(v);
                    double exponent = 0;
                    for (int k = 0; k < latent; k++)
                    {
                        double t = (z[k] - mean[k]) / sigma[k];
                        exponent += t * t;
                    }
                    densities[v] = -0.5 * exponent - logSigma[v];
                    largest = Math.Max(largest, densities[v]);
                }
                double sum = 0;
                foreach (double density in densities) sum += Math.Exp(density - largest);
                values[u] += (densities[u] - largest - Math.Log(sum / users)) / options.Draws;
            }
        });
        return Estimates.Mean(values, options.Seed);
    }
}
