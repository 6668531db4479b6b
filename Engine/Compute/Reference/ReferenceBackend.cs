namespace ManualVae.Compute.Reference;

/// <summary>
/// The oracle: every operation as plain loops in double precision on one thread. Slow and obvious. All gradient
/// checks run the shipped models through it.
/// </summary>
public sealed partial class ReferenceBackend : IBackend
{
    /// <inheritdoc/>
    public string Name => "reference";

    /// <inheritdoc/>
    public string Description => "reference: plain loops, double precision, 1 thread";

    /// <inheritdoc/>
    public bool IsDoublePrecision => true;

    private sealed class Buffer(long length) : TensorBuffer
    {
        public readonly double[] Data = new double[length];
        public override long Length => Data.LongLength;
    }

    private sealed class Batch(ReferenceBackend backend, int maxRows, int columns, int maxEntries)
        : SparseBatch(maxRows, columns, maxEntries, backend.Allocate(1, maxEntries), backend.Allocate(1, maxEntries))
    {
        public override void Dispose() { }

        protected override void Loaded(ReadOnlySpan<float> values) =>
            backend.Upload(values, Targets.View(0, 1, values.Length));
    }

    private static Span<double> Data(Tensor tensor) =>
        tensor.IsNone ? default : ((Buffer)tensor.Buffer).Data.AsSpan(checked((int)tensor.Offset), checked((int)tensor.Length));

    private static Span<double> Row(Tensor tensor, int row) => Data(tensor.Slice(row, 1));

    private static double Scale(Tensor rowScale, int row) => rowScale.IsNone ? 1 : Data(rowScale)[row];

    /// <inheritdoc/>
    public void Dispose() { }

    /// <inheritdoc/>
    public Tensor Allocate(int rows, int columns) => new(new Buffer((long)rows * columns), 0, rows, columns);

    /// <inheritdoc/>
    public void Free(Tensor tensor) { }

    /// <inheritdoc/>
    public SparseBatch AllocateBatch(int maxRows, int columns, int maxEntries) => new Batch(this, maxRows, columns, maxEntries);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, Tensor destination)
    {
        var target = Data(destination);
        if (source.Length != target.Length) throw new ArgumentException($"Got {source.Length} values for {target.Length}.");
        for (int i = 0; i < source.Length; i++) target[i] = source[i];
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<double> source, Tensor destination) => source.CopyTo(Data(destination));

    /// <inheritdoc/>
    public void Download(Tensor source, Span<float> destination)
    {
        var values = Data(source);
        for (int i = 0; i < values.Length; i++) destination[i] = (float)values[i];
    }

    /// <inheritdoc/>
    public void Download(Tensor source, Span<double> destination) => Data(source).CopyTo(destination);

    /// <inheritdoc/>
    public void Copy(Tensor source, Tensor destination) => Data(source).CopyTo(Data(destination));

    /// <inheritdoc/>
    public void Fill(Tensor tensor, double value) => Data(tensor).Fill(value);

    /// <inheritdoc/>
    public void Add(Tensor source, double scale, Tensor destination) =>
        AddTo(Data(destination), Data(source), scale);

    /// <inheritdoc/>
    public double SquaredNorm(Tensor tensor)
    {
        double sum = 0;
        foreach (double x in Data(tensor)) sum += x * x;
        return sum;
    }

    /// <inheritdoc/>
    public void ConcatForward(Tensor a, Tensor b, Tensor y)
    {
        for (int row = 0; row < y.Rows; row++)
        {
            Row(a, row).CopyTo(Row(y, row));
            Row(b, row).CopyTo(Row(y, row)[a.Columns..]);
        }
    }

    /// <inheritdoc/>
    public void ConcatBackward(Tensor dy, Tensor da, Tensor db)
    {
        for (int row = 0; row < dy.Rows; row++)
        {
            if (!da.IsNone) AddTo(Row(da, row), Row(dy, row)[..da.Columns]);
            if (!db.IsNone) AddTo(Row(db, row), Row(dy, row)[^db.Columns..]);
        }
    }

    /// <inheritdoc/>
    public void ActivationBackward(Activation activation, Tensor y, Tensor dy)
    {
        var output = Data(y);
        var gradient = Data(dy);
        for (int i = 0; i < output.Length; i++) gradient[i] *= Derivative(activation, output[i]);
    }

    /// <inheritdoc/>
    public void SwishBackward(Tensor x, Tensor dy, Tensor dx)
    {
        var input = Data(x);
        var above = Data(dy);
        var gradient = Data(dx);
        for (int i = 0; i < input.Length; i++)
        {
            double s = Sigmoid(input[i]);
            gradient[i] += above[i] * (s + input[i] * s * (1 - s));
        }
    }

    /// <inheritdoc/>
    public void GateForward(Tensor h, Tensor g, Tensor y)
    {
        var value = Data(h);
        var gate = Data(g);
        var output = Data(y);
        for (int i = 0; i < value.Length; i++) output[i] = value[i] * Sigmoid(gate[i]);
    }

    /// <inheritdoc/>
    public void GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg)
    {
        var value = Data(h);
        var gate = Data(g);
        var above = Data(dy);
        var dValue = Data(dh);
        var dGate = Data(dg);
        for (int i = 0; i < value.Length; i++)
        {
            double s = Sigmoid(gate[i]);
            dValue[i] += above[i] * s;
            dGate[i] += above[i] * value[i] * s * (1 - s);
        }
    }

    private static void AddTo(Span<double> sum, ReadOnlySpan<double> values, double scale = 1)
    {
        for (int i = 0; i < sum.Length; i++) sum[i] += scale * values[i];
    }

    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static double Apply(Activation activation, double x) => activation switch
    {
        Activation.Tanh => Math.Tanh(x),
        Activation.Sigmoid => Sigmoid(x),
        Activation.UnitClamp => Math.Clamp(x, 0, 1),
        Activation.Relu => Math.Max(x, 0),
        _ => x,
    };

    private static double Derivative(Activation activation, double y) => activation switch
    {
        Activation.Tanh => 1 - y * y,
        Activation.Sigmoid => y * (1 - y),
        Activation.UnitClamp => y is > 0 and < 1 ? 1 : 0,
        Activation.Relu => y > 0 ? 1 : 0,
        _ => 1,
    };

    /// <inheritdoc/>
    public void TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        for (int row = 0; row < scores.Rows; row++)
        {
            var values = Row(scores, row).ToArray();
            var seen = new HashSet<int>(excluded.ColumnIndices[excluded.RowOffsets[row]..excluded.RowOffsets[row + 1]].ToArray());
            int[] ranked = [.. Enumerable.Range(0, values.Length).Where(i => !seen.Contains(i))
                .OrderBy(i => double.IsNaN(values[i])).ThenByDescending(i => values[i]).ThenBy(i => i).Take(k)];
            for (int rank = 0; rank < k; rank++)
            {
                items[row * k + rank] = rank < ranked.Length ? ranked[rank] : -1;
                itemScores[row * k + rank] = rank < ranked.Length ? (float)values[ranked[rank]] : float.NegativeInfinity;
            }
        }
    }

    /// <inheritdoc/>
    public void Adam(Parameter parameter, AdamStep step)
    {
        var w = Data(parameter.Value);
        var g = Data(parameter.Gradient);
        var m = Data(parameter.FirstMoment);
        var v = Data(parameter.SecondMoment);
        double rate = step.CorrectedRate;
        for (int i = 0; i < w.Length; i++)
        {
            double gradient = g[i] + 2 * parameter.WeightDecay * w[i];
            m[i] = step.Beta1 * m[i] + (1 - step.Beta1) * gradient;
            v[i] = step.Beta2 * v[i] + (1 - step.Beta2) * gradient * gradient;
            w[i] -= rate * m[i] / (Math.Sqrt(v[i]) + step.Epsilon);
        }
    }
}
