using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="RadiusStudy"/>.</summary>
public sealed record RadiusOptions
{
    /// <summary>Ordered pairs (u, v).</summary>
    public int Pairs { get; init; } = 2000;

    /// <summary>Latent draws in every expectation.</summary>
    public int Draws { get; init; } = 4;

    /// <summary>Length of the parameter move that a step on a user of median gradient makes; the step size follows from it.</summary>
    public double Move { get; init; } = 0.01;

    /// <summary>Posteriors of the masked input, a mask of the model's training for each draw, instead of the clean one.</summary>
    public bool Masked { get; init; }

    /// <summary>Seed of pairs, noise and masks.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>What was measured of one pair: a step on v and its effect on u.</summary>
/// <param name="Pair">The users and how they relate.</param>
/// <param name="W1Low">||E mu_u - E mu_v||, at most W1.</param>
/// <param name="W1High">Cost of the comonotone coupling (W2, or its sampled cost where larger), at least W1.</param>
/// <param name="W1L1Cost">W1 with the l1 ground cost, closed form.</param>
/// <param name="NormU">||g_u||.</param>
/// <param name="NormV">||g_v||.</param>
/// <param name="InnerProduct">&lt;g_u, g_v&gt;: to first order the step lowers L_u by step times this.</param>
/// <param name="Mismatch">Delta_x = ||E_{q_v}[G(z, x_u) - G(z, x_v)]||.</param>
/// <param name="PairLipschitz">max over draws of ||G(z_u, x_u) - G(z_v, x_u)|| / ||z_u - z_v||.</param>
/// <param name="Changes">Actual change of L_u at step, step/2, step/4, step/8; v's noise is its own, as in training.</param>
/// <param name="CoupledChange">The same at step/8 where u and v share their noise: what the bracket of W1 and the radius speak of.</param>
/// <param name="ShuffledChange">Actual change of L_u by a step on another pair's v (the control); NaN where that is u itself.</param>
public sealed record RadiusPair(
    UserPair Pair, double W1Low, double W1High, double W1L1Cost, double NormU, double NormV, double InnerProduct, double Mismatch,
    double PairLipschitz, double[] Changes, double CoupledChange, double ShuffledChange)
{
    /// <summary>r_share = [||g_u|| - Delta_x]_+ / L for a Lipschitz constant L.</summary>
    public double Radius(double lipschitz) => Math.Max(0, NormU - Mismatch) / lipschitz;

    /// <summary>Clicks of u.</summary>
    public required int ClicksU { get; init; }

    /// <summary>Clicks of v.</summary>
    public required int ClicksV { get; init; }

    /// <summary>W2(u, v) over the geometric mean of u's and v's mean W2 to all users: near or far for these two users.</summary>
    public required double RelativeDistance { get; init; }

    /// <summary>Cosine of the two gradients.</summary>
    public double Cosine => InnerProduct / (NormU * NormV);

    /// <summary>True where the largest step on v lowered u's loss.</summary>
    public bool Helps => Changes[0] < 0;
}

/// <summary>
/// The latent sharing radius (papers.md B2, theorem 2.3) beside the truth. theta is the whole decoder; g_u is the gradient of the
/// reconstruction loss, the mean over latent draws.
/// </summary>
/// <remarks>
/// Noise: u's loss is measured before and after with the same draws. The step on v uses v's own draws, independent of u's as in
/// training; noise in common would add a help that no training sees. The theorem's quantities are those of the empirical posteriors
/// of the draws, coupled by common noise, for which it holds exactly.
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
        if (options.Draws < 1) throw new InputException($"--draws {options.Draws}: give at least 1.");
        if (model.BatchSize < options.Draws) throw new InputException($"--draws {options.Draws}: give at most {model.BatchSize}.");
        var posteriors = Encode(model, population, options);
        var pairs = PairSampler.Sample(population, (u, v) => Distance(posteriors, u, v), options.Pairs, options.Seed);
        double[] typical = TypicalDistances(posteriors, population.Count);
        var probe = new DecoderProbe(model, population);
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
            double[][] changes = [.. Enumerable.Range(0, RadiusResult.Steps).Select(i => probe.StepChange(u, v, draws, step / (1 << i)))];
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
                    posteriors.Average(q => Wasserstein.FirstByL1Cost(q.Mean(pair.U), q.Sigma(pair.U), q.Mean(pair.V), q.Sigma(pair.V))),
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
        var encoder = new PosteriorEncoder(model, population);
        return options.Masked
            ? [.. Enumerable.Range(0, options.Draws).Select(s =>
                encoder.Encode(model.TrainingMask(options.Seed, StudyDraw.Masks + (uint)s)))]
            : [encoder.Encode(InputMask.Clean)];
    }

    /// <summary>Mean over the masks of W2; couples the masks index by index, so an upper bound of W1 between the mixtures.</summary>
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

    /// <summary>Median ||g_v|| over the first block of a shuffle of the pairs.</summary>
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
        return Estimates.Quantile(norms, 0.5);
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
