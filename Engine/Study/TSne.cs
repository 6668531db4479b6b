using ManualVae.Compute;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>
/// Exact t-SNE to two dimensions (van der Maaten and Hinton 2008), O(n^2) an iteration, with the authors' settings: early
/// exaggeration, momentum and adaptive gains. A pure function of its input and seed, on any number of threads.
/// </summary>
public static class TSne
{
    /// <summary>Largest number of points.</summary>
    public const int Limit = 1500;

    /// <summary>Computes a layout.</summary>
    /// <param name="points">Rows of <paramref name="columns"/> elements.</param>
    /// <param name="columns">Width of a row.</param>
    /// <param name="perplexity">Effective number of neighbours, below a third of the points.</param>
    /// <param name="iterations">Gradient steps; the first quarter with exaggeration.</param>
    /// <param name="seed">Seed of the start.</param>
    /// <returns>Rows of two coordinates.</returns>
    /// <exception cref="InputException">Too many points, or too few for the perplexity.</exception>
    public static double[] Layout(double[] points, int columns, double perplexity = 30, int iterations = 500, ulong seed = 1)
    {
        int n = points.Length / columns;
        if (n > Limit) throw About($"{Setting("Users")} {n}: the latent map takes at most {Limit} users.");
        if (!(perplexity >= 1 && 3 * perplexity < n))
            throw About($"{Setting("Perplexity")} {perplexity}: with {n} users give at least 1 and below {n / 3.0:0.#}.");
        double[] p = Affinities(points, columns, n, perplexity);
        var (y, velocity, gains, gradient) = (new double[2 * n], new double[2 * n], new double[2 * n], new double[2 * n]);
        var key = new RandomKey(seed, StudyDraw.Layout, RandomPurpose.Study);
        for (int i = 0; i < y.Length; i++) (y[i], gains[i]) = (1e-4 * CounterRandom.Normal(key, 0, (uint)i), 1);
        var (q, rowSums) = (new double[n * n], new double[n]);
        int early = iterations / 4;
        double rate = Math.Max(50, n / 12.0);
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            double exaggeration = iteration < early ? 12 : 1, momentum = iteration < early ? 0.5 : 0.8;
            Gradient(p, y, q, rowSums, exaggeration, gradient);
            for (int i = 0; i < y.Length; i++)
            {
                gains[i] = Math.Max(0.01, gradient[i] > 0 == velocity[i] > 0 ? gains[i] * 0.8 : gains[i] + 0.2);
                velocity[i] = momentum * velocity[i] - rate * gains[i] * gradient[i];
                y[i] += velocity[i];
            }
            Centre(y);
        }
        return y;
    }

    /// <summary>
    /// The gradient of the divergence at a layout: 4 sum_j (p_ij - q_ij) (y_i - y_j) / (1 + ||y_i - y_j||^2). q is normalised by
    /// the sum over all pairs; the row sums are added in a fixed order.
    /// </summary>
    internal static void Gradient(double[] p, double[] y, double[] q, double[] rowSums, double exaggeration, double[] gradient)
    {
        int n = rowSums.Length;
        Cores.For(0, n, i =>
        {
            double sum = 0;
            for (int j = 0; j < n; j++)
            {
                double dx = y[2 * i] - y[2 * j], dy = y[2 * i + 1] - y[2 * j + 1];
                double near = i == j ? 0 : 1 / (1 + dx * dx + dy * dy);
                q[i * n + j] = near;
                sum += near;
            }
            rowSums[i] = sum;
        });
        double total = rowSums.Sum();
        Cores.For(0, n, i =>
        {
            double gx = 0, gy = 0;
            for (int j = 0; j < n; j++)
            {
                double near = q[i * n + j], pull = 4 * (exaggeration * p[i * n + j] - near / total) * near;
                gx += pull * (y[2 * i] - y[2 * j]);
                gy += pull * (y[2 * i + 1] - y[2 * j + 1]);
            }
            (gradient[2 * i], gradient[2 * i + 1]) = (gx, gy);
        });
    }

    /// <summary>Symmetric affinities p_ij = (p_j|i + p_i|j) / 2n; each row's Gaussian has the given perplexity.</summary>
    internal static double[] Affinities(double[] points, int columns, int n, double perplexity)
    {
        var conditional = new double[n * n];
        Cores.For(0, n, i =>
        {
            var row = conditional.AsSpan(i * n, n);
            var squared = new double[n];
            double nearest = double.PositiveInfinity;
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < columns; k++)
                {
                    double difference = points[i * columns + k] - points[j * columns + k];
                    squared[j] += difference * difference;
                }
                if (j != i) nearest = Math.Min(nearest, squared[j]);
            }
            double low = 0, high = double.PositiveInfinity, precision = 1 / Math.Max(1e-12, nearest);
            for (int attempt = 0; attempt < 100; attempt++)
            {
                double sum = 0, weighted = 0;
                for (int j = 0; j < n; j++)
                {
                    row[j] = j == i ? 0 : Math.Exp(-precision * (squared[j] - nearest)); // shifted: the nearest weighs 1
                    sum += row[j];
                    weighted += row[j] * (squared[j] - nearest);
                }
                foreach (ref double value in row) value /= sum;
                double entropy = Math.Log(sum) + precision * weighted / sum - Math.Log(perplexity);
                if (Math.Abs(entropy) < 1e-5) break;
                (low, high) = entropy > 0 ? (precision, high) : (low, precision);
                precision = double.IsInfinity(high) ? precision * 2 : 0.5 * (low + high);
            }
        });
        var p = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) p[i * n + j] = (conditional[i * n + j] + conditional[j * n + i]) / (2.0 * n);
        return p;
    }

    private static void Centre(double[] y)
    {
        for (int k = 0; k < 2; k++)
        {
            double mean = Enumerable.Range(0, y.Length / 2).Average(i => y[2 * i + k]);
            for (int i = k; i < y.Length; i += 2) y[i] -= mean;
        }
    }
}
