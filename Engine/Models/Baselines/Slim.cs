using System.Diagnostics;
using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Slim"/>; the defaults did best on the validation part of ml-1m-strong. Liang et al. 2018 search both in
/// {0.1, 0.5, 1, 5}.
/// </summary>
/// <param name="L1">Weight of the sum of the weights, 0 or more: larger is sparser.</param>
/// <param name="L2">Weight of half the sum of their squares, above 0.</param>
/// <param name="MaxSweeps">Most passes of coordinate descent over an item's weights.</param>
/// <param name="Tolerance">An item is done when no weight moved by more than this.</param>
public sealed record SlimSettings(double L1 = 1, double L2 = 300, int MaxSweeps = 5000, double Tolerance = 1e-6);

/// <summary>
/// SLIM (Ning and Karypis 2011, eq. 2 to 4): a sparse item-item model with non-negative weights and a zero diagonal, for each
/// item j min over w >= 0, w_j = 0 of ||x_j - X w||^2 / 2 + L2 ||w||^2 / 2 + L1 sum w, by coordinate descent on X'X (as
/// Friedman et al. 2010 do for the elastic net). Click values are ignored.
/// </summary>
public static class Slim
{
    private const int MostChosen = 4096; // 64 MiB a thread

    /// <summary>Fits every item by itself. Memory: items^2 x 4 bytes while fitting.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public static SparseItemItemModel Fit(CsrMatrix train, SlimSettings settings, FitMonitor monitor = default)
    {
        if (!(settings.L1 >= 0 && settings.L2 > 0 && settings.Tolerance > 0) || settings.MaxSweeps < 1)
            throw new InputException(
                $"slim: l1 ({settings.L1}) must be 0 or more, l2 ({settings.L2}) and the tolerance ({settings.Tolerance}) above "
                + $"0, the sweeps ({settings.MaxSweeps}) 1 or more.");
        int n = train.Columns;
        monitor.Needs("slim", Bytes(train));
        var gram = new CoOccurrence(train).Gram();
        monitor.Pass($"slim: X'X of {n} items");
        var (items, weights) = (new int[n][], new float[n][]);
        Cores.For(0, n, () => (new float[n], new float[n]), (item, loop, scratch) =>
        {
            var (w, product) = scratch;
            Descend(gram, item, settings, w, product);
            int[] chosen = [.. Enumerable.Range(0, n).Where(i => w[i] > 0)];
            (items[item], weights[item]) = (chosen, [.. chosen.Select(i => w[i])]);
            if (monitor.Cancellation.IsCancellationRequested) loop.Stop();
            return scratch;
        }, _ => { });
        monitor.Check();

        var offsets = new long[n + 1];
        for (int item = 0; item < n; item++) offsets[item + 1] = offsets[item] + items[item].Length;
        monitor.Pass($"slim: {offsets[n]} weights");
        return new("slim", new CsrMatrix(n, offsets, [.. items.SelectMany(i => i)], [.. weights.SelectMany(w => w)]).Transpose());
    }

    // X'X, the transposed clicks, the scratch of each thread; the weights are sparse.
    private static long Bytes(CsrMatrix train) => CoOccurrence.Bytes(train.Columns) + CoOccurrence.Bytes(train)
        + 8L * train.Columns * Environment.ProcessorCount;

    /// <summary>
    /// Seconds that <see cref="Fit"/> would take on this machine, from the time of X'X and of a sample of items, evenly over
    /// their numbers of clicks.
    /// </summary>
    /// <param name="train">Clicks.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="sample">Items that are fitted, 1 or more.</param>
    /// <param name="monitor">Cancellation.</param>
    /// <exception cref="InputException">Memory cannot hold X'X.</exception>
    public static double EstimateSeconds(CsrMatrix train, SlimSettings settings, int sample = 64, FitMonitor monitor = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sample, 1);
        int n = train.Columns;
        monitor.Needs("slim", Bytes(train));
        var clock = Stopwatch.StartNew();
        var gram = new CoOccurrence(train).Gram();
        double whole = clock.Elapsed.TotalSeconds;
        int[] items = [.. Enumerable.Range(0, n).OrderBy(i => gram[i * n + i])];
        int count = Math.Min(sample, n);
        clock.Restart();
        Cores.For(0, count, () => (new float[n], new float[n]), (s, _, scratch) =>
        {
            monitor.Check();
            Descend(gram, items[(int)((s + 0.5) * n / count)], settings, scratch.Item1, scratch.Item2);
            return scratch;
        }, _ => { });
        return whole + clock.Elapsed.TotalSeconds * n / Math.Max(1, count);
    }

    // A sweep over all weights, then sweeps over those that are not zero, until a sweep over all moves none.
    private static void Descend(float[] gram, int item, SlimSettings settings, float[] w, float[] product)
    {
        int n = w.Length;
        Array.Clear(w);
        Array.Clear(product); // X'X w
        var target = gram.AsSpan(item * n, n);
        for (int sweep = 1; sweep <= settings.MaxSweeps; sweep++)
        {
            double moved = 0;
            for (int i = 0; i < n; i++)
            {
                if (i == item) continue;
                float change = Update(settings, target[i] - product[i], gram[i * n + i], ref w[i]);
                if (change == 0) continue;
                TensorPrimitives.MultiplyAdd(gram.AsSpan(i * n, n), change, product, product);
                moved = Math.Max(moved, Math.Abs(change));
            }
            if (moved <= settings.Tolerance) return;
            sweep += DescendChosen(gram, target, settings, w, product, settings.MaxSweeps - sweep);
        }
    }

    // Sweeps over the weights that are not zero, on their own rows and columns of X'X: small enough for the cache.
    private static int DescendChosen(
        float[] gram, ReadOnlySpan<float> target, SlimSettings settings, float[] w, float[] product, int most)
    {
        int n = w.Length, count = n - w.AsSpan().Count(0f), sweep = 0;
        if (count > MostChosen) return 0;
        var chosen = new int[count];
        for (int i = 0, at = 0; i < n; i++) if (w[i] != 0) chosen[at++] = i;
        var (own, left, weights) = (new float[count * count], new float[count], new float[count]);
        for (int a = 0; a < count; a++)
        {
            (left[a], weights[a]) = (target[chosen[a]] - product[chosen[a]], w[chosen[a]]);
            for (int b = 0; b < count; b++) own[a * count + b] = gram[chosen[a] * n + chosen[b]];
        }
        double moved = double.MaxValue;
        for (; sweep < most && moved > settings.Tolerance; sweep++)
        {
            moved = 0;
            for (int a = 0; a < count; a++)
            {
                float change = Update(settings, left[a], own[a * count + a], ref weights[a]);
                if (change == 0) continue;
                TensorPrimitives.MultiplyAdd(own.AsSpan(a * count, count), -change, left, left);
                moved = Math.Max(moved, Math.Abs(change));
            }
        }
        for (int a = 0; a < count; a++)
        {
            int i = chosen[a];
            TensorPrimitives.MultiplyAdd(gram.AsSpan(i * n, n), weights[a] - w[i], product, product);
            w[i] = weights[a];
        }
        return sweep;
    }

    // The best value of one weight, the others held; `left` is x_i'(x_j - X w). Returns the change.
    private static float Update(SlimSettings settings, float left, float own, ref float weight)
    {
        double correlation = left + own * weight;
        float updated = (float)(Math.Max(0, correlation - settings.L1) / (own + settings.L2)), change = updated - weight;
        weight = updated;
        return change;
    }
}
