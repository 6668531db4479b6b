using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// Who helps whom among the cohorts: one SGD step on v's cut history with v's own noise, and the exact change of the loss of u's.
/// All cells have the same pairs of users, so that they differ in the numbers of clicks only.
/// </summary>
internal static class CohortHelpBlocks
{
    /// <summary>Ordered pairs of different sources, without replacement.</summary>
    public static (int U, int V)[] PairsOf(int sources, CohortOptions options)
    {
        (int U, int V)[] all = [.. from u in Enumerable.Range(0, sources)
            from v in Enumerable.Range(0, sources) where u != v select (u, v)];
        int count = Math.Min(options.Pairs, all.Length);
        StudyDraw.Choose(all, count, new(options.Seed, StudyDraw.Cohorts + 1, RandomPurpose.Study));
        return all[..count];
    }

    /// <summary>The cells of the matrix, row after row: u's cohort, then v's.</summary>
    public static CohortHelp[] Measure(
        Autoencoder model, CutHistories cuts, (int U, int V)[] pairs, CohortOptions options, CancellationToken cancellation)
    {
        int draws = options.Draws;
        DecoderProbe.RequireRoom(model, options.Draws);
        using var probe = new DecoderProbe(model, cuts.Population);
        var drawn = new DrawnPosteriors(model, cuts.Population, new() { Draws = draws, Seed = options.Seed });
        int[] cohorts = [.. Enumerable.Range(0, cuts.Sizes.Count)];
        var cells = (from helped in cohorts from helper in cohorts select (helped, helper)).ToArray();
        // Every cell's first pairs fill the block of the median norm.
        int perBlock = probe.MaxRows / draws, perCell = Math.Max(1, perBlock / cells.Length);
        (int U, int V)[] some = [.. cells.SelectMany(cell => Rows(cell).Take(perCell)).Take(perBlock)];
        var sampled = At(some.Select(pair => pair.V), common: false);
        double step = options.Move / Quantiles.Of(some.Select((_, p) => Norm(sampled, p * draws)), 0.5);
        return [.. cells.Select(cell =>
        {
            var (helps, relative, cosine) = (new List<double>(), new List<double>(), new List<double>());
            foreach (var block in Rows(cell).Chunk(perBlock))
            {
                cancellation.ThrowIfCancellationRequested();
                var (u, v) = (At(block.Select(pair => pair.U), common: true), At(block.Select(pair => pair.V), common: false));
                helps.AddRange(probe.StepChange(u, v, draws, step).Select(change => change < 0 ? 1.0 : 0));
                var inner = new (double Product, double U, double V)[block.Length];
                Cores.For(0, block.Length, p => inner[p] =
                    (u.Dot(p * draws, v, p * draws, draws), Norm(u, p * draws), Norm(v, p * draws)));
                relative.AddRange(inner.Select(i => i.Product / (i.U * i.U)));
                cosine.AddRange(inner.Select(i => i.Product / (i.U * i.V)));
            }
            return new CohortHelp(cuts.Sizes[cell.helped], cuts.Sizes[cell.helper], Mean(helps), Mean(relative), Mean(cosine));
        })];

        IEnumerable<(int U, int V)> Rows((int Helped, int Helper) cell) =>
            pairs.Select(pair => (cuts.Row(cell.Helped, pair.U), cuts.Row(cell.Helper, pair.V)));

        DecoderGradients At(IEnumerable<int> users, bool common)
        {
            int[] rows = [.. users.SelectMany(user => Enumerable.Repeat(user, draws))];
            return probe.At(rows, drawn.Codes(rows, common));
        }

        double Norm(DecoderGradients gradients, int row) => Math.Sqrt(gradients.Dot(row, gradients, row, draws));

        Interval Mean(List<double> values) => Estimates.Mean(
            [.. values], [.. values.Select(_ => 1.0)], [.. pairs.Select(pair => pair.U)], options.Seed);
    }
}
