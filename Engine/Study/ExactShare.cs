using MathNet.Numerics.Distributions;

namespace ManualVae.Study;

/// <summary>
/// A share with the exact binomial interval (Clopper and Pearson 1934). It takes the cases as independent, and also holds where
/// none or all of them have the property, unlike a bootstrap.
/// </summary>
public static class ExactShare
{
    /// <summary>The share of <paramref name="with"/> in <paramref name="all"/> cases; NaN of none.</summary>
    /// <param name="with">Cases with the property; need not be whole.</param>
    /// <param name="all">All cases; need not be whole.</param>
    public static Interval Of(double with, double all) => !(all > 0)
        ? new(double.NaN, double.NaN, double.NaN)
        : new(with / all, with <= 0 ? 0 : Beta.InvCDF(with, all - with + 1, 0.025),
            with >= all ? 1 : Beta.InvCDF(with + 1, all - with, 0.975));

    /// <summary>
    /// A weighted share: the exact interval of as many equally weighted cases as tell as much, (sum w)^2 / sum w^2 (Korn and
    /// Graubard 1998).
    /// </summary>
    /// <param name="has">Which cases have the property.</param>
    /// <param name="weights">Weight of each.</param>
    public static Interval Weighted(ReadOnlySpan<bool> has, ReadOnlySpan<double> weights)
    {
        double with = 0, sum = 0, squares = 0;
        bool all = true;
        for (int i = 0; i < has.Length; i++)
        {
            if (has[i]) with += weights[i];
            all &= has[i];
            sum += weights[i];
            squares += weights[i] * weights[i];
        }
        double effective = sum * sum / squares;
        return Of(all ? effective : with / sum * effective, effective);
    }
}
