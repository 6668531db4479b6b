using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="GradientStudy"/>.</summary>
public sealed record GradientOptions : IStudyOptions
{
    /// <summary>Draws of masks and noise.</summary>
    public int Draws { get; init; } = 8;

    /// <summary>Users in a batch of training; a smaller model or dataset makes it smaller.</summary>
    public int BatchSize { get; init; } = 500;

    /// <summary>Weights of the run's objective.</summary>
    public Objective Objective { get; init; } = new(0.2);

    /// <summary>Driving items listed for each user.</summary>
    public int TopItems { get; init; } = 5;

    /// <summary>Seed of masks and noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(2, Draws, ", a spread needs them");
        Check.AtLeast(1, TopItems);
        Check.AtLeast(1, BatchSize);
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this;
}

/// <summary>One part of the loss in one layer, over all users.</summary>
/// <param name="Part">reconstruction, kl or anchor (weighted as in the objective).</param>
/// <param name="Block">The layer.</param>
/// <param name="Norm">Mean over users of the root mean square norm over draws.</param>
/// <param name="Spread">Mean over users of the coefficient of variation of the norm over draws.</param>
/// <param name="Consistency">Mean cosine of one user's gradients under two draws.</param>
/// <param name="Agreement">Mean cosine of a user's gradient and the gradient of a training batch with this user in it.</param>
public sealed record GradientPart(
    string Part, string Block, Interval Norm, double Spread, Interval Consistency, Interval Agreement);

/// <summary>One user.</summary>
/// <param name="User">Row in the click matrix.</param>
/// <param name="Clicks">Number of clicks.</param>
/// <param name="Norms">Norm of each part's gradient over all parameters, first draw.</param>
/// <param name="TopItems">Items with the largest share of the squared output-layer gradient, first draw.</param>
/// <param name="TopShares">Their shares.</param>
/// <param name="OwnShare">Share of the user's own clicks; the rest lowers the scores of other items.</param>
public sealed record GradientUser(int User, int Clicks, double[] Norms, int[] TopItems, double[] TopShares, double OwnShare);

/// <summary>What the gradient study measured.</summary>
/// <param name="Options">Settings.</param>
/// <param name="Parts">One for each part of the loss and layer.</param>
/// <param name="Users">One for each user.</param>
/// <param name="Conflict">Mean cosine of the encoder's gradients of reconstruction and KL.</param>
public sealed record GradientResult(
    GradientOptions Options, IReadOnlyList<GradientPart> Parts, IReadOnlyList<GradientUser> Users, Interval Conflict);

/// <summary>Size and direction of single users' gradients by layer and part of the loss, and their spread over draws.</summary>
public static class GradientStudy
{
    private static readonly string[] Names = ["reconstruction", "kl", "anchor"];

    /// <summary>Measures the population. All its users must fit in one batch of the model.</summary>
    /// <exception cref="InputException">More users than the model's batch.</exception>
    public static GradientResult Run(Autoencoder model, Population population, GradientOptions options)
    {
        options.Validate();
        using var batch = Load(model, population);
        var training = TrainingUsers(model, population, options);
        using var trained = Load(model, training);
        var objective = options.Objective;
        Objective?[] parts =
        [
            new Objective(0, 0, objective.Reconstruction),
            model.Settings.Variational && objective.Beta != 0 ? new(objective.Beta, 0, 0) : null,
            model.Settings.HasAnchors && objective.AnchorWeight != 0 ? new(0, objective.AnchorWeight, 0) : null,
        ];
        var rows = new List<GradientPart>();
        var first = new PerUserGradients?[parts.Length];
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part] is not Objective only) continue;
            PerUserGradients[] draws = [.. Enumerable.Range(0, options.Draws).Select(d => PerUserGradients.Compute(
                model, batch, StudyDraw.Mask(model, options.Seed, d),
                new RandomKey(options.Seed, (uint)d, RandomPurpose.LatentNoise), only))];
            first[part] = draws[0];
            var others = PerUserGradients.Compute(model, trained, StudyDraw.Mask(model, options.Seed, 0),
                new RandomKey(options.Seed, 0, RandomPurpose.LatentNoise), only);
            for (int block = 0; block < draws[0].Blocks.Count; block++)
            {
                var agreement = Agreement(draws[0].Blocks[block], population, others.Blocks[block], training);
                if (Summarise(Names[part], draws, block, agreement, options.Seed) is GradientPart row) rows.Add(row);
            }
        }
        return new(options, rows, Users(model, population, first, options), Conflict(first, options.Seed));
    }

    /// <summary>The population as one batch. The caller disposes of it.</summary>
    internal static SparseBatch Load(Autoencoder model, Population population)
    {
        if (population.Count > model.BatchSize)
            throw About($"{Setting("Users")} {population.Count}: the model takes {model.BatchSize} users at once; give fewer.");
        long entries = population.Users.Sum(user => (long)population.Clicks.RowLength(user));
        var batch = model.Backend.AllocateBatch(population.Count, model.ItemCount, checked((int)entries));
        batch.Load(population.Clicks, population.Users);
        return batch;
    }

    /// <summary>The users of a batch of training. A studied user outside it joins it.</summary>
    private static Population TrainingUsers(Autoencoder model, Population population, GradientOptions options)
    {
        int all = Enumerable.Range(0, population.Clicks.Rows).Count(user => population.Clicks.RowLength(user) > 0);
        int others = Math.Min(options.BatchSize, model.BatchSize) - 1;
        return Population.Sample(population.Clicks, Math.Clamp(others, 1, all), options.Seed + 1);
    }

    /// <summary>Cosine of each user's gradient and the sum over the user and the users of a training batch.</summary>
    private static double[] Agreement(GradientBlock users, Population population, GradientBlock batch, Population training)
    {
        var (gram, own) = (new double[(long)users.Rows * batch.Rows], new double[(long)batch.Rows * batch.Rows]);
        users.AddGram(gram, batch);
        batch.AddGram(own, batch);
        double squared = own.Sum();
        var members = training.Users.ToHashSet();
        var cosines = new double[users.Rows];
        for (int u = 0; u < users.Rows; u++)
        {
            double norm = users.Dot(u, users, u), with = gram.AsSpan(u * batch.Rows, batch.Rows).ToArray().Sum(), sum = squared;
            if (!members.Contains(population.Users[u])) (with, sum) = (with + norm, sum + 2 * with + norm);
            if (norm > 0 && sum > 0) cosines[u] = with / Math.Sqrt(norm * sum);
        }
        return cosines;
    }

    private static GradientPart? Summarise(string part, PerUserGradients[] draws, int block, double[] agreement, ulong seed)
    {
        int users = draws[0].Rows, count = draws.Length;
        var (norm, spread, consistency) = (new double[users], new double[users], new double[users]);
        GradientBlock[] of = [.. draws.Select(draw => draw.Blocks[block])];
        Cores.For(0, users, u =>
        {
            var norms = new double[count];
            for (int d = 0; d < count; d++) norms[d] = Math.Sqrt(Math.Max(0, of[d].Dot(u, of[d], u)));
            norm[u] = Math.Sqrt(norms.Average(n => n * n));
            if (norm[u] == 0) return;
            spread[u] = Math.Sqrt(Math.Max(0, norm[u] * norm[u] - norms.Average() * norms.Average())) / norms.Average();
            int pairs = 0;
            for (int d = 0; d < count; d++)
                for (int e = d + 1; e < count; e++)
                {
                    if (norms[d] == 0 || norms[e] == 0) continue;
                    consistency[u] += of[d].Dot(u, of[e], u) / (norms[d] * norms[e]);
                    pairs++;
                }
            if (pairs > 0) consistency[u] /= pairs;
        });
        return norm.Max() == 0 ? null : new(part, of[0].Name, Estimates.Mean(norm, seed), spread.Average(),
            Estimates.Mean(consistency, seed), Estimates.Mean(agreement, seed));
    }

    private static IReadOnlyList<GradientUser> Users(
        Autoencoder model, Population population, PerUserGradients?[] parts, GradientOptions options)
    {
        var output = (DenseBlock)parts[0]!.Blocks.Last(b => b.Name == $"decoder.{model.Decoder.Hidden.Count}");
        var users = new GradientUser[population.Count];
        Cores.For(0, users.Length, u =>
        {
            // Item i's rows of the output layer's gradient are delta_i [h, 1]: its share of the squared norm is delta_i^2.
            var delta = output.Delta(u);
            var (items, squares) = (new int[delta.Length], new double[delta.Length]);
            double total = 0, own = 0;
            for (int i = 0; i < delta.Length; i++)
            {
                (items[i], squares[i]) = (i, -delta[i] * delta[i]);
                total += delta[i] * delta[i];
            }
            foreach (int item in population.Items(u)) own += delta[item] * delta[item];
            Array.Sort(squares, items);
            int top = Math.Min(options.TopItems, items.Length);
            users[u] = new(population.Users[u], population.Items(u).Length,
                [.. parts.Select(part => part is null ? 0 : Math.Sqrt(Math.Max(0, part.Dot(u, part, u))))],
                items[..top], [.. squares[..top].Select(s => -s / total)], own / total);
        });
        return users;
    }

    private static Interval Conflict(PerUserGradients?[] parts, ulong seed)
    {
        if (parts[0] is not { } reconstruction || parts[1] is not { } kl) return new(double.NaN, double.NaN, double.NaN);
        var cosines = new double[reconstruction.Rows];
        Cores.For(0, cosines.Length, u =>
        {
            double norms = reconstruction.Dot(u, reconstruction, u, "encoder") * kl.Dot(u, kl, u, "encoder");
            if (norms > 0) cosines[u] = reconstruction.Dot(u, kl, u, "encoder") / Math.Sqrt(norms);
        });
        return Estimates.Mean(cosines, seed);
    }
}
