using ManualVae.Data;

namespace ManualVae.Compute.Algebra;

/// <summary>The Gram matrix X'X of a click matrix: how many users clicked both of two items.</summary>
public static unsafe class SparseGram
{
    /// <summary>
    /// Writes X'X, both triangles. Each thread counts whole rows of the lower triangle (a row stays in its cache while the
    /// users of its item pass by), which halves the work, and the upper one is copied.
    /// </summary>
    /// <param name="users">X, users x items. Values are ignored: a click counts 1.</param>
    /// <param name="gram">items x items, overwritten. Counts are exact up to 2^24 users.</param>
    /// <param name="threads">Threads that compute; 0 for all processors.</param>
    /// <exception cref="ArgumentException">The span does not hold items x items elements.</exception>
    public static void Compute(CsrMatrix users, Span<float> gram, int threads = 0)
    {
        int n = users.Columns;
        if (gram.Length != (long)n * n)
            throw new ArgumentException($"Got {gram.Length} elements, expected {n} x {n}.", nameof(gram));
        using var pool = new WorkerPool(threads);
        var items = users.Transpose();
        fixed (float* matrix = gram)
        {
            // The longest rows first: at the end, threads would wait for them.
            pool.For(n, 1, (users, items, (nint)matrix),
                static (in (CsrMatrix Users, CsrMatrix Items, nint Matrix) s, int first, int last) =>
            {
                for (int part = first; part < last; part++)
                {
                    int n = s.Users.Columns, item = n - 1 - part;
                    Count(s.Users, s.Items, item, new Span<float>((float*)s.Matrix + (nint)item * n, item + 1));
                }
            });
            Mirror(pool, matrix, n, mirrored: n, count: n);
        }
    }

    /// <summary>counts[j] = users who clicked both the item and j, for j up to the item itself.</summary>
    private static void Count(CsrMatrix users, CsrMatrix items, int item, Span<float> counts)
    {
        counts.Clear();
        fixed (float* count = counts)
            foreach (int user in items.RowColumns(item))
                foreach (int other in users.RowColumns(user))
                {
                    if (other > item) break;
                    count[other]++;
                }
    }

    /// <summary>
    /// Of the first <paramref name="mirrored"/> rows: the lower triangle to the upper one. Of the others: what lies left of that
    /// column changes its sign and goes to the upper triangle.
    /// </summary>
    internal static void Mirror(WorkerPool pool, float* matrix, nint stride, int mirrored, int count, float sign = 1)
    {
        const int Tile = 64;
        pool.For(count, Tile, ((nint)matrix, stride, mirrored, sign),
            static (in (nint A, nint Stride, int Mirrored, float Sign) s, int first, int last) =>
        {
            float* a = (float*)s.A;
            nint n = s.Stride;
            for (int left = 0; left < Math.Min(last, s.Mirrored); left += Tile)
                for (int i = first; i < last; i++)
                    for (int j = left; j < Math.Min(Math.Min(i + 1, s.Mirrored), left + Tile); j++)
                        if (i < s.Mirrored) a[j * n + i] = a[i * n + j] *= s.Sign;
                        else a[i * n + j] = a[j * n + i] = -a[j * n + i];
        });
    }
}
