using MathNet.Numerics.Distributions;

namespace ManualVae.Tools.Sweep;

/// <summary>
/// Density over an interval from points in it: a mean of normal densities, cut off at the ends. One stands at each point, as wide
/// as the farther of its two neighbours is away (the ends are neighbours too); one more, the prior, stands in the middle and is
/// as wide as the interval (Bergstra et al. 2011, section 4).
/// </summary>
internal sealed class ParzenEstimator
{
    private const int FinestWidths = 100; // no density is narrower than this share of the interval

    private readonly double _low, _high;
    private readonly (double Mean, double Deviation)[] _parts;

    /// <summary>Makes the estimate.</summary>
    /// <param name="points">The points; none gives the prior alone.</param>
    /// <param name="low">Low end of the interval.</param>
    /// <param name="high">High end.</param>
    public ParzenEstimator(IEnumerable<double> points, double low, double high)
    {
        (_low, _high) = (low, high);
        double middle = (low + high) / 2, width = high - low;
        double[] sorted = [.. points.Append(middle).Order()];
        int prior = Array.IndexOf(sorted, middle);
        double narrowest = width / Math.Min(FinestWidths, sorted.Length);
        _parts = [.. sorted.Select((mean, i) =>
        {
            double left = mean - (i == 0 ? low : sorted[i - 1]), right = (i == sorted.Length - 1 ? high : sorted[i + 1]) - mean;
            return (mean, i == prior ? width : Math.Clamp(Math.Max(left, right), narrowest, width));
        })];
    }

    /// <summary>The normal densities, by their means.</summary>
    public IReadOnlyList<(double Mean, double Deviation)> Parts => _parts;

    /// <summary>The density at a point of the interval.</summary>
    public double Density(double x) => _parts.Average(p => Normal.PDF(p.Mean, p.Deviation, x) / Mass(p, _low, _high));

    /// <summary>The probability of a part of the interval.</summary>
    public double Probability(double from, double to) => _parts.Average(p => Mass(p, from, to) / Mass(p, _low, _high));

    /// <summary>A draw.</summary>
    /// <param name="choice">Uniform in [0, 1): which density.</param>
    /// <param name="share">Uniform in [0, 1): where in it.</param>
    public double Draw(double choice, double share)
    {
        var (mean, deviation) = _parts[(int)(choice * _parts.Length)];
        double below = Normal.CDF(mean, deviation, _low), upTo = Normal.CDF(mean, deviation, _high);
        return Math.Clamp(Normal.InvCDF(mean, deviation, below + share * (upTo - below)), _low, _high);
    }

    private static double Mass((double Mean, double Deviation) part, double from, double to) =>
        Normal.CDF(part.Mean, part.Deviation, to) - Normal.CDF(part.Mean, part.Deviation, from);
}
