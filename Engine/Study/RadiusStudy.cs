using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// The latent sharing radius (arXiv 2511.06781, theorem 2.3) beside the truth. theta is the whole decoder; g_u is the gradient of
/// the reconstruction loss, the mean over latent draws.
/// </summary>
/// <remarks>
/// Noise: u's loss is measured before and after with the same draws. The step on v uses v's own draws, independent of u's as in
/// training; noise in common would add a help that no training sees. The theorem's quantities are those of the empirical
/// posteriors of the draws, coupled by common noise, for which it holds exactly.
/// </remarks>
public static class RadiusStudy
{
    /// <summary>Measures a sample of pairs.</summary>
    /// <param name="model">A trained VAE with Mult-VAE's decoder.</param>
    /// <param name="population">The users.</param>
    /// <param name="options">How many, and so on.</param>
    /// <param name="cancellation">Stops between blocks of pairs.</param>
    /// <exception cref="InputException">More pairs than there are, or a model without posteriors.</exception>
    public static RadiusResult Run(
        Autoencoder model, Population population, RadiusOptions options, CancellationToken cancellation = default)
    {
        if (!model.Settings.Variational) throw new InputException("The sharing radius needs posteriors: give a run of a VAE.");
        options.Validate();
        if (model.BatchSize < options.Draws)
            throw InputException.About(
                $"{InputException.Setting(nameof(options.Draws))} {options.Draws}: give at most {model.BatchSize}.");
        var posteriors = Encode(model, population, options);
        var pairs = PairSampler.Sample(population, (u, v) => Distance(posteriors, u, v), options.Pairs, options.Seed);
        double[] typical = TypicalDistances(posteriors, population.Count);
        using var probe = new DecoderProbe(model, population);
        int[] shuffled = Shuffle(pairs, options.Seed);
        int perBlock = probe.MaxRows / options.Draws;

        double step = options.Move / MedianNorm(probe, posteriors, pairs, options, perBlock);
        var results = new RadiusPair[pairs.Length];
        for (int first = 0; first < pairs.Length; first += perBlock)
        {
            cancellation.ThrowIfCancellationRequested();
            Block(first, Math.Min(perBlock, pairs.Length - first));
        }
        return new RadiusResult(options, population.Count, step, results);

        void Block(int first, int count)
        {
            int draws = options.Draws;
            var (ofU, ofV, ofOther) = (Rows(i => pairs[i].U), Rows(i => pairs[i].V), Rows(i => pairs[shuffled[i]].V));
            double[] zu = Codes(posteriors, ofU, options, common: true), zv = Codes(posteriors, ofV, options, common: true);
            var u = probe.At(ofU, zu);
            var coupled = probe.At(ofV, zv);
            var crossed = probe.At(ofU, zv);
            var v = probe.At(ofV, Codes(posteriors, ofV, options, common: false));
            var other = probe.At(ofOther, Codes(posteriors, ofOther, options, common: false));
            double[][] changes =
                [.. Enumerable.Range(0, RadiusResult.Steps).Select(i => probe.StepChange(u, v, draws, step / (1 << i)))];
            double[] together = probe.StepChange(u, coupled, draws, step / (1 << RadiusResult.Steps - 1));
            double[] control = probe.StepChange(u, other, draws, step);
            int latent = model.Settings.Latent;
            Parallel.For(0, count, p =>
            {
                int at = p * draws;
                double lipschitz = 0, coupling = 0;
                for (int row = at; row < at + draws; row++)
                {
                    double moved = Wasserstein.MeanDistance(zu.AsSpan(row * latent, latent), zv.AsSpan(row * latent, latent));
                    coupling += moved / draws;
                    if (moved > 0) lipschitz = Math.Max(lipschitz, Math.Sqrt(u.SquaredDistance(row, crossed, row)) / moved);
                }
                var pair = pairs[first + p];
                results[first + p] = new RadiusPair(
                    pair, MeanDistance(posteriors, pair.U, pair.V), Math.Max(pair.Distance, coupling),
                    posteriors.Average(q =>
                        Wasserstein.FirstByL1Cost(q.Mean(pair.U), q.Sigma(pair.U), q.Mean(pair.V), q.Sigma(pair.V))),
                    Math.Sqrt(u.Dot(at, u, at, draws)), Math.Sqrt(v.Dot(at, v, at, draws)), u.Dot(at, v, at, draws),
                    crossed.MismatchNorm(at, coupled, at, draws), lipschitz, [.. changes.Select(c => c[p])], together[p],
                    pairs[shuffled[first + p]].V == pair.U ? double.NaN : control[p])
                {
                    ClicksU = population.Items(pair.U).Length, ClicksV = population.Items(pair.V).Length,
                    RelativeDistance = pair.Distance / Math.Sqrt(typical[pair.U] * typical[pair.V]),
                };
            });

            int[] Rows(Func<int, int> user)
            {
                var rows = new int[count * draws];
                for (int row = 0; row < rows.Length; row++) rows[row] = user(first + row / draws);
                return rows;
            }
        }
    }

    /// <summary>The posteriors of each draw: one and the same, or one a mask.</summary>
    private static Posteriors[] Encode(Autoencoder model, Population population, RadiusOptions options)
    {
        using var encoder = new PosteriorEncoder(model, population);
        return options.Masked
            ? [.. Enumerable.Range(0, options.Draws).Select(s =>
                encoder.Encode(model.TrainingMask(options.Seed, StudyDraw.Masks + (uint)s)))]
            : [encoder.Encode(InputMask.Clean)];
    }

    /// <summary>Mean over the masks of W2: an upper bound of W1 between the mixtures, as masks are coupled by index.</summary>
    private static double Distance(Posteriors[] posteriors, int u, int v)
    {
        double sum = 0;
        foreach (var q in posteriors) sum += q.Distance(u, v);
        return sum / posteriors.Length;
    }

    /// <summary>Each user's mean distance to the others.</summary>
    private static double[] TypicalDistances(Posteriors[] posteriors, int users)
    {
        var mean = new double[users];
        Parallel.For(0, users, u =>
        {
            for (int v = 0; v < users; v++)
                if (v != u) mean[u] += Distance(posteriors, u, v) / (users - 1);
        });
        return mean;
    }

    private static double MeanDistance(Posteriors[] posteriors, int u, int v)
    {
        int latent = posteriors[0].Latent;
        var (a, b) = (new double[latent], new double[latent]);
        foreach (var q in posteriors)
            for (int k = 0; k < latent; k++)
            {
                a[k] += q.Mean(u)[k] / posteriors.Length;
                b[k] += q.Mean(v)[k] / posteriors.Length;
            }
        return Wasserstein.MeanDistance(a, b);
    }

    private static double[] Codes(Posteriors[] posteriors, int[] users, RadiusOptions options, bool common)
    {
        int latent = posteriors[0].Latent;
        var z = new double[users.Length * latent];
        Parallel.For(0, users.Length, row =>
        {
            int draw = row % options.Draws;
            var noise = new double[latent];
            Posteriors.Noise(common ? -1 : users[row], draw, options.Seed, noise);
            posteriors[draw % posteriors.Length].Sample(users[row], noise, z.AsSpan(row * latent, latent));
        });
        return z;
    }

    /// <summary>Median ||g_v|| over evenly spaced pairs, as many as one block holds.</summary>
    private static double MedianNorm(
        DecoderProbe probe, Posteriors[] posteriors, UserPair[] pairs, RadiusOptions options, int count)
    {
        int draws = options.Draws;
        int stride = Math.Max(1, pairs.Length / count);
        int[] chosen = [.. Enumerable.Range(0, Math.Min(count, pairs.Length)).Select(i => pairs[i * stride % pairs.Length].V)];
        var users = new int[chosen.Length * draws];
        for (int row = 0; row < users.Length; row++) users[row] = chosen[row / draws];
        var gradients = probe.At(users, Codes(posteriors, users, options, common: false));
        var norms = new double[chosen.Length];
        Parallel.For(0, norms.Length, i => norms[i] = Math.Sqrt(gradients.Dot(i * draws, gradients, i * draws, draws)));
        return Quantiles.Of(norms, 0.5);
    }

    private static int[] Shuffle(UserPair[] pairs, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, pairs.Length)];
        var key = new RandomKey(seed, StudyDraw.Shuffle, RandomPurpose.Study);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = CounterRandom.Below(key, 0, (uint)i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
