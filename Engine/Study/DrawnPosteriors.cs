using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>The posteriors of the radius study: those of the clean input, or one set for each mask.</summary>
internal sealed class DrawnPosteriors
{
    private readonly Posteriors[] _masks;
    private readonly RadiusOptions _options;

    /// <summary>Encodes the users.</summary>
    public DrawnPosteriors(Autoencoder model, Population population, RadiusOptions options)
    {
        using var encoder = new PosteriorEncoder(model, population);
        _options = options;
        _masks = [.. StudyDraw.Inputs(model, options.Masked, options.Draws, options.Seed).Select(encoder.Encode)];
    }

    /// <summary>K.</summary>
    public int Latent => _masks[0].Latent;

    /// <summary>Mean W2 over the masks: an upper bound of W1 between the mixtures, because masks are coupled by index.</summary>
    public double Distance(int u, int v) => _masks.Average(q => q.Distance(u, v));

    /// <summary>Each user's mean distance to the others.</summary>
    public double[] TypicalDistances()
    {
        int users = _masks[0].Count;
        var mean = new double[users];
        Cores.For(0, users, u =>
        {
            for (int v = 0; v < users; v++)
                if (v != u) mean[u] += Distance(u, v) / (users - 1);
        });
        return mean;
    }

    /// <summary>||E mu_u - E mu_v||, with means over the masks.</summary>
    public double MeanDistance(int u, int v)
    {
        var (a, b) = (new double[Latent], new double[Latent]);
        foreach (var q in _masks)
            for (int k = 0; k < Latent; k++)
            {
                a[k] += q.Mean(u)[k] / _masks.Length;
                b[k] += q.Mean(v)[k] / _masks.Length;
            }
        return Wasserstein.MeanDistance(a, b);
    }

    /// <summary>Mean over the masks of W1 with the l1 ground cost.</summary>
    public double L1Cost(int u, int v) =>
        _masks.Average(q => Wasserstein.FirstByL1Cost(q.Mean(u), q.Sigma(u), q.Mean(v), q.Sigma(v)));

    /// <summary>Latent codes [rows, K] of rows [pair, draw].</summary>
    /// <param name="users">The user of each row.</param>
    /// <param name="common">True if all users share the noise of a draw, false if each has its own.</param>
    public double[] Codes(int[] users, bool common)
    {
        var z = new double[users.Length * Latent];
        Cores.For(0, users.Length, row =>
        {
            int draw = row % _options.Draws;
            var noise = new double[Latent];
            Posteriors.Noise(common ? -1 : users[row], draw, _options.Seed, noise);
            _masks[draw % _masks.Length].Sample(users[row], noise, z.AsSpan(row * Latent, Latent));
        });
        return z;
    }
}
