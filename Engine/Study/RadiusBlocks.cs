using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;

namespace ManualVae.Study;

/// <summary>Measures the pairs of the radius study in blocks; a block fills the rows of the probe.</summary>
internal sealed class RadiusBlocks(
    DecoderProbe probe, DrawnPosteriors posteriors, Population population, UserPair[] pairs, RadiusOptions options)
{
    private readonly int _draws = options.Draws, _perBlock = probe.MaxRows / options.Draws;
    private readonly double[] _typical = posteriors.TypicalDistances();
    private readonly int[] _shuffled = Shuffle(pairs.Length, options.Seed);

    /// <summary>Median ||g_v|| over evenly spaced pairs that fill one block.</summary>
    public double MedianNorm()
    {
        int stride = Math.Max(1, pairs.Length / _perBlock), count = Math.Min(_perBlock, pairs.Length);
        int[] users = Rows(count, i => pairs[i * stride % pairs.Length].V);
        var gradients = probe.At(users, posteriors.Codes(users, common: false));
        var norms = new double[count];
        Cores.For(0, count, i => norms[i] = Norm(gradients, i * _draws));
        return Quantiles.Of(norms, 0.5);
    }

    /// <summary>The pairs from <paramref name="first"/> on that fit in a block.</summary>
    public RadiusPair[] Measure(int first, double step)
    {
        int count = Math.Min(_perBlock, pairs.Length - first);
        int[] ofU = Rows(count, i => pairs[first + i].U), ofV = Rows(count, i => pairs[first + i].V);
        int[] ofOther = Rows(count, i => pairs[_shuffled[first + i]].V);
        double[] codesU = posteriors.Codes(ofU, common: true), codesV = posteriors.Codes(ofV, common: true);
        var (u, coupled, crossed) = (probe.At(ofU, codesU), probe.At(ofV, codesV), probe.At(ofU, codesV));
        var v = probe.At(ofV, posteriors.Codes(ofV, common: false));
        var other = probe.At(ofOther, posteriors.Codes(ofOther, common: false));
        double[] steps = [.. Enumerable.Range(0, RadiusResult.Steps).Select(i => step / (1 << i))];
        double[][] changes = [.. steps.Select(s => probe.StepChange(u, v, _draws, s))];
        double[] together = probe.StepChange(u, coupled, _draws, steps[^1]), control = probe.StepChange(u, other, _draws, step);
        var parts = new RadiusParts(probe, posteriors.Latent, _draws, options.SegmentPoints)
            .Measure(u, crossed, coupled, codesU, codesV);
        double[] costs = [.. Enumerable.Range(0, count).Select(p => Cost(codesU, codesV, p * _draws))];
        double[] high = [.. costs.Select((cost, p) => Math.Max(pairs[first + p].Distance, cost))];
        RadiusPart[] whole = [.. parts.Select(of => of[0])];
        var certain = CertainStep.Find(each => probe.StepChange(u, coupled, _draws, each), whole,
            [.. whole.Select((part, p) => part.Bound(part.SegmentLipschitz, high[p]))], step);
        var results = new RadiusPair[count];
        Cores.For(0, count, p =>
        {
            int row = p * _draws;
            var pair = pairs[first + p];
            results[p] = new RadiusPair(
                pair, posteriors.MeanDistance(pair.U, pair.V), high[p], posteriors.L1Cost(pair.U, pair.V), whole[p].NormU,
                Norm(v, row), u.Dot(row, v, row, _draws), whole[p].Mismatch, whole[p].OwnLipschitz,
                [.. changes.Select(c => c[p])], together[p], pairs[_shuffled[first + p]].V == pair.U ? double.NaN : control[p])
            {
                ClicksU = population.Items(pair.U).Length, ClicksV = population.Items(pair.V).Length,
                RelativeDistance = pair.Distance / Math.Sqrt(_typical[pair.U] * _typical[pair.V]),
                Parts = parts[p], Certain = certain[p],
            };
        });
        return results;
    }

    /// <summary>The cost of coupling the codes of u and v by common noise, over a pair's draws.</summary>
    private double Cost(double[] codesU, double[] codesV, int first)
    {
        int latent = posteriors.Latent;
        double cost = 0;
        for (int row = first; row < first + _draws; row++)
            cost += Wasserstein.MeanDistance(codesU.AsSpan(row * latent, latent), codesV.AsSpan(row * latent, latent)) / _draws;
        return cost;
    }

    private double Norm(DecoderGradients gradients, int row) => Math.Sqrt(gradients.Dot(row, gradients, row, _draws));

    /// <summary>Rows [pair, draw]: each pair's user, repeated for every draw.</summary>
    private int[] Rows(int count, Func<int, int> user)
    {
        var rows = new int[count * _draws];
        for (int row = 0; row < rows.Length; row++) rows[row] = user(row / _draws);
        return rows;
    }

    private static int[] Shuffle(int count, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        CounterRandom.Shuffle(new(seed, StudyDraw.Shuffle, RandomPurpose.Study), order);
        return order;
    }
}
