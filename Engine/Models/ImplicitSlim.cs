using ManualVae.Compute;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>
/// ImplicitSLIM (Shenbin and Nikolenko 2024, section 3): item vectors W [I, n] become what a SLIM-like item-item model says of
/// them, without that model: W := C (I / alpha + A'C)^-1 A'W with C = G D^2 G A, G = X'X + lambda I, D = diag(1 / (clicks +
/// lambda)) and A = W without its rows of rare items. D G D stands for G's inverse. It moves no gradient.
/// </summary>
internal sealed class ImplicitSlim
{
    private readonly IBackend _backend;
    private readonly CsrMatrix _train;
    private readonly SparseBatch _batch;
    private readonly double _lambda, _alpha;
    private readonly int[] _clicks;
    private readonly int _threshold;
    private readonly Tensor _a, _b, _c, _sums, _left, _right;

    /// <summary>Takes memory for three copies of the widest vectors.</summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="train">X, the training clicks; its users go through <paramref name="batch"/>.</param>
    /// <param name="batch">Room for a batch of users; free while it works.</param>
    /// <param name="width">Widest vectors.</param>
    /// <param name="threshold">Items of fewer clicks are rare.</param>
    /// <param name="lambda">Ridge, above 0.</param>
    /// <param name="alpha">Above 0; a larger one keeps more of the vectors' lengths.</param>
    public ImplicitSlim(
        MemoryScope memory, CsrMatrix train, SparseBatch batch, int width, int threshold, double lambda, double alpha)
    {
        (_backend, _train, _batch, _threshold, _lambda, _alpha) = (memory.Backend, train, batch, threshold, lambda, alpha);
        _clicks = train.ColumnCounts();
        (_a, _b, _c, _sums) = Take(memory, train.Columns, batch.MaxRows, width);
        (_left, _right) = (memory.Allocate(width, width), memory.Allocate(width, width));
    }

    /// <summary>Counts its memory without taking it.</summary>
    public static void Count(MemoryScope counting, int items, int rows, int width)
    {
        Take(counting, items, rows, width);
        counting.Allocate(2 * width, width);
    }

    /// <summary>Moves item vectors.</summary>
    /// <param name="vectors">[I, n], in place.</param>
    /// <exception cref="ArithmeticException">The system of n equations is singular.</exception>
    public void Update(Tensor vectors)
    {
        int items = vectors.Rows, n = vectors.Columns;
        Tensor Room(Tensor tensor) => tensor.View(0, items, n);
        var (a, b, c) = (Room(_a), Room(_b), Room(_c));
        var (left, right) = (_left.View(0, n, n), _right.View(0, n, n));
        _backend.Copy(vectors, a);
        ScaleRows(a, item => _clicks[item] < _threshold ? 0 : 1);
        TimesGram(a, b);
        ScaleRows(b, item => 1 / ((_clicks[item] + _lambda) * (_clicks[item] + _lambda)));
        TimesGram(b, c);
        _backend.MatMul(Transpose.First, a, c, left);
        _backend.MatMul(Transpose.First, a, vectors, right);
        double[] matrix = _backend.Values(left), values = _backend.Values(right);
        for (int k = 0; k < n; k++) matrix[k * n + k] += 1 / _alpha;
        LinearSolve.Solve(matrix, values, n, n);
        _backend.Upload(values, right);
        _backend.MatMul(Transpose.None, c, right, vectors);
    }

    private static (Tensor, Tensor, Tensor, Tensor) Take(MemoryScope memory, int items, int rows, int width) => (
        memory.Allocate(items, width), memory.Allocate(items, width), memory.Allocate(items, width),
        memory.Allocate(rows, width));

    /// <summary>product = (X'X + lambda I) vectors, users in batches.</summary>
    private void TimesGram(Tensor vectors, Tensor product)
    {
        _backend.Fill(product, 0);
        _backend.Add(vectors, _lambda, product);
        var layer = new Parameter("vectors", vectors, product, default, default);
        for (int first = 0, rows; first < _train.Rows; first += rows)
        {
            rows = Math.Min(_batch.MaxRows, _train.Rows - first);
            _batch.Load(_train, [.. Enumerable.Range(first, rows)]);
            _backend.EncodeInputs(_batch, new(MaskMode.Plain, 1, default));
            var sums = _sums.View(0, rows, vectors.Columns);
            _backend.SparseLinearForward(_batch, layer, bias: null, Activation.Identity, sums);
            _backend.SparseLinearBackward(_batch, layer, bias: null, sums);
        }
    }

    private void ScaleRows(Tensor tensor, Func<int, double> factor)
    {
        double[] values = _backend.Values(tensor);
        for (int item = 0; item < tensor.Rows; item++)
        {
            double by = factor(item);
            for (int k = 0; k < tensor.Columns; k++) values[item * tensor.Columns + k] *= by;
        }
        _backend.Upload(values, tensor);
    }
}
