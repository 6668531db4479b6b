using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Item vectors of an earlier fit.</summary>
/// <param name="Vectors">Row-major.</param>
/// <param name="Factors">Length of each.</param>
/// <param name="Rows">The row of each item, or -1 for an item that the earlier fit did not know.</param>
public sealed record ItemStart(float[] Vectors, int Factors, IReadOnlyList<int> Rows);

/// <summary>
/// A vector for each item; a user's is solved for from the clicks, so that one nobody trained on is as good as any other: the
/// models of alternating least squares, <see cref="Ials"/> and <see cref="Wmf"/>.
/// </summary>
public sealed class FactorModel : IBaseline
{
    // What Rendle et al. 2022 give users nobody trained on.
    private const int FoldInSweeps = 8;

    private readonly AlsPlan _plan;
    private readonly float[] _items; // h, items x d
    private readonly AlsSolver _users;

    internal FactorModel(AlsPlan plan, float[] items)
    {
        plan.Check();
        if (items.Length < plan.Factors || items.Length % plan.Factors != 0)
            throw new ArgumentException($"{items.Length} is no multiple of {plan.Factors} factors.", nameof(items));
        (_plan, _items, _users) = (plan, items, new AlsSolver(plan, items));
    }

    /// <summary>Alternates between users and items.</summary>
    internal static FactorModel Fit(CsrMatrix train, AlsPlan plan, FitMonitor monitor, ItemStart? start,
        IReadOnlyDictionary<string, double>? fromData = null)
    {
        plan.Check();
        int d = plan.Factors, width = plan.Width;
        if (start is not null && start.Factors != d)
            throw new InputException($"{plan.Name}: factors is {d}, but the vectors to start from have {start.Factors}; "
                + "keep their number, or train anew.");
        // Vectors of users and items, the transposed clicks; Gram matrices in single and double, for both passes and the model;
        // what each thread works with. Without blocks a thread packs one operand of its products alone.
        monitor.Needs(plan.Name, sizeof(float) * ((long)(train.Rows + train.Columns) * d + 9L * d * d
            + Environment.ProcessorCount * ((long)width * width + 600L * width)) + CoOccurrence.Bytes(train)
            + Environment.ProcessorCount * SerialProducts.Bytes / (width < d ? 1 : 2));
        if ((long)Math.Max(train.Rows, train.Columns) * d > Array.MaxLength)
            throw new InputException($"{plan.Name}: {Math.Max(train.Rows, train.Columns)} vectors of {d} factors are more than "
                + $"an array can hold; take at most {Array.MaxLength / Math.Max(train.Rows, train.Columns)} factors.");
        var byItem = train.Transpose();
        var (users, items) = (new float[train.Rows * d], new float[train.Columns * d]);
        var key = new RandomKey(plan.Seed, 0, RandomPurpose.Initialisation);
        for (int i = 0; i < train.Columns; i++)
            for (int f = 0; f < d; f++)
                items[i * d + f] = (float)(plan.InitialDeviation / Math.Sqrt(d) * CounterRandom.Normal(key, (uint)i, (uint)f));
        for (int i = 0; i < start?.Rows.Count; i++)
            if (start.Rows[i] >= 0) start.Vectors.AsSpan(start.Rows[i] * d, d).CopyTo(items.AsSpan(i * d, d));
        for (int epoch = 1; epoch <= plan.Epochs; epoch++)
        {
            Pass(items, train, users);
            Pass(users, byItem, items);
            monitor.Pass($"{plan.Name}: epoch {epoch} of {plan.Epochs}");
        }
        return new(plan, items) { FromData = fromData ?? DataDefaults.Nothing };

        void Pass(float[] given, CsrMatrix clicks, float[] solved)
        {
            using var solver = new AlsSolver(plan, given);
            solver.Solve(clicks, 0, clicks.Rows, solved, 1, monitor.Cancellation);
        }
    }

    /// <inheritdoc/>
    public string Name => _plan.Name;

    /// <inheritdoc/>
    public int ItemCount => _items.Length / Dimension;

    /// <summary>Item vectors h, items x d, row-major.</summary>
    public ReadOnlySpan<float> ItemVectors => _items;

    /// <summary>d, the length of a vector.</summary>
    public int Dimension => _plan.Factors;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> FromData { get; init; } = DataDefaults.Nothing;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [_items];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        var users = new float[rows * Dimension];
        SolveUsers(foldIn, firstRow, rows, users);
        Rows.ForEach(scores, rows, ItemCount, (row, values) =>
        {
            var user = users.AsSpan(row * Dimension, Dimension);
            for (int i = 0; i < values.Length; i++)
                values[i] = TensorPrimitives.Dot<float>(user, _items.AsSpan(i * Dimension, Dimension));
        });
    }

    /// <summary>The vectors of users: rows [firstRow, firstRow + rows) of the fold-in, rows x d.</summary>
    /// <exception cref="InputException">The model is damaged: its vectors are too large.</exception>
    public void SolveUsers(CsrMatrix foldIn, int firstRow, int rows, Span<float> vectors)
    {
        vectors.Clear();
        try
        {
            _users.Solve(foldIn, firstRow, rows, vectors, _users.HasBlocks ? FoldInSweeps : 1);
        }
        catch (AggregateException problem) when (problem.InnerException is ArithmeticException)
        {
            throw new InputException($"{Name}: the vectors are too large to solve for another "
                + $"({problem.InnerException.Message.TrimEnd('.')}); train again, with more regularisation.", problem);
        }
    }

    /// <summary>
    /// What each click adds to an item's score: h_item' A^-1 h_click with the user's matrix A, times the pull of a click, so that
    /// all of them add up to the score (Hu et al. 2008, section 5). One solve for each item.
    /// </summary>
    /// <param name="clicks">The user's clicks.</param>
    /// <param name="items">The items.</param>
    /// <param name="contributions">Items x clicks, row-major.</param>
    internal void Contributions(ReadOnlySpan<int> clicks, ReadOnlySpan<int> items, Span<float> contributions)
    {
        int d = Dimension;
        var (matrix, solution) = (new float[d * d], new float[d]);
        _users.Matrix(clicks, matrix);
        Cholesky.Factorise(matrix, d);
        for (int i = 0; i < items.Length; i++)
        {
            TensorPrimitives.Multiply(_items.AsSpan(items[i] * d, d), (float)_plan.Objective.Target, solution);
            Cholesky.SolveFactorised(matrix, solution);
            for (int c = 0; c < clicks.Length; c++)
                contributions[i * clicks.Length + c] = TensorPrimitives.Dot<float>(solution, _items.AsSpan(clicks[c] * d, d));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _users.Dispose();
}
