using System.Numerics;
using System.Numerics.Tensors;
using ManualVae.Compute;

namespace ManualVae.Models.Baselines;

/// <summary>
/// A vector for each user or item in host memory, with its training: a batch reads some rows, gives their gradients, and updates
/// them. Adam moves the other rows too, by their decaying first moment; a row is brought up to date when it is read next
/// (<see cref="NcfOptimizer.Since"/>), so an update costs as much as the batch has rows.
/// </summary>
internal sealed class EmbeddingTable
{
    private readonly float[] _first = [], _second = []; // Adam's moments as of the row's last update
    private readonly long[] _updated = [];              // step of the row's last update; 0 for none
    private readonly int[] _slots = [], _touched = [];  // slot of a row in the batch, or -1; row of a slot
    private readonly float[] _gradient = [];            // maxBatch x Width, by slot
    private int _count;                                 // slots in use

    /// <summary>A table of zeros.</summary>
    /// <param name="rows">Users or items.</param>
    /// <param name="width">Length of a vector.</param>
    /// <param name="maxBatch">Most rows that a batch reads; 0 for a table that is not trained.</param>
    /// <param name="counting">Take no memory: only the shape is wanted.</param>
    public EmbeddingTable(int rows, int width, int maxBatch, bool counting)
    {
        (Rows, Width, Values) = (rows, width, counting ? [] : new float[checked(rows * width)]);
        if (maxBatch == 0 || counting) return;
        (_first, _second, _updated) = (new float[Values.Length], new float[Values.Length], new long[rows]);
        (_slots, _touched, _gradient) = (new int[rows], new int[maxBatch], new float[maxBatch * width]);
        _slots.AsSpan().Fill(-1);
    }

    public int Rows { get; }

    public int Width { get; }

    /// <summary>Rows x Width.</summary>
    public float[] Values { get; }

    /// <summary>Bytes that a table takes.</summary>
    public static long Bytes(long rows, long width, long maxBatch) =>
        sizeof(float) * width * (maxBatch == 0 ? rows : 3 * rows + maxBatch) + (maxBatch == 0 ? 0 : 12 * rows);

    /// <summary>Draws all vectors from N(0, 0.01^2), the start of the authors' code.</summary>
    public void Draw(RandomKey key, uint number)
    {
        for (int i = 0; i < Values.Length; i++) Values[i] = 0.01f * (float)CounterRandom.Normal(key, number, (uint)i);
    }

    public Span<float> Row(int row) => Values.AsSpan(row * Width, Width);

    /// <summary>Copies the vectors of a batch into columns [column, column + Width) of a matrix.</summary>
    public void Read(ReadOnlySpan<int> rows, NcfOptimizer optimizer, Span<float> matrix, int column, int columns)
    {
        for (int s = 0; s < rows.Length; s++)
        {
            Refresh(rows[s], optimizer);
            Row(rows[s]).CopyTo(matrix.Slice(s * columns + column, Width));
        }
    }

    /// <summary>
    /// Takes the gradients of a batch from those columns: sums by row, in the order of the batch. Replaces those of the last one.
    /// </summary>
    public void TakeGradient(ReadOnlySpan<int> rows, ReadOnlySpan<float> matrix, int column, int columns)
    {
        foreach (int row in _touched.AsSpan(0, _count)) _slots[row] = -1;
        _count = 0;
        for (int s = 0; s < rows.Length; s++)
        {
            var gradient = matrix.Slice(s * columns + column, Width);
            ref int slot = ref _slots[rows[s]];
            if (slot < 0)
            {
                _touched[slot = _count++] = rows[s];
                gradient.CopyTo(_gradient.AsSpan(slot * Width, Width));
            }
            else
            {
                var sum = _gradient.AsSpan(slot * Width, Width);
                TensorPrimitives.Add(sum, gradient, sum);
            }
        }
    }

    /// <summary>Moves the rows of the batch by their gradients.</summary>
    public void Update(NcfOptimizer optimizer)
    {
        var step = optimizer.Step;
        for (int slot = 0; slot < _count; slot++)
        {
            int row = _touched[slot];
            var gradient = _gradient.AsSpan(slot * Width, Width);
            if (optimizer.IsAdam) Adam(step, gradient, Row(row), Moments(_first, row), Moments(_second, row));
            else
                TensorPrimitives.MultiplyAdd(gradient, (float)-optimizer.LearningRate, Row(row), Row(row));
            _updated[row] = step.Step;
        }
    }

    /// <summary>Brings all rows up to date, before anything but a batch reads them.</summary>
    public void Flush(NcfOptimizer optimizer)
    {
        for (int row = 0; row < Rows; row++) Refresh(row, optimizer);
    }

    /// <summary>The gradient of the latest batch, Rows x Width, for checks.</summary>
    public float[] Gradient()
    {
        var all = new float[Values.Length];
        for (int slot = 0; slot < _count; slot++)
            _gradient.AsSpan(slot * Width, Width).CopyTo(all.AsSpan(_touched[slot] * Width, Width));
        return all;
    }

    private Span<float> Moments(float[] moments, int row) => moments.AsSpan(row * Width, Width);

    private void Refresh(int row, NcfOptimizer optimizer)
    {
        if (!optimizer.IsAdam || _updated[row] == 0 || _updated[row] == optimizer.Done) return;
        optimizer.Since(_updated[row]).Apply(
            (float)optimizer.Step.Epsilon, Row(row), Moments(_first, row), Moments(_second, row));
        _updated[row] = optimizer.Done;
    }

    /// <summary>Adam's update of a vector and its moments.</summary>
    public static void Adam(AdamStep step, ReadOnlySpan<float> g, Span<float> w, Span<float> m, Span<float> v)
    {
        float rate = (float)step.CorrectedRate, b1 = (float)step.Beta1, b2 = (float)step.Beta2, epsilon = (float)step.Epsilon;
        int i = 0, lanes = Vector<float>.Count;
        for (; i <= w.Length - lanes; i += lanes)
        {
            var gradient = new Vector<float>(g[i..]);
            var first = b1 * new Vector<float>(m[i..]) + (1 - b1) * gradient;
            var second = b2 * new Vector<float>(v[i..]) + (1 - b2) * gradient * gradient;
            (new Vector<float>(w[i..]) - rate * first / (Vector.SquareRoot(second) + new Vector<float>(epsilon))).CopyTo(w[i..]);
            first.CopyTo(m[i..]);
            second.CopyTo(v[i..]);
        }
        for (; i < w.Length; i++)
        {
            m[i] = b1 * m[i] + (1 - b1) * g[i];
            v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
            w[i] -= rate * m[i] / (MathF.Sqrt(v[i]) + epsilon);
        }
    }
}
