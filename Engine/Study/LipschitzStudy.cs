using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// Lemma 2.4 of arXiv 2511.06781: W1(q(z|x_u), q(z|x_v)) is at most L_phi ||x_u - x_v||_1. The study measures the ratio of the
/// two distances, so L_phi from below, and bounds L_phi from above by the norms of the encoder's layers.
/// </summary>
/// <remarks>
/// W1 with the Euclidean ground cost has no closed form; it lies between ||mu_u - mu_v|| and W2. Ratios use the lower end, bounds
/// hold for the upper one. Two users of real data are far apart in clicks, so users beside themselves with a cut history stand
/// for small distances. Under masks the lemma is about what the masks keep: D = ||x_u * b_u - x_v * b_v||_1, each user with an
/// own mask.
/// </remarks>
public static class LipschitzStudy
{
    /// <summary>Room for the rounding of single precision where W2 is compared with its bound.</summary>
    private const double Rounding = 1e-5;

    /// <summary>Measures pairs of users, and users beside their cut histories.</summary>
    /// <param name="model">A VAE of one latent level; the upper bound needs an encoder of tanh layers.</param>
    /// <param name="users">The users.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellation">Stops between draws of masks.</param>
    /// <exception cref="InputException">The model has no posteriors, or there are fewer pairs than asked for.</exception>
    public static LipschitzResult Run(
        Autoencoder model, Population users, LipschitzOptions options, CancellationToken cancellation = default)
    {
        if (!model.Settings.Variational) throw new InputException("Lemma 2.4 is about posteriors: give a run of a VAE.");
        options.Validate();
        var random = PairSampler.Uniform(users, options.Pairs, options.Seed);
        var cut = NearDuplicates.Of(users, options.Cuts, options.Duplicates, options.Seed);
        InputMask[] masks = StudyDraw.Inputs(model, options.Masked, options.Draws, options.Seed);
        Posteriors[] ofUsers = Encode(users), ofCuts = cut.Pairs.Length == 0 ? [] : Encode(cut.Users);
        var encoder = EncoderBound.For(model, LargestSigmas([.. ofUsers, .. ofCuts]));
        var (pairs, fewest) = (new LipschitzPair[random.Length + cut.Pairs.Length], new int[random.Length + cut.Pairs.Length]);
        Cores.For(0, random.Length, i => (pairs[i], fewest[i]) =
            Measure(users, random[i], random[i].U, random[i].V, null, masks, ofUsers, encoder), cancellation);
        Cores.For(0, cut.Pairs.Length, i => (pairs[random.Length + i], fewest[random.Length + i]) =
            Measure(cut.Users, cut.Pairs[i], cut.Owners[i], cut.Owners[i], cut.Cuts[i], masks, ofCuts, encoder), cancellation);
        LipschitzPair[] apart = [.. pairs.Where(pair => pair.L1 > 0)];
        if (apart.Length == 0) throw new InputException("All these users have the same clicks; give users that differ.");
        int clicks = Math.Max(1, fewest.Min());
        return new(options, users.Count, apart, encoder, SeenPair.InputConstant(masks[0], clicks), clicks);

        Posteriors[] Encode(Population population)
        {
            using var posteriors = new PosteriorEncoder(model, population);
            return [.. masks.Select(mask =>
            {
                cancellation.ThrowIfCancellationRequested();
                return posteriors.Encode(mask);
            })];
        }
    }

    private static (LipschitzPair Pair, int FewestClicks) Measure(
        Population population, UserPair pair, int u, int v, double? cut, InputMask[] masks, Posteriors[] posteriors,
        EncoderBound? encoder)
    {
        double seenL1 = 0, low = 0, high = 0, cost = 0, bound = 0, ratio = 0, steepest = 0, steepestCost = 0, steepestBound = 0;
        int moved = 0, fewest = int.MaxValue;
        bool violated = false;
        for (int draw = 0; draw < masks.Length; draw++)
        {
            var seen = SeenPair.Of(population, pair, masks[draw]);
            var q = posteriors[draw];
            double means = Wasserstein.MeanDistance(q.Mean(pair.U), q.Mean(pair.V)), w2 = q.Distance(pair.U, pair.V);
            double l1Cost = Wasserstein.FirstByL1Cost(q.Mean(pair.U), q.Sigma(pair.U), q.Mean(pair.V), q.Sigma(pair.V));
            double most = encoder?.Of(seen.InputL1, seen.InputL2) ?? double.NaN;
            (seenL1, low, high, cost, bound) = (seenL1 + seen.L1, low + means, high + w2, cost + l1Cost, bound + most);
            fewest = Math.Min(fewest, Math.Min(seen.KeptU, seen.KeptV));
            if (w2 > most * (1 + Rounding) + Rounding) violated = true;
            if (seen.L1 == 0) continue;
            moved++;
            ratio += means / seen.L1;
            steepest = Math.Max(steepest, means / seen.L1);
            steepestCost = Math.Max(steepestCost, l1Cost / seen.L1);
            steepestBound = Math.Max(steepestBound, most / seen.L1);
        }
        int n = masks.Length;
        return (new(u, v, cut, pair.Overlap, pair.L1, seenL1 / n, low / n, high / n, cost / n,
            moved > 0 ? ratio / moved : double.NaN, steepest, steepestCost, bound / n, steepestBound, violated), fewest);
    }

    /// <summary>The largest sigma of each dimension.</summary>
    private static double[] LargestSigmas(Posteriors[] posteriors)
    {
        var largest = new double[posteriors[0].Latent];
        foreach (var q in posteriors)
            for (int user = 0; user < q.Count; user++)
                for (int k = 0; k < largest.Length; k++) largest[k] = Math.Max(largest[k], q.Sigma(user)[k]);
        return largest;
    }
}
