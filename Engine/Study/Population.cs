using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>The users that a study looks at: rows of a click matrix, none of them empty.</summary>
/// <param name="Clicks">All users' clicks.</param>
/// <param name="Users">The chosen rows, increasing.</param>
public sealed record Population(CsrMatrix Clicks, int[] Users)
{
    /// <summary>Number of users.</summary>
    public int Count => Users.Length;

    /// <summary>The items of the i-th chosen user.</summary>
    public ReadOnlySpan<int> Items(int i) => Clicks.RowColumns(Users[i]);

    /// <summary>Draws users without replacement among those with clicks; a pure function of the seed.</summary>
    /// <param name="clicks">The matrix.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="InputException">Fewer users than asked for, or less than one asked for.</exception>
    public static Population Sample(CsrMatrix clicks, int count, ulong seed)
    {
        int[] users = [.. Enumerable.Range(0, clicks.Rows).Where(user => clicks.RowLength(user) > 0)];
        if (count < 1) throw new InputException($"--users {count}: give at least 1.");
        if (count > users.Length)
            throw new InputException($"--users {count}: there are only {users.Length} users with clicks; give at most that many.");
        var key = new RandomKey(seed, StudyDraw.Users, RandomPurpose.Study);
        for (int i = 0; i < count; i++)
        {
            int j = i + CounterRandom.Below(key, 0, (uint)i, users.Length - i);
            (users[i], users[j]) = (users[j], users[i]);
        }
        Array.Sort(users, 0, count);
        return new(clicks, users[..count]);
    }
}

/// <summary>The step of each kind of draw of the studies, so that no two share one.</summary>
internal static class StudyDraw
{
    public const uint Users = 1, Pairs = 2, Noise = 3, Shuffle = 4, Bootstrap = 5, Aggregate = 6, Layout = 7, Overlap = 8, Strata = 9;
    /// <summary>Draws of masks and of per-user noise count from here.</summary>
    public const uint Masks = 1000;
}

/// <summary>The posteriors q(z|x_h) of the users of a population for one mask.</summary>
public sealed class Posteriors
{
    private readonly double[] _means, _sigmas;

    /// <summary>Posteriors of given means and standard deviations [users, K].</summary>
    public Posteriors(int latent, double[] means, double[] sigmas) => (Latent, _means, _sigmas) = (latent, means, sigmas);

    /// <summary>K.</summary>
    public int Latent { get; }

    /// <summary>Number of users.</summary>
    public int Count => _means.Length / Latent;

    /// <summary>mu of a user.</summary>
    public ReadOnlySpan<double> Mean(int user) => _means.AsSpan(user * Latent, Latent);

    /// <summary>sigma of a user; zeros for a DAE, whose code is a point.</summary>
    public ReadOnlySpan<double> Sigma(int user) => _sigmas.AsSpan(user * Latent, Latent);

    /// <summary>W2 between two users.</summary>
    public double Distance(int u, int v) => Wasserstein.Second(Mean(u), Sigma(u), Mean(v), Sigma(v));

    /// <summary>W2 between a user's posterior here and another's elsewhere.</summary>
    public double Distance(int u, Posteriors other, int v) => Wasserstein.Second(Mean(u), Sigma(u), other.Mean(v), other.Sigma(v));

    /// <summary>Writes z = mu + noise * sigma of a user.</summary>
    public void Sample(int user, ReadOnlySpan<double> noise, Span<double> z)
    {
        ReadOnlySpan<double> mean = Mean(user), sigma = Sigma(user);
        for (int k = 0; k < Latent; k++) z[k] = mean[k] + noise[k] * sigma[k];
    }

    /// <summary>
    /// Standard normal noise [K] of one user and draw. A negative user stands for all: the same noise couples two posteriors at the
    /// least cost, different users' noise is independent as in training.
    /// </summary>
    public static void Noise(int user, int draw, ulong seed, Span<double> noise)
    {
        var key = new RandomKey(seed, StudyDraw.Noise + (uint)draw * 16, RandomPurpose.Study);
        for (int k = 0; k < noise.Length; k++) noise[k] = CounterRandom.Normal(key, (uint)(user + 1), (uint)k);
    }
}
