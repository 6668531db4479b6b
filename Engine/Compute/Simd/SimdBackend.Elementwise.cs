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
        ForElements(source, (source, (float)scale, destination), static (in (Tensor X, float Scale, Tensor Y) s, long i, int n) =>
            Elementwise.Apply(new AddScaled(s.Scale), n, s.Y.Pointer() + i, s.X.Pointer() + i, s.Y.Pointer() + i));
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
        if (activation == Activation.Identity) return;
        ForElements(y, (activation, y, dy), static (in (Activation F, Tensor Y, Tensor Dy) s, long i, int n) =>
        {
            float* y = s.Y.Pointer() + i, dy = s.Dy.Pointer() + i;
            switch (s.F)
            {
                case Activation.Tanh: Elementwise.Apply(default(TanhGradient), n, dy, y, dy); break;
                case Activation.Sigmoid: Elementwise.Apply(default(SigmoidGradient), n, dy, y, dy); break;
                case Activation.UnitClamp: Elementwise.Apply(default(UnitClampGradient), n, dy, y, dy); break;
                default: throw new UnreachableException();
            }
        });
    }

    /// <inheritdoc/>
    public void SwishForward(Tensor x, Tensor y) =>
        ForElements(x, (x, y), static (in (Tensor X, Tensor Y) s, long i, int n) =>
            Elementwise.Apply(default(Swish), n, s.Y.Pointer() + i, s.X.Pointer() + i));

    /// <inheritdoc/>
    public void SwishBackward(Tensor x, Tensor dy, Tensor dx)
    {
        if (dx.IsNone) return;
        ForElements(x, (x, dy, dx), static (in (Tensor X, Tensor Dy, Tensor Dx) s, long i, int n) =>
            Elementwise.Apply(default(SwishGradient), n,
                s.Dx.Pointer() + i, s.X.Pointer() + i, s.Dy.Pointer() + i, s.Dx.Pointer() + i));
    }

    /// <inheritdoc/>
    public void GateForward(Tensor h, Tensor g, Tensor y) =>
        ForElements(h, (h, g, y), static (in (Tensor H, Tensor G, Tensor Y) s, long i, int n) =>
            Elementwise.Apply(default(Gate), n, s.Y.Pointer() + i, s.H.Pointer() + i, s.G.Pointer() + i));

    /// <inheritdoc/>
    public void GateBackward(Tensor h, Tensor g, Tensor dy, Tensor dh, Tensor dg)
    {
        if (!dh.IsNone)
            ForElements(h, (g, dy, dh), static (in (Tensor G, Tensor Dy, Tensor Dh) s, long i, int n) =>
                Elementwise.Apply(default(GateGradientH), n,
                    s.Dh.Pointer() + i, s.G.Pointer() + i, s.Dy.Pointer() + i, s.Dh.Pointer() + i));
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
}
