using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>The posteriors q(z|x_h) of the users of a population for one mask.</summary>
public sealed class Posteriors
{
    private readonly double[] _sigmas;

    /// <summary>Posteriors of given means and standard deviations [users, K].</summary>
    public Posteriors(int latent, double[] means, double[] sigmas) => (Latent, Means, _sigmas) = (latent, means, sigmas);

    /// <summary>K.</summary>
    public int Latent { get; }

    /// <summary>Number of users.</summary>
    public int Count => Means.Length / Latent;

    /// <summary>mu of all users [users, K].</summary>
    internal double[] Means { get; }

    /// <summary>mu of a user.</summary>
    public ReadOnlySpan<double> Mean(int user) => Means.AsSpan(user * Latent, Latent);

    /// <summary>sigma of a user; zeros for a DAE, which has a point as its code.</summary>
    public ReadOnlySpan<double> Sigma(int user) => _sigmas.AsSpan(user * Latent, Latent);

    /// <summary>W2 between two users.</summary>
    public double Distance(int u, int v) => Wasserstein.Second(Mean(u), Sigma(u), Mean(v), Sigma(v));

    /// <summary>W2 between a user's posterior here and a user's posterior in another set.</summary>
    public double Distance(int u, Posteriors other, int v) =>
        Wasserstein.Second(Mean(u), Sigma(u), other.Mean(v), other.Sigma(v));

    /// <summary>Mean W2 over all pairs of users.</summary>
    public double MeanDistance()
    {
        var rows = new double[Count];
        Cores.For(0, Count, u =>
        {
            for (int v = 0; v < u; v++) rows[u] += Distance(u, v);
        });
        return rows.Sum() / Math.Max(1, (double)Count * (Count - 1) / 2);
    }

    /// <summary>Writes z = mu + noise * sigma of a user.</summary>
    public void Sample(int user, ReadOnlySpan<double> noise, Span<double> z)
    {
        ReadOnlySpan<double> mean = Mean(user), sigma = Sigma(user);
        for (int k = 0; k < Latent; k++) z[k] = mean[k] + noise[k] * sigma[k];
    }

    /// <summary>
    /// Standard normal noise [K] of one user and draw. Different users have independent noise, as in training. User -1 stands for
    /// all users: common noise couples two posteriors at the least cost.
    /// </summary>
    public static void Noise(int user, int draw, ulong seed, Span<double> noise)
    {
        var key = new RandomKey(seed, StudyDraw.Noise + (uint)draw * 16, RandomPurpose.Study);
        for (int k = 0; k < noise.Length; k++) noise[k] = CounterRandom.Normal(key, (uint)(user + 1), (uint)k);
    }
}
