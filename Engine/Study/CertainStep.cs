namespace ManualVae.Study;

/// <summary>
/// A step on v of which theorem 2.3 promises that it lowers u's loss. With L_u(theta - eta g_v) at most
/// L_u - eta &lt;g_u, g_v&gt; + S eta^2 ||g_v||^2 / 2 and the theorem's bound of the inner product, the loss falls for
/// 0 &lt; eta &lt; 2 ||g_u|| (||g_u|| - D_uv) / (S ||g_v||^2).
/// </summary>
/// <param name="Smoothness">
/// S: the largest of 2 (change + eta &lt;g_u, g_v&gt;) / (eta ||g_v||)^2 over the steps that were tried.
/// </param>
/// <param name="Step">The largest step, less a hundredth.</param>
/// <param name="Change">The change of L_u by that step, nats; u and v share their noise.</param>
public sealed record CertainStep(double Smoothness, double Step, double Change)
{
    private const int Rounds = 6;

    /// <summary>
    /// Finds the steps of a block's pairs. S is measured at the step given, then again and again at the largest step that it
    /// allows, so that it holds as far as it is used.
    /// </summary>
    /// <param name="change">The changes of the pairs' losses by a step of each pair; 0 for a step of 0.</param>
    /// <param name="parts">Each pair's whole decoder.</param>
    /// <param name="bounds">Each pair's lower bound of the inner product; not above 0 where no step is certain.</param>
    /// <param name="first">The first step to try.</param>
    /// <returns>A step for each pair; null where none is certain.</returns>
    internal static CertainStep?[] Find(Func<double[], double[]> change, RadiusPart[] parts, double[] bounds, double first)
    {
        var found = new CertainStep?[parts.Length];
        if (bounds.All(bound => !(bound > 0))) return found;
        double[] steps = [.. bounds.Select(bound => bound > 0 ? first : 0)], smoothness = new double[parts.Length];
        for (int round = 0; round < Rounds; round++)
        {
            double[] changes = change(steps);
            for (int p = 0; p < parts.Length; p++)
            {
                if (steps[p] == 0) continue;
                double moved = steps[p] * parts[p].NormV;
                smoothness[p] = Math.Max(smoothness[p], 2 * (changes[p] + steps[p] * parts[p].InnerProduct) / (moved * moved));
                // A direction without curvature sets no limit: the step that was tried stays.
                if (smoothness[p] > 0) steps[p] = 0.99 * 2 * bounds[p] / (smoothness[p] * parts[p].NormV * parts[p].NormV);
            }
        }
        double[] last = change(steps);
        for (int p = 0; p < parts.Length; p++)
            if (steps[p] > 0) found[p] = new(smoothness[p], steps[p], last[p]);
        return found;
    }
}
