using System.Runtime.Intrinsics;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// MARec's SLIM (Monteil et al. 2024, eq. 10): for each item i by itself the weighted ridge regression
/// min over t of ||W^1/2 (x_i - X t)||^2 + lambda ||t||^2 + g1 t_i^2 + d_i^2 ||W^1/2 (X t - alpha X A_i)||^2, W diagonal over
/// users, 1 where they clicked i and w1 where not. Neither weights nor diagonal are constrained.
/// </summary>
/// <remarks>
/// Both squares together are one, of X t to the target (x_i + d^2 alpha X A_i) / (1 + d^2) with lambda and g1 divided by 1 + d^2.
/// As printed (eq. 11) the target is x_i + d alpha X A_i; the matrix of eq. 11 has a term X'W X A D beside, which is nothing
/// where rarely clicked items have no clicks (their rows of X' are zero, and so are their weights), and is left out elsewhere.
/// Solved by cyclic coordinate descent, sixteen items side by side: one for each lane of a vector.
/// </remarks>
public static class MarecSlim
{
    private const int Lanes = 16, MaxSweeps = 300;
    private const float Tolerance = 2e-6f; // largest change of a weight in the last sweep

    /// <summary>Bytes while fitting, beside two item-item matrices.</summary>
    internal static long Bytes(CsrMatrix train) => CoOccurrence.Bytes(train)
        + Environment.ProcessorCount * (2L * train.Rows + 2L * train.Columns) * Lanes * sizeof(float);

    /// <summary>T, items x items, row-major.</summary>
    /// <param name="train">X.</param>
    /// <param name="alignment">alpha A, items x items, row-major.</param>
    /// <param name="strengths">d of each item.</param>
    /// <param name="settings">Lambda, w1, g1, form.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    internal static float[] Fit(
        CsrMatrix train, float[] alignment, double[] strengths, MarecSettings settings, FitMonitor monitor)
    {
        int n = train.Columns, blocks = (n + Lanes - 1) / Lanes;
        var weights = CoOccurrence.Allocate(n);
        var byItem = train.Transpose();
        int done = 0;
        Cores.For(0, blocks, () => new Scratch(train.Rows, n), (block, loop, scratch) =>
        {
            if (monitor.Cancellation.IsCancellationRequested) loop.Stop();
            else Solve(train, byItem, alignment, strengths, settings, block * Lanes, scratch, weights);
            int now = Interlocked.Increment(ref done);
            if (now * 4 / blocks > (now - 1) * 4 / blocks)
                monitor.Report?.Invoke($"marec: slim weights of {now * Lanes} of {n} items");
            return scratch;
        }, _ => { });
        monitor.Check();
        return weights;
    }

    // Weights of sixteen items from `first` on. Residuals are kept weighted: W (target - X t).
    private static void Solve(CsrMatrix train, CsrMatrix byItem, float[] alignment, double[] strengths, MarecSettings settings,
        int first, Scratch s, float[] weights)
    {
        int n = train.Columns, lanes = Math.Min(Lanes, n - first);
        var (ridge, diagonal) = (new float[Lanes], new float[Lanes]);
        Array.Fill(ridge, 1); // of lanes without an item
        Array.Fill(s.UserWeights, Vector512.Create((float)settings.NegativeWeight));
        Array.Clear(s.Residuals);
        Array.Clear(s.Solution);
        for (int lane = 0; lane < lanes; lane++)
        {
            int item = first + lane;
            double d = strengths[item], total = settings.Form == MarecForm.Printed ? 1 : 1 + d * d;
            (ridge[lane], diagonal[lane]) = ((float)(settings.Lambda / total), (float)(settings.DiagonalPenalty / total));
            foreach (int user in byItem.RowColumns(item))
            {
                s.UserWeights[user] = s.UserWeights[user].WithElement(lane, 1);
                s.Residuals[user] = s.Residuals[user].WithElement(lane, (float)(1 / total));
            }
            if (d == 0) continue;
            double pull = settings.Form == MarecForm.Printed ? d : d * d / total;
            for (int user = 0; user < train.Rows; user++)
            {
                double score = 0;
                foreach (int clicked in train.RowColumns(user)) score += alignment[clicked * n + item];
                s.Residuals[user] = s.Residuals[user].WithElement(lane,
                    s.Residuals[user].GetElement(lane) + (float)(pull * score));
            }
        }
        for (int user = 0; user < train.Rows; user++) s.Residuals[user] *= s.UserWeights[user];
        for (int j = 0; j < n; j++)
        {
            var sum = Ridge(j);
            foreach (int user in byItem.RowColumns(j)) sum += s.UserWeights[user];
            s.Curvature[j] = sum;
        }

        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var moved = Vector512<float>.Zero;
            for (int j = 0; j < n; j++)
            {
                var users = byItem.RowColumns(j);
                if (users.Length == 0) continue; // its weights stay 0
                var slope = -(Ridge(j) * s.Solution[j]);
                foreach (int user in users) slope += s.Residuals[user];
                var change = slope / s.Curvature[j];
                s.Solution[j] += change;
                moved = Vector512.Max(moved, Vector512.Abs(change));
                foreach (int user in users) s.Residuals[user] -= s.UserWeights[user] * change;
            }
            if (Vector512.LessThanOrEqualAll(moved, Vector512.Create(Tolerance))) break;
        }
        for (int j = 0; j < n; j++)
            for (int lane = 0; lane < lanes; lane++) weights[j * n + first + lane] = s.Solution[j].GetElement(lane);

        Vector512<float> Ridge(int j)
        {
            var all = Vector512.Create<float>(ridge);
            int lane = j - first;
            return lane >= 0 && lane < lanes ? all.WithElement(lane, ridge[lane] + diagonal[lane]) : all;
        }
    }

    private sealed class Scratch(int users, int items)
    {
        public readonly Vector512<float>[] UserWeights = new Vector512<float>[users], Residuals = new Vector512<float>[users];
        public readonly Vector512<float>[] Curvature = new Vector512<float>[items], Solution = new Vector512<float>[items];
    }
}
