using System.Collections.Concurrent;
using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// One side of alternating least squares: the vectors of rows of clicks, given those of the columns. A block of factors p of a
/// vector w moves by the Newton step (A_pp)^-1 (b - A w)_p, which minimises the objective over the block; with one block of all
/// factors that is the exact solution. Rows are solved in batches, each by one thread: bits do not depend on threads.
/// </summary>
internal sealed class AlsSolver : IDisposable
{
    /// <summary>Rows a batch: they share one product with the Gram matrix for each block.</summary>
    private const int BatchRows = 32;

    /// <summary>Most rows of the given vectors that are gathered at a time.</summary>
    private const int GatherRows = 512;

    private readonly AlsObjective _objective;
    private readonly float[] _given;
    private readonly float[] _gram; // Unobserved H'H, both triangles
    private readonly int _d, _width;
    private readonly ConcurrentBag<Worker> _workers = [];

    /// <summary>Prepares to solve.</summary>
    /// <param name="plan">Objective, factors and width of a block.</param>
    /// <param name="given">Vectors of the columns, columns x d.</param>
    public AlsSolver(AlsPlan plan, float[] given)
    {
        (_objective, _given, _d, _width) = (plan.Objective, given, plan.Factors, plan.Width);
        _gram = VectorGram.Of(given, _d, _objective.Unobserved);
    }

    /// <summary>Whether a vector takes several blocks.</summary>
    public bool HasBlocks => _width < _d;

    /// <summary>Moves the vectors of rows [firstRow, firstRow + rows).</summary>
    /// <param name="clicks">Rows x columns.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="vectors">rows x d: where the block solver starts from, and the result.</param>
    /// <param name="sweeps">Passes over the blocks; one is enough without blocks.</param>
    /// <param name="cancellation">Ends the work between two batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Solve(CsrMatrix clicks, int firstRow, int rows, Span<float> vectors, int sweeps = 1,
        CancellationToken cancellation = default) => PinnedRows.Use(vectors, rows, _d, all =>
            Cores.For(0, (rows + BatchRows - 1) / BatchRows, batch =>
            {
                if (!_workers.TryTake(out var worker)) worker = new Worker(_width, _d);
                int first = batch * BatchRows, count = Math.Min(BatchRows, rows - first);
                SolveBatch(worker, clicks, firstRow + first, count, all.Slice(first, count), sweeps);
                _workers.Add(worker);
            }, cancellation));

    private void SolveBatch(Worker worker, CsrMatrix clicks, int firstRow, int rows, Span<float> vectors, int sweeps)
    {
        if (!HasBlocks) vectors.Clear(); // the step from 0 is the solution itself
        var scores = worker.Scores(clicks, firstRow, rows);
        for (int row = 0; HasBlocks && row < rows; row++)
        {
            ReadOnlySpan<float> w = vectors.Slice(row * _d, _d);
            var columns = clicks.RowColumns(firstRow + row);
            for (int e = 0; e < columns.Length; e++) scores[row][e] = TensorPrimitives.Dot(w, Given(columns[e], 0, _d));
        }
        for (int sweep = 0; sweep < sweeps; sweep++)
            for (int first = 0; first < _d; first += _width)
            {
                int width = Math.Min(_width, _d - first);
                // Row by row Unobserved (H'H w)_p.
                if (HasBlocks)
                    worker.Products.Multiply(vectors, rows, _gram, _d, first, width, worker.Slopes);
                for (int row = 0; row < rows; row++)
                    Step(worker, clicks.RowColumns(firstRow + row), vectors.Slice(row * _d, _d), scores[row], first, width, row);
            }
    }

    // One Newton step; scores are kept equal to w.h of the clicks.
    private void Step(
        Worker worker, ReadOnlySpan<int> clicks, Span<float> w, Span<float> scores, int first, int width, int row)
    {
        double ridge = _objective.Ridge(clicks.Length, _given.Length / _d);
        Span<float> step = worker.Step.AsSpan(0, width), matrix = worker.Matrix.AsSpan(0, width * width);
        step.Clear();
        Matrix(worker, clicks, ridge, first, matrix, width);
        float click = (float)_objective.Click, target = (float)_objective.Target;
        for (int e = 0; e < clicks.Length; e++)
            TensorPrimitives.MultiplyAdd(Given(clicks[e], first, width),
                HasBlocks ? target - click * scores[e] : target, step, step);
        var own = w.Slice(first, width);
        if (HasBlocks)
        {
            TensorPrimitives.Subtract(step, worker.Slopes.AsSpan(row * width, width), step);
            TensorPrimitives.MultiplyAdd(own, (float)-ridge, step, step);
        }
        Cholesky.Solve(matrix, step);
        TensorPrimitives.Add(own, step, own);
        for (int e = 0; HasBlocks && e < clicks.Length; e++)
            scores[e] += TensorPrimitives.Dot<float>(step, Given(clicks[e], first, width));
    }

    /// <summary>A of all factors for one row's clicks, d x d, the lower triangle.</summary>
    public void Matrix(ReadOnlySpan<int> clicks, Span<float> matrix)
    {
        using var worker = new Worker(_d, _d);
        Matrix(worker, clicks, _objective.Ridge(clicks.Length, _given.Length / _d), 0, matrix, _d);
    }

    // The block [first, first + width) of A.
    private void Matrix(Worker worker, ReadOnlySpan<int> clicks, double ridge, int first, Span<float> matrix, int width)
    {
        for (int f = 0; f < width; f++) _gram.AsSpan((first + f) * _d + first, width).CopyTo(matrix[(f * width)..]);
        float scale = (float)Math.Sqrt(_objective.Click);
        for (int done = 0; done < clicks.Length; done += GatherRows)
        {
            int rows = Math.Min(GatherRows, clicks.Length - done);
            for (int e = 0; e < rows; e++)
                TensorPrimitives.Multiply(Given(clicks[done + e], first, width), scale, worker.Gathered.AsSpan(e * width, width));
            worker.Products.AddGram(worker.Gathered, rows, width, matrix);
        }
        for (int f = 0; f < width; f++) matrix[f * width + f] += (float)ridge;
    }

    private ReadOnlySpan<float> Given(int column, int first, int width) => _given.AsSpan(column * _d + first, width);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_workers.TryTake(out var worker)) worker.Dispose();
    }

    /// <summary>What one thread works with.</summary>
    private sealed class Worker(int width, int d) : IDisposable
    {
        private readonly float[][] _scores = new float[BatchRows][];

        public SerialProducts Products { get; } = new();

        public float[] Gathered { get; } = new float[GatherRows * width];

        public float[] Slopes { get; } = new float[BatchRows * width];

        public float[] Matrix { get; } = new float[width * width];

        public float[] Step { get; } = new float[d];

        public float[][] Scores(CsrMatrix clicks, int firstRow, int rows)
        {
            for (int row = 0; row < rows; row++)
                if (!(_scores[row]?.Length >= clicks.RowLength(firstRow + row)))
                    _scores[row] = new float[clicks.RowLength(firstRow + row)];
            return _scores;
        }

        public void Dispose() => Products.Dispose();
    }
}
