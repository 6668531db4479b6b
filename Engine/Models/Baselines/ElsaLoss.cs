using System.Numerics.Tensors;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// ELSA's loss of a batch and its gradient: the mean over users of ||y / |y| - x / |x| ||^2 with y = x (A A' - I) (Vancura et al.
/// 2022). No user x item array is made: with H = X A and K = A'A all that the loss needs of y are two numbers,
/// |y|^2 = h'Kh - 2 h'h + |x|^2 and x'y = h'h - |x|^2, and the gradient of y is alpha y + beta x, so that
/// dA = X'(alpha H K + 2 (beta - alpha) H) + A (H' alpha H). A step costs 2 (items + batch) d^2 and the clicks times d.
/// </summary>
internal sealed class ElsaLoss : IDisposable
{
    private readonly CsrMatrix _train;
    private readonly int _d;
    private readonly float[] _codes, _scaled, _products, _gram, _weighted; // H, alpha H, H K (then X's factor), K, H' alpha H
    private readonly int[] _starts, _rows; // of each item: its rows of the batch
    private readonly double[] _losses;
    private readonly DenseProducts _dense = new();

    /// <summary>Makes room for batches.</summary>
    /// <param name="train">Clicks, users x items; values are ignored.</param>
    /// <param name="d">Length of a vector.</param>
    /// <param name="batch">Most users at a time.</param>
    public ElsaLoss(CsrMatrix train, int d, int batch)
    {
        (_train, _d) = (train, d);
        (_codes, _scaled, _products) = (new float[batch * d], new float[batch * d], new float[batch * d]);
        (_gram, _weighted) = (new float[d * d], new float[d * d]);
        (_starts, _rows) = (new int[train.Columns + 1], new int[Compute.SparseBatch.LargestBatch(batch, train)]);
        _losses = new double[batch];
    }

    /// <summary>What it takes.</summary>
    public static long Bytes(CsrMatrix train, int d, int batch) =>
        sizeof(float) * (3L * batch * d + 2L * d * d + train.Columns + Compute.SparseBatch.LargestBatch(batch, train));

    /// <summary>The mean loss of some users; the gradient by A, before rows are held to length 1, is overwritten.</summary>
    /// <param name="vectors">A, items x d, rows of length 1.</param>
    /// <param name="users">Rows of the clicks, at most the batch.</param>
    /// <param name="gradient">items x d.</param>
    public double Backward(float[] vectors, int[] users, float[] gradient)
    {
        int rows = users.Length, d = _d, items = _train.Columns;
        Cores.For(0, rows, r => Encode(vectors, _train.RowColumns(users[r]), _codes.AsSpan(r * d, d)));
        _dense.MultiplyTransposed(vectors, vectors, _gram, d, d, items);
        _dense.Multiply(_codes, _gram, _products, rows, d, d);
        Cores.For(0, rows, r => _losses[r] = Row(r, _train.RowLength(users[r]), rows));
        _dense.MultiplyTransposed(_scaled, _codes, _weighted, d, d, rows);
        _dense.Multiply(vectors, _weighted, gradient, items, d, d);
        Gather(users);
        Cores.For(0, items, item =>
        {
            var sum = gradient.AsSpan(item * d, d);
            for (int e = _starts[item]; e < _starts[item + 1]; e++)
                TensorPrimitives.Add(sum, _products.AsSpan(_rows[e] * d, d), sum);
        });
        double loss = 0;
        for (int r = 0; r < rows; r++) loss += _losses[r];
        return loss / rows;
    }

    /// <summary>h, the sum of the vectors of what was clicked.</summary>
    public static void Encode(ReadOnlySpan<float> vectors, ReadOnlySpan<int> clicked, Span<float> code)
    {
        code.Clear();
        foreach (int item in clicked) TensorPrimitives.Add(code, vectors.Slice(item * code.Length, code.Length), code);
    }

    // The loss of a user; alpha h goes to one array and the factor of X' to another.
    private double Row(int row, int clicks, int rows)
    {
        Span<float> h = _codes.AsSpan(row * _d, _d), hk = _products.AsSpan(row * _d, _d), scaled = _scaled.AsSpan(row * _d, _d);
        double own = TensorPrimitives.Dot<float>(h, h), square = TensorPrimitives.Dot<float>(h, hk) - 2 * own + clicks;
        if (clicks == 0 || !(square > 1e-6 * clicks)) // nothing clicked, or no answer: no direction to turn to
        {
            scaled.Clear();
            hk.Clear();
            return clicks == 0 ? 0 : 2;
        }
        double cosine = (own - clicks) / Math.Sqrt(square * clicks);
        double alpha = 2 * cosine / (square * rows), beta = -2 / (Math.Sqrt(square * clicks) * rows);
        TensorPrimitives.Multiply(h, (float)alpha, scaled);
        TensorPrimitives.Multiply(hk, (float)alpha, hk);
        TensorPrimitives.MultiplyAdd(h, (float)(2 * (beta - alpha)), hk, hk);
        return 2 - 2 * cosine;
    }

    // The batch by items, rows in order: each item's sum is one thread's.
    private void Gather(int[] users)
    {
        Array.Clear(_starts);
        foreach (int user in users)
            foreach (int item in _train.RowColumns(user)) _starts[item + 1]++;
        for (int item = 0; item < _train.Columns; item++) _starts[item + 1] += _starts[item];
        var next = _starts.AsSpan(0, _train.Columns).ToArray();
        for (int r = 0; r < users.Length; r++)
            foreach (int item in _train.RowColumns(users[r])) _rows[next[item]++] = r;
    }

    public void Dispose() => _dense.Dispose();
}
