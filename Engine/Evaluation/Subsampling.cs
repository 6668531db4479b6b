using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>Intervals from means of random parts of the users, as Monteil et al. 2024 give them.</summary>
public static class Subsampling
{
    /// <summary>
    /// Between which values the mean of a random part of the users lies: quantiles over repeated draws without replacement. It
    /// says how much a mean of so few users varies, so it is wider than an interval of the mean of all users.
    /// </summary>
    /// <param name="values">A value for each user.</param>
    /// <param name="share">Share of the users in a draw, above 0 and at most 1; at least one user is drawn.</param>
    /// <param name="repeats">Number of draws, 1 or more.</param>
    /// <param name="confidence">Coverage, in (0, 1).</param>
    /// <param name="seed">The same seed draws the same users, for any number of threads.</param>
    public static (double Low, double High) Interval(
        ReadOnlySpan<double> values, double share = 0.2, int repeats = 500, double confidence = 0.95, ulong seed = 0)
    {
        if (!(share is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "Above 0, at most 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        if (values.Length == 0) return (double.NaN, double.NaN);
        double[] all = values.ToArray();
        int drawn = Math.Max(1, (int)Math.Round(share * all.Length));
        var means = new double[repeats];
        Cores.For(0, repeats, repeat =>
        {
            int[] order = [.. Enumerable.Range(0, all.Length)];
            CounterRandom.Shuffle(new RandomKey(seed, (uint)repeat, RandomPurpose.Study), order);
            double sum = 0;
            foreach (int user in order.AsSpan(0, drawn)) sum += all[user];
            means[repeat] = sum / drawn;
        });
        return (Quantiles.Of(means, (1 - confidence) / 2), Quantiles.Of(means, (1 + confidence) / 2));
    }
}
