using MathNet.Numerics;

namespace ManualVae.Study;

/// <summary>Distances between diagonal Gaussians N(mu, diag sigma^2), the posteriors of two users.</summary>
public static class Wasserstein
{
    /// <summary>
    /// W2 = sqrt(||mu_u - mu_v||^2 + ||sigma_u - sigma_v||^2), exact for diagonal Gaussians (Givens and Shortt 1984); an
    /// upper bound of W1.
    /// </summary>
    public static double Second(
        ReadOnlySpan<double> meanU, ReadOnlySpan<double> sigmaU, ReadOnlySpan<double> meanV, ReadOnlySpan<double> sigmaV) =>
        Math.Sqrt(SquaredDistance(meanU, meanV) + SquaredDistance(sigmaU, sigmaV));

    /// <summary>||mu_u - mu_v||, a lower bound of W1 (Jensen: a coupling moves the mean at least this far).</summary>
    public static double MeanDistance(ReadOnlySpan<double> meanU, ReadOnlySpan<double> meanV) =>
        Math.Sqrt(SquaredDistance(meanU, meanV));

    /// <summary>
    /// W1 with the l1 ground cost in closed form, sum_k E|a + b xi| with a = mu_uk - mu_vk, b = |sigma_uk - sigma_vk| and
    /// xi ~ N(0, 1). E|a + b xi| = b sqrt(2/pi) exp(-a^2 / 2b^2) + a (1 - 2 Phi(-a/b)).
    /// </summary>
    public static double FirstByL1Cost(
        ReadOnlySpan<double> meanU, ReadOnlySpan<double> sigmaU, ReadOnlySpan<double> meanV, ReadOnlySpan<double> sigmaV)
    {
        double sum = 0;
        for (int k = 0; k < meanU.Length; k++) sum += FoldedNormalMean(meanU[k] - meanV[k], Math.Abs(sigmaU[k] - sigmaV[k]));
        return sum;
    }

    /// <summary>E|a + b xi| for xi ~ N(0, 1) and b at least 0; |a| if b is 0.</summary>
    public static double FoldedNormalMean(double a, double b) =>
        b == 0
            ? Math.Abs(a)
            : b * Math.Sqrt(2 / Math.PI) * Math.Exp(-a * a / (2 * b * b)) + a * SpecialFunctions.Erf(a / (b * Math.Sqrt(2)));

    private static double SquaredDistance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int k = 0; k < x.Length; k++) sum += (x[k] - y[k]) * (x[k] - y[k]);
        return sum;
    }
}
