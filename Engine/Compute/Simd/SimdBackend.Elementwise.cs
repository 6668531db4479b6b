using System.Diagnostics;
using System.Numerics;

namespace ManualVae.Compute.Simd;

// Elementwise operations, reductions and the optimiser.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void Add(Tensor source, double scale, Tensor destination)
    {
        Debug.Assert(source.Length == destination.Length);
        Map(new AddScaled((float)scale), destination, source, destination);
    }

    /// <inheritdoc/>
    public double SquaredNorm(Tensor tensor)
    {
        // Partial sums of fixed blocks, added in order: at most 256 of them, whole multiples of 1,024 elements.
        const int MaxBlocks = 256;
        long length = tensor.Length;
        long block = Math.Max(ElementGrain, ((length + MaxBlocks - 1) / MaxBlocks + 1023) / 1024 * 1024);
        int blocks = (int)((length + block - 1) / block);
        double* partial = stackalloc double[MaxBlocks];
        ForRows(blocks, 1, (tensor, block, (nint)partial), static (in (Tensor X, long Block, nint Partial) s, int b) =>
            ((double*)s.Partial)[b] = SumOfSquares(s.X.Pointer() + b * s.Block, Math.Min(s.Block, s.X.Length - b * s.Block)));
        double sum = 0;
        for (int b = 0; b < blocks; b++) sum += partial[b];
        return sum;
    }

    private static double SumOfSquares(float* x, long count)
    {
        Vector<double> low = default, high = default;
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(x + i), out var a, out var b);
            low += a * a;
            high += b * b;
        }
        double sum = Vector.Sum(low + high);
        for (; i < count; i++) sum += (double)x[i] * x[i];
        return sum;
    }

    /// <inheritdoc/>
    public void ConcatForward(Tensor a, Tensor b, Tensor y)
    {
        Debug.Assert(a.Columns + b.Columns == y.Columns && a.Rows == y.Rows && b.Rows == y.Rows);
        ForRows(y.Rows, RowGrain(y.Columns), (a, b, y), static (in (Tensor A, Tensor B, Tensor Y) s, int row) =>
        {
            s.A.RowSpan(row).CopyTo(s.Y.RowSpan(row));
            s.B.RowSpan(row).CopyTo(s.Y.RowSpan(row)[s.A.Columns..]);
        });
    }

    /// <inheritdoc/>
    public void ConcatBackward(Tensor dy, Tensor da, Tensor db)
    {
        if (!da.IsNone) AddColumns(dy, 0, da);
        if (!db.IsNone) AddColumns(dy, dy.Columns - db.Columns, db);
    }

    private void AddColumns(Tensor source, int firstColumn, Tensor destination) =>
        ForRows(source.Rows, RowGrain(destination.Columns), (source, firstColumn, destination),
            static (in (Tensor X, int Column, Tensor Y) s, int row) =>
                Elementwise.Apply(new AddScaled(1), s.Y.Columns, s.Y.Row(row), s.X.Row(row) + s.Column, s.Y.Row(row)));

    /// <inheritdoc/>
    public void ActivationBackward(Activation activation, Tensor y, Tensor dy)
    {
        switch (activation)
        {
            case Activation.Identity: break;
            case Activation.Tanh: Map(default(TanhGradient), dy, y, dy); break;
            case Activation.Sigmoid: Map(default(SigmoidGradient), dy, y, dy); break;
            case Activation.UnitClamp: Map(default(UnitClampGradient), dy, y, dy); break;
            case Activation.Relu: Map(default(ReluGradient), dy, y, dy); break;
            default: throw new UnreachableException();
        }
    }

    /// <inheritdoc/>
    public void SwishBackward(Tensor x, Tensor dy, Tensor dx)
    {
        if (!dx.IsNone) Map(default(SwishGradient), dx, x, dy, dx);
    }

    /// <inheritdoc/>
    public void GateForward(Tensor h, Tensor g, Tensor y) => Map(default(Gate), y, h, g);

    /// <inheritdoc/>
    public void GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg)
    {
        if (!dh.IsNone) Map(default(GateGradientH), dh, g, dy, dh);
        if (!dg.IsNone)
            ForElements(h, (h, g, dy, dg), static (in (Tensor H, Tensor G, Tensor Dy, Tensor Dg) s, long i, int n) =>
                Elementwise.Apply(default(GateGradientG), n,
                    s.Dg.Pointer() + i, s.H.Pointer() + i, s.G.Pointer() + i, s.Dy.Pointer() + i, s.Dg.Pointer() + i));
    }

    /// <inheritdoc/>
    public void Adam(Parameter parameter, AdamStep step) =>
        ForElements(parameter.Value, (parameter, new AdamUpdate(step, parameter.WeightDecay)),
            static (in (Parameter P, AdamUpdate Update) s, long i, int n) => s.Update.Apply(n, s.P.Gradient.Pointer() + i,
                s.P.Value.Pointer() + i, s.P.FirstMoment.Pointer() + i, s.P.SecondMoment.Pointer() + i));

    /// <summary>y = f(a, b).</summary>
    private void Map<T>(T f, Tensor y, Tensor a, Tensor b) where T : struct, IBinaryOperator =>
        ForElements(a, (f, y, a, b), static (in (T F, Tensor Y, Tensor A, Tensor B) s, long i, int n) =>
            Elementwise.Apply(s.F, n, s.Y.Pointer() + i, s.A.Pointer() + i, s.B.Pointer() + i));

    /// <summary>y = f(a, b, c).</summary>
    private void Map<T>(T f, Tensor y, Tensor a, Tensor b, Tensor c) where T : struct, ITernaryOperator =>
        ForElements(a, (f, y, a, b, c), static (in (T F, Tensor Y, Tensor A, Tensor B, Tensor C) s, long i, int n) =>
            Elementwise.Apply(s.F, n, s.Y.Pointer() + i, s.A.Pointer() + i, s.B.Pointer() + i, s.C.Pointer() + i));
}
