using System.Runtime.CompilerServices;
using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// What becomes of a thread's 8 x 8 sums: rows i to i + 3 and the same half a tile below, columns j to j + 3 and the same half a
/// tile on, by fours. A loop takes a row at a time and moves the others up: written out eight times, an
/// epilogue would be longer than the product.
/// </summary>
internal static class VectorEpilogue
{
    /// <summary>Writes them to c [rows, columns].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ArrayView<Float4> c, int rows, int columns, int i, int j, Sums sums, int half)
    {
        for (int r = 0; r < 8; r++)
        {
            int row = i + (r < 4 ? r : half - 4 + r);
            long at = ((long)row * columns + j) / 4;
            if (row < rows && j < columns) c[at] = sums.C0.Low;
            if (row < rows && j + half < columns) c[at + half / 4] = sums.C0.High;
            sums = Up(sums);
        }
    }

    /// <summary>They are the gradient that Adam takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Adam(in GemmArguments g, int i, int j, Sums sums, int half)
    {
        for (int r = 0; r < 8; r++)
        {
            int row = i + (r < 4 ? r : half - 4 + r);
            long at = ((long)row * g.N + j) / 4;
            if (row < g.M && j < g.N) g.Adam.Move(at, sums.C0.Low);
            if (row < g.M && j + half < g.N) g.Adam.Move(at + half / 4, sums.C0.High);
            sums = Up(sums);
        }
    }

    /// <summary>C (+)= f(sums + bias).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(in GemmArguments g, int i, int j, Sums sums, int half)
    {
        var c = g.C.Cast<Float4>();
        Float4 low = default, high = default;
        if (g.Bias.Length > 0)
        {
            var bias = g.Bias.Cast<Float4>();
            if (j < g.N) low = bias[j / 4];
            if (j + half < g.N) high = bias[j / 4 + half / 4];
        }
        for (int r = 0; r < 8; r++)
        {
            int row = i + (r < 4 ? r : half - 4 + r);
            long at = ((long)row * g.N + j) / 4;
            if (row < g.M && j < g.N) Finish(g, c, at, sums.C0.Low, low);
            if (row < g.M && j + half < g.N) Finish(g, c, at + half / 4, sums.C0.High, high);
            sums = Up(sums);
        }
    }

    /// <summary>One four of any product, if it lies inside the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void One(in GemmArguments g, int row, int column, Float4 sum)
    {
        if (row >= g.M || column >= g.N) return;
        long at = ((long)row * g.N + column) / 4;
        if (g.Partial.Length > 0) g.Partial.Cast<Float4>()[Grid.IdxZ * ((long)g.M * g.N / 4) + at] = sum;
        else if (g.Adam.IsWanted) g.Adam.Move(at, sum);
        else
        {
            Float4 bias = default;
            if (g.Bias.Length > 0) bias = g.Bias.Cast<Float4>()[column / 4];
            Finish(g, g.C.Cast<Float4>(), at, sum, bias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(in GemmArguments g, ArrayView<Float4> c, long at, Float4 sum, Float4 bias)
    {
        // Made anew, not changed where there is an activation: ILGPU writes a four that two ways have made one by one.
        sum = new()
        {
            X = ElementKernels.Apply(g.Activation, sum.X + bias.X), Y = ElementKernels.Apply(g.Activation, sum.Y + bias.Y),
            Z = ElementKernels.Apply(g.Activation, sum.Z + bias.Z), W = ElementKernels.Apply(g.Activation, sum.W + bias.W),
        };
        if (g.Accumulate != 0) c[at] = sum.Plus(c[at]);
        else c[at] = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Sums Up(Sums s) => new() { C0 = s.C1, C1 = s.C2, C2 = s.C3, C3 = s.C4, C4 = s.C5, C5 = s.C6, C6 = s.C7 };
}
