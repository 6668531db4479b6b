using ManualVae.Compute;

namespace ManualVae.Study;

/// <summary>The worst coordinate of one variable.</summary>
/// <param name="Variable">Its name.</param>
/// <param name="Index">The coordinate.</param>
/// <param name="Analytic">The backward pass's derivative.</param>
/// <param name="Numeric">The central difference.</param>
/// <param name="Error">|analytic - numeric| / max(1, |analytic|, |numeric|).</param>
/// <param name="Checked">Number of coordinates that were compared.</param>
public readonly record struct GradientError(
    string Variable, long Index, double Analytic, double Numeric, double Error, int Checked);

/// <summary>
/// Checks shipped backward code against the function it claims to differentiate. Meant for the reference backend: in double
/// precision a correct gradient agrees to about 1e-8, and a wrong sign or a missing factor shows as an error near 1.
/// </summary>
public static class GradientCheck
{
    /// <summary>Largest error of a correct gradient in <see cref="Coordinates"/>, in double precision.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>Central differences (f(x + h) - f(x - h)) / 2h of single coordinates, evenly spaced in large variables.</summary>
    /// <param name="problem">The function.</param>
    /// <param name="step">h; the truncation error is of order h^2, the rounding error of order 1e-16 |f| / h.</param>
    /// <param name="coordinates">About how many coordinates of each variable are compared.</param>
    public static IReadOnlyList<GradientError> Coordinates(Differentiable problem, double step = 1e-4, int coordinates = 100)
    {
        problem.Gradient();
        var gradients = problem.Variables.Select(v => problem.Backend.Values(v.Gradient)).ToArray();
        var worst = new List<GradientError>();
        for (int v = 0; v < gradients.Length; v++)
        {
            var (name, tensor, _) = problem.Variables[v];
            var values = problem.Backend.Values(tensor);
            long stride = Math.Max(1, values.Length / coordinates);
            var error = new GradientError(name, 0, 0, 0, 0, 0);
            int compared = 0;
            for (long i = 0; i < values.Length; i += stride, compared++)
            {
                double kept = values[i];
                double above = At(kept + step), below = At(kept - step);
                At(kept, evaluate: false);
                double numeric = (above - below) / (2 * step), analytic = gradients[v][i];
                double difference = Math.Abs(analytic - numeric) / Math.Max(1, Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
                if (!(difference <= error.Error)) error = new GradientError(name, i, analytic, numeric, difference, 0);

                double At(double value, bool evaluate = true)
                {
                    values[i] = value;
                    problem.Backend.Upload(values, tensor);
                    return evaluate ? problem.Loss() : 0;
                }
            }
            worst.Add(error with { Checked = compared });
        }
        return worst;
    }

    /// <summary>
    /// Taylor test along a random direction d. |f(x + h d) - f(x) - h g'd| decreases as h^2 if the gradient is correct: its slope
    /// over h on logarithmic axes is 2, and 1 for a wrong gradient. A few evaluations suffice, so it runs at real shapes.
    /// </summary>
    /// <returns>The median slope between successive halvings of h; 2 if the remainder is only rounding.</returns>
    public static double TaylorSlope(Differentiable problem, double step = 1e-2, int halvings = 6, ulong seed = 1)
    {
        problem.Gradient();
        var (points, directions) = (new List<double[]>(), new List<double[]>());
        double slope = 0, norm = 0;
        for (int v = 0; v < problem.Variables.Count; v++)
        {
            points.Add(problem.Backend.Values(problem.Variables[v].Value));
            var direction = new double[points[v].Length];
            for (int i = 0; i < direction.Length; i++)
                norm += Math.Pow(direction[i] = CounterRandom.Normal(new(seed, 0, RandomPurpose.Study), (uint)v, (uint)i), 2);
            directions.Add(direction);
        }
        norm = Math.Sqrt(norm);
        for (int v = 0; v < points.Count; v++)
        {
            var gradient = problem.Backend.Values(problem.Variables[v].Gradient);
            for (int i = 0; i < gradient.Length; i++) slope += gradient[i] * (directions[v][i] /= norm);
        }
        double start = problem.Loss();
        var remainders = new double[halvings + 1];
        for (int halving = 0; halving <= halvings; halving++)
        {
            double h = step / Math.Pow(2, halving);
            MoveTo(h);
            remainders[halving] = Math.Abs(problem.Loss() - start - h * slope);
        }
        MoveTo(0);
        // Below this the remainder is rounding, not curvature.
        double floor = 1e-14 * Math.Abs(start) * 100;
        var slopes = new List<double>();
        for (int i = 0; i < halvings; i++)
            if (remainders[i + 1] > floor) slopes.Add(Math.Log2(remainders[i] / remainders[i + 1]));
        slopes.Sort();
        return slopes.Count == 0 ? 2 : slopes[slopes.Count / 2];

        void MoveTo(double h)
        {
            for (int v = 0; v < points.Count; v++)
            {
                var moved = new double[points[v].Length];
                for (int i = 0; i < moved.Length; i++) moved[i] = points[v][i] + h * directions[v][i];
                problem.Backend.Upload(moved, problem.Variables[v].Value);
            }
        }
    }
}
