using System.Numerics;

namespace ManualVae.Compute.Simd;

/// <summary>Sums of chosen rows of a dense matrix: both directions of the sparse layer come down to this.</summary>
internal static unsafe class SparseRows
{
    /// <summary>
    /// sum[0..columns) += sum over e of values[e'] * matrix[rows[e]], e' = entries[e], or e if there are no entries. Eight
    /// vectors of the sum stay in registers while the rows are added in their order.
    /// </summary>
    public static void Gather(float* matrix, int columns, int* rows, float* values, int* entries, int count, float* sum)
    {
        int width = Vector<float>.Count, j = 0;
        for (; j <= columns - 8 * width; j += 8 * width)
        {
            var s0 = Vector.Load(sum + j);
            var s1 = Vector.Load(sum + j + width);
            var s2 = Vector.Load(sum + j + 2 * width);
            var s3 = Vector.Load(sum + j + 3 * width);
            var s4 = Vector.Load(sum + j + 4 * width);
            var s5 = Vector.Load(sum + j + 5 * width);
            var s6 = Vector.Load(sum + j + 6 * width);
            var s7 = Vector.Load(sum + j + 7 * width);
            for (int e = 0; e < count; e++)
            {
                float value = values[entries == null ? e : entries[e]];
                if (value == 0) continue; // masked clicks
                var x = new Vector<float>(value);
                float* row = matrix + (nint)rows[e] * columns + j;
                s0 = Vector.MultiplyAddEstimate(x, Vector.Load(row), s0);
                s1 = Vector.MultiplyAddEstimate(x, Vector.Load(row + width), s1);
                s2 = Vector.MultiplyAddEstimate(x, Vector.Load(row + 2 * width), s2);
                s3 = Vector.MultiplyAddEstimate(x, Vector.Load(row + 3 * width), s3);
                s4 = Vector.MultiplyAddEstimate(x, Vector.Load(row + 4 * width), s4);
                s5 = Vector.MultiplyAddEstimate(x, Vector.Load(row + 5 * width), s5);
                s6 = Vector.MultiplyAddEstimate(x, Vector.Load(row + 6 * width), s6);
                s7 = Vector.MultiplyAddEstimate(x, Vector.Load(row + 7 * width), s7);
            }
            s0.Store(sum + j);
            s1.Store(sum + j + width);
            s2.Store(sum + j + 2 * width);
            s3.Store(sum + j + 3 * width);
            s4.Store(sum + j + 4 * width);
            s5.Store(sum + j + 5 * width);
            s6.Store(sum + j + 6 * width);
            s7.Store(sum + j + 7 * width);
        }
        if (j == columns) return;
        for (int e = 0; e < count; e++)
        {
            float value = values[entries == null ? e : entries[e]];
            float* row = matrix + (nint)rows[e] * columns + j;
            if (value != 0) Elementwise.Apply(new AddScaled(value), columns - j, sum + j, row, sum + j);
        }
    }
}
