using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using MathNet.Numerics.Distributions;

namespace ManualVae.Study;

/// <summary>Estimates with their uncertainty. Pairs that share a user are dependent, so the bootstrap resamples users.</summary>
public static class Estimates
{
    /// <summary>Resamples of a bootstrap.</summary>
    public const int Resamples = 400;

    /// <summary>A weighted mean with a percentile bootstrap over clusters (users).</summary>
    /// <param name="values">One for each pair.</param>
    /// <param name="weights">Sampling weight of each.</param>
    /// <param name="clusters">Cluster (user) of each; any integers.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public static Interval Mean(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, ReadOnlySpan<int> clusters, ulong seed)
    {
        if (values.Length == 0) return new(double.NaN, double.NaN, double.NaN);
        var totals = new OrderedDictionary<int, (double Sum, double Weight)>();
        for (int i = 0; i < values.Length; i++)
        {
            var (sum, weight) = totals.GetValueOrDefault(clusters[i]);
            totals[clusters[i]] = (sum + weights[i] * values[i], weight + weights[i]);
        }
        (double Sum, double Weight)[] each = [.. totals.Values];
        var means = new double[Resamples];
        for (int r = 0; r < Resamples; r++)
        {
            double sum = 0, weight = 0;
            for (int i = 0; i < each.Length; i++)
            {
                var drawn = each[CounterRandom.Below(Bootstrap(seed), (uint)r, (uint)i, each.Length)];
                sum += drawn.Sum;
                weight += drawn.Weight;
            }
            means[r] = sum / weight;
        }
        return Percentiles(each.Sum(cluster => cluster.Sum) / each.Sum(cluster => cluster.Weight), means);
    }

    /// <summary>The mean of independent values with a percentile bootstrap.</summary>
    public static Interval Mean(ReadOnlySpan<double> values, ulong seed)
    {
        int[] own = [.. Enumerable.Range(0, values.Length)];
        return Mean(values, [.. own.Select(_ => 1.0)], own, seed);
    }

    /// <summary>A quantile with a percentile bootstrap over clusters.</summary>
    /// <param name="values">One for each pair.</param>
    /// <param name="clusters">Cluster (user) of each; any integers.</param>
    /// <param name="share">In [0, 1]; 0.5 gives the median.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public static Interval Quantile(double[] values, int[] clusters, double share, ulong seed)
    {
        double[][] members = [.. values.Select((value, i) => (value, i)).GroupBy(x => clusters[x.i])
            .Select(group => group.Select(x => x.value).ToArray())];
        var quantiles = new double[values.Length == 0 ? 0 : Resamples];
        Cores.For(0, quantiles.Length, r => quantiles[r] = Quantiles.Of(Enumerable.Range(0, members.Length).SelectMany(i =>
            members[CounterRandom.Below(Bootstrap(seed), (uint)r, (uint)i, members.Length)]), share));
        return Percentiles(Quantiles.Of(values, share), quantiles);
    }

    /// <summary>Weighted Spearman correlation, partial with controls, with a percentile bootstrap over clusters.</summary>
    /// <param name="x">The first variable.</param>
    /// <param name="y">The second variable.</param>
    /// <param name="weights">Sampling weight of each pair.</param>
    /// <param name="clusters">Cluster of each pair.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="controls">Variables to hold fixed. Their ranks are regressed out of the ranks of both sides.</param>
    public static Interval Spearman(
        double[] x, double[] y, double[] weights, int[] clusters, ulong seed, params double[][] controls)
    {
        if (x.Length < 3) return new(double.NaN, double.NaN, double.NaN);
        // Ranks are computed once, over all pairs. A resample's own ranks differ by a common scale and noise only.
        double[] left = Ranks(x), right = Ranks(y);
        double[][] fixedRanks = [.. controls.Select(Ranks)];
        int[][] members = [.. Enumerable.Range(0, x.Length).GroupBy(i => clusters[i]).Select(g => g.ToArray())];
        var values = new double[Resamples];
        Cores.For(0, Resamples, r =>
        {
            var drawn = new double[x.Length];
            for (int i = 0; i < members.Length; i++)
                foreach (int row in members[CounterRandom.Below(Bootstrap(seed), (uint)r, (uint)i, members.Length)])
                    drawn[row] += weights[row];
            values[r] = PartialCorrelation(left, right, fixedRanks, drawn);
        });
        return Percentiles(PartialCorrelation(left, right, fixedRanks, weights), values);
    }

    /// <summary>Weighted Pearson correlation of two variables after regressing the controls out of both (Gram-Schmidt).</summary>
    internal static double PartialCorrelation(double[] x, double[] y, double[][] controls, double[] weights)
    {
        var basis = new List<double[]>();
        foreach (double[] control in controls) basis.Add(Residual(control));
        double[] a = Residual(x), b = Residual(y);
        double aa = Dot(a, a), bb = Dot(b, b);
        return aa <= 0 || bb <= 0 ? 0 : Dot(a, b) / Math.Sqrt(aa * bb);

        double[] Residual(double[] values)
        {
            double mean = 0, total = 0;
            for (int i = 0; i < values.Length; i++)
            {
                mean += weights[i] * values[i];
                total += weights[i];
            }
            double[] rest = [.. values.Select(v => v - mean / total)];
            foreach (double[] direction in basis)
            {
                double squared = Dot(direction, direction), share = squared > 0 ? Dot(rest, direction) / squared : 0;
                for (int i = 0; i < rest.Length; i++) rest[i] -= share * direction[i];
            }
            return rest;
        }

        double Dot(double[] p, double[] q)
        {
            double sum = 0;
            for (int i = 0; i < p.Length; i++) sum += weights[i] * p[i] * q[i];
            return sum;
        }
    }

    /// <summary>
    /// The mean of several runs that differ in every seed (training, users, pairs, noise). Its 95 % interval is Student's t over
    /// the runs, and at least as wide as the intervals of the single runs imply for their mean.
    /// </summary>
    /// <param name="runs">The estimate of each run; values that are not finite are left out.</param>
    /// <param name="sameUsers">
    /// True if all runs were measured on the same users. Repeats then do not reduce the uncertainty over users, and the
    /// uncertainty over training runs adds to it.
    /// </param>
    public static Interval Repeats(IEnumerable<Interval> runs, bool sameUsers = false)
    {
        Interval[] finite = [.. runs.Where(r => double.IsFinite(r.Value))];
        int n = finite.Length;
        if (n == 0) return new(double.NaN, double.NaN, double.NaN);
        if (n == 1) return finite[0];
        double mean = finite.Average(r => r.Value), variance = finite.Sum(r => (r.Value - mean) * (r.Value - mean)) / (n - 1);
        double between = StudentT.InvCDF(0, 1, n - 1, 0.975) * Math.Sqrt(variance / n);
        double within = Math.Sqrt(finite.Average(r => double.IsFinite(r.High - r.Low) ? Math.Pow((r.High - r.Low) / 2, 2) : 0));
        double half = sameUsers ? Math.Sqrt(between * between + within * within) : Math.Max(between, within / Math.Sqrt(n));
        return new(mean, mean - half, mean + half);
    }

    /// <summary>Spearman's rank correlation of independent values; 0 if one variable is constant.</summary>
    public static double Spearman(double[] x, double[] y) =>
        PartialCorrelation(Ranks(x), Ranks(y), [], [.. x.Select(_ => 1.0)]);

    private static Interval Percentiles(double value, double[] resampled) =>
        new(value, Quantiles.Of(resampled.Where(double.IsFinite), 0.025), Quantiles.Of(resampled.Where(double.IsFinite), 0.975));

    /// <summary>Ranks from 1; ties share their mean rank.</summary>
    private static double[] Ranks(double[] values) => MathNet.Numerics.Statistics.Statistics.Ranks(values);

    private static RandomKey Bootstrap(ulong seed) => new(seed, StudyDraw.Bootstrap, RandomPurpose.Study);
}
