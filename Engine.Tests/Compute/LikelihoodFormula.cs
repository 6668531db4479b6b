using ManualVae.Compute;

namespace ManualVae.Tests.Compute;

/// <summary>
/// Equations 2 to 4 of Liang et al. 2018 for one user, written out in double precision so that no size of the logits overflows.
/// </summary>
internal static class LikelihoodFormula
{
    /// <summary>The loss, and its gradient by the logits.</summary>
    /// <param name="likelihood">Which, with its weights.</param>
    /// <param name="clicks">Clicked items.</param>
    /// <param name="f">Logits.</param>
    public static (double Loss, double[] Gradient) Of(Likelihood likelihood, ReadOnlySpan<int> clicks, double[] f)
    {
        var x = new double[f.Length];
        foreach (int item in clicks) x[item] = 1;
        return Of(likelihood, x, f);
    }

    /// <summary>The same of clicks with values.</summary>
    /// <param name="likelihood">Which, with its weights.</param>
    /// <param name="x">The value of each item; 0 without a click.</param>
    /// <param name="f">Logits.</param>
    public static (double Loss, double[] Gradient) Of(Likelihood likelihood, double[] x, double[] f)
    {
        double max = f.Max(), normaliser = max + Math.Log(f.Sum(v => Math.Exp(v - max))), n = x.Sum(), loss = 0;
        var gradient = new double[f.Length];
        for (int i = 0; i < f.Length; i++)
            switch (likelihood.Kind)
            {
                case LikelihoodKind.Multinomial:
                    loss -= x[i] * (f[i] - normaliser);
                    gradient[i] = n * Math.Exp(f[i] - normaliser) - x[i];
                    break;
                case LikelihoodKind.Gaussian:
                    double weight = x[i] > 0 ? likelihood.ClickWeight : likelihood.ZeroWeight;
                    loss += weight / 2 * (x[i] - f[i]) * (x[i] - f[i]);
                    gradient[i] = weight * (f[i] - x[i]);
                    break;
                default: // log(1 + e^f) - x f, without e^f for large f
                    loss += Math.Max(f[i], 0) + Math.Log(1 + Math.Exp(-Math.Abs(f[i]))) - x[i] * f[i];
                    gradient[i] = (f[i] >= 0 ? 1 / (1 + Math.Exp(-f[i])) : Math.Exp(f[i]) / (1 + Math.Exp(f[i]))) - x[i];
                    break;
            }
        return (loss, gradient);
    }
}
