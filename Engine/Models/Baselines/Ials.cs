using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Ials"/>; the defaults did best on the validation part of ml-1m-strong. Rendle et al. 2022 use lambda
/// 0.003 and alpha_0 0.1 on ML-20M, 0.002 and 0.02 on MSD, with up to thousands of factors.
/// </summary>
/// <param name="Factors">Dimension d, 1 or more.</param>
/// <param name="Regularisation">lambda, above 0.</param>
/// <param name="RegularisationExponent">nu: 0 regularises all alike, 1 by the number of observations (Rendle et al.'s
/// choice).</param>
/// <param name="UnobservedWeight">alpha_0: weight of every user-item pair as a zero, above 0.</param>
/// <param name="Epochs">Passes over users and items, 1 or more.</param>
/// <param name="InitialDeviation">The factors start normal with this standard deviation / sqrt(d).</param>
/// <param name="Seed">Seed of the start.</param>
public sealed record IalsSettings(
    int Factors = 128, double Regularisation = 0.01, double RegularisationExponent = 1, double UnobservedWeight = 0.2,
    int Epochs = 16, double InitialDeviation = 0.1, ulong Seed = 1);

/// <summary>Item vectors of an earlier fit.</summary>
/// <param name="Vectors">Row-major.</param>
/// <param name="Factors">Length of each.</param>
/// <param name="Rows">The row of each item, or -1 for an item that the earlier fit did not know.</param>
public sealed record ItemStart(float[] Vectors, int Factors, IReadOnlyList<int> Rows);

/// <summary>
/// Implicit alternating least squares (Hu et al. 2008) with the objective and the frequency-scaled regularisation of Rendle
/// et al. 2022, "Revisiting the Performance of iALS on Item Recommendation Benchmarks" (eq. 1 to 4):
/// sum over clicks (w_u.h_i - 1)^2 + alpha_0 sum over all pairs (w_u.h_i)^2
/// + lambda (sum_u (clicks_u + alpha_0 items)^nu ||w_u||^2 + sum_i (clicks_i + alpha_0 users)^nu ||h_i||^2).
/// Every vector is solved for exactly; a user nobody trained on is one such solve against the items. Click values are ignored.
/// </summary>
public sealed class Ials : IBaseline
{
    private readonly IalsSettings _settings;
    private readonly float[] _items;    // h, items x d
    private readonly float[] _itemGram; // alpha_0 H'H, d x d

    internal Ials(IalsSettings settings, float[] items)
    {
        Check(settings);
        if (items.Length % settings.Factors != 0)
            throw new ArgumentException($"{items.Length} is no multiple of {settings.Factors} factors.", nameof(items));
        (_settings, _items, _itemGram) = (settings, items, Gram(items, settings));
    }

    /// <summary>Alternates the given number of times: users, then items.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    /// <param name="train">Clicks.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <param name="start">Item vectors to start from; null draws all.</param>
    public static Ials Fit(CsrMatrix train, IalsSettings settings, FitMonitor monitor = default, ItemStart? start = null)
    {
        Check(settings);
        if (start is not null && start.Factors != settings.Factors)
            throw new InputException($"ials: factors is {settings.Factors}, but the vectors to start from have {start.Factors}; "
                + "keep their number, or train anew.");
        int d = settings.Factors;
        // Vectors of users and items, the transposed clicks, two matrices d x d and one for each thread.
        monitor.Needs("ials", sizeof(float) * ((long)(train.Rows + train.Columns) * d + (2L + Environment.ProcessorCount) * d * d)
            + CoOccurrence.Bytes(train));
        var byItem = train.Transpose();
        var (users, items) = (new float[train.Rows * d], new float[train.Columns * d]);
        var key = new RandomKey(settings.Seed, 0, RandomPurpose.Initialisation);
        for (int i = 0; i < train.Columns; i++)
            for (int f = 0; f < d; f++)
                items[i * d + f] = (float)(
                    settings.InitialDeviation / Math.Sqrt(d) * CounterRandom.Normal(key, (uint)i, (uint)f));
        for (int i = 0; i < start?.Rows.Count; i++)
            if (start.Rows[i] >= 0) start.Vectors.AsSpan(start.Rows[i] * d, d).CopyTo(items.AsSpan(i * d, d));
        for (int epoch = 1; epoch <= settings.Epochs; epoch++)
        {
            SolveAll(train, items, users, settings);
            SolveAll(byItem, users, items, settings);
            monitor.Pass($"ials: epoch {epoch} of {settings.Epochs}");
        }
        return new(settings, items);
    }

    /// <inheritdoc/>
    public string Name => "ials";

    /// <inheritdoc/>
    public int ItemCount => _items.Length / _settings.Factors;

    /// <summary>Item vectors h, items x d, row-major.</summary>
    public ReadOnlySpan<float> ItemVectors => _items;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [_items];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        ForEachUser(foldIn, firstRow, scores, rows, ItemCount, (user, values) =>
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = TensorPrimitives.Dot<float>(user, _items.AsSpan(i * user.Length, user.Length));
        });

    /// <summary>The vectors of users: rows [firstRow, firstRow + rows) of the fold-in, rows x d.</summary>
    public void SolveUsers(CsrMatrix foldIn, int firstRow, int rows, Span<float> vectors) =>
        ForEachUser(foldIn, firstRow, vectors, rows, Dimension, (user, values) => user.CopyTo(values));

    /// <summary>d, the length of a vector.</summary>
    public int Dimension => _settings.Factors;

    private delegate void UserAction(float[] user, Span<float> values);

    private void ForEachUser(CsrMatrix foldIn, int firstRow, Span<float> values, int rows, int width, UserAction action)
    {
        try
        {
            Rows.ForEach(values, rows, width, (row, part) =>
            {
                var user = new float[Dimension];
                Solve(foldIn.RowColumns(firstRow + row), _items, _itemGram, new float[Dimension * Dimension], user, _settings);
                action(user, part);
            });
        }
        catch (AggregateException problem) when (problem.InnerException is ArithmeticException)
        {
            throw Unsolvable(problem);
        }
    }

    /// <summary>
    /// What each click adds to an item's score: h_item' A^-1 h_click with the user's matrix A, so that all of them add up to the
    /// score (Hu et al. 2008, section 5). One solve for each item.
    /// </summary>
    /// <param name="clicks">The user's clicks.</param>
    /// <param name="items">The items.</param>
    /// <param name="contributions">Items x clicks, row-major.</param>
    internal void Contributions(ReadOnlySpan<int> clicks, ReadOnlySpan<int> items, Span<float> contributions)
    {
        int d = _settings.Factors;
        var (matrix, solution) = (new float[d * d], new float[d]);
        UserMatrix(clicks, _items, _itemGram, matrix, _settings);
        Cholesky.Factorise(matrix, d);
        for (int i = 0; i < items.Length; i++)
        {
            _items.AsSpan(items[i] * d, d).CopyTo(solution);
            Cholesky.SolveFactorised(matrix, solution);
            for (int c = 0; c < clicks.Length; c++)
                contributions[i * clicks.Length + c] = TensorPrimitives.Dot<float>(solution, _items.AsSpan(clicks[c] * d, d));
        }
    }

    /// <inheritdoc/>
    public void Dispose() { }

    private static void Check(IalsSettings settings)
    {
        if (settings.Factors < 1 || settings.Epochs < 1)
            throw new InputException($"ials: factors ({settings.Factors}) and epochs ({settings.Epochs}) must be 1 or more.");
        if (!(settings.Regularisation > 0 && settings.UnobservedWeight > 0))
            throw new InputException(
                $"ials: regularisation ({settings.Regularisation}) and unobserved weight ({settings.UnobservedWeight}) must be "
                + "above 0.");
    }

    private static InputException Unsolvable(AggregateException problem) => new("ials: the vectors are too large to solve for "
        + $"another ({problem.InnerException!.Message.TrimEnd('.')}); train again, with more regularisation.", problem);

    // Solves for every row's vector, given the vectors of the columns.
    private static void SolveAll(CsrMatrix clicks, float[] given, float[] solved, IalsSettings settings)
    {
        int d = settings.Factors;
        var gram = Gram(given, settings);
        Parallel.For(0, clicks.Rows, () => new float[d * d], (row, _, scratch) =>
        {
            Solve(clicks.RowColumns(row), given, gram, scratch, solved.AsSpan(row * d, d), settings);
            return scratch;
        }, _ => { });
    }

    // A w = sum of h over the clicks.
    private static void Solve(
        ReadOnlySpan<int> clicks, float[] given, float[] gram, float[] matrix, Span<float> solution, IalsSettings settings)
    {
        int d = settings.Factors;
        UserMatrix(clicks, given, gram, matrix, settings);
        solution.Clear();
        foreach (int click in clicks) TensorPrimitives.Add(solution, given.AsSpan(click * d, d), solution);
        Cholesky.Solve(matrix, solution);
    }

    // A = alpha_0 H'H + sum of h h' over the clicks + lambda (clicks + alpha_0 n)^nu I.
    private static void UserMatrix(ReadOnlySpan<int> clicks, float[] given, float[] gram, float[] matrix, IalsSettings settings)
    {
        int d = settings.Factors, n = given.Length / d, e = 0;
        gram.CopyTo(matrix, 0);
        for (; e + 4 <= clicks.Length; e += 4)
            Cholesky.AddOuterProducts(given.AsSpan(clicks[e] * d, d), given.AsSpan(clicks[e + 1] * d, d),
                given.AsSpan(clicks[e + 2] * d, d), given.AsSpan(clicks[e + 3] * d, d), matrix);
        for (; e < clicks.Length; e++) Cholesky.AddOuterProduct(given.AsSpan(clicks[e] * d, d), matrix);
        double ridge = settings.Regularisation
            * Math.Pow(clicks.Length + settings.UnobservedWeight * n, settings.RegularisationExponent);
        for (int f = 0; f < d; f++) matrix[f * d + f] += (float)ridge;
    }

    // alpha_0 H'H; one row of it a thread, summed in double precision as it has as many terms as there are items or users.
    private static float[] Gram(float[] vectors, IalsSettings settings)
    {
        int d = settings.Factors, n = vectors.Length / d;
        var gram = new float[d * d];
        Parallel.For(0, d, f =>
        {
            var row = new double[d];
            for (int i = 0; i < n; i++)
            {
                double weight = settings.UnobservedWeight * vectors[i * d + f];
                for (int g = 0; g <= f; g++) row[g] += weight * vectors[i * d + g];
            }
            for (int g = 0; g <= f; g++) gram[f * d + g] = (float)row[g];
        });
        return gram;
    }
}
