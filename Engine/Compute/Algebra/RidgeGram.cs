using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Compute.Algebra;

/// <summary>
/// X'X + Gamma of a click matrix, Gamma diagonal, and its inverse, items x items, in single precision on all cores. Catalogues
/// have long tails: half of the items may have a hundredth of the clicks. With items ordered by clicks, the rare ones R are
/// eliminated through the few users who clicked them instead of by dense products. This leaves 5/8 of the n^3 operations if half
/// of the items are rare, and fewer because the rare half is inverted in the same way.
/// </summary>
/// <remarks>
/// Inverse by blocks (R rare, P popular items), M = X'X + Gamma: Q = M_RR^-1; W = M_PR Q; T = (M_PP - W M_RP)^-1; V = W' T;
/// then M^-1 has the blocks RR: Q + V W, RP: -V, PP: T. M_PR = X_P' X_R is sparse as a product, and never needed as a whole: M_PR
/// D = X_P' (X_R D). Everything happens in the matrix's own memory.
/// </remarks>
public sealed unsafe class RidgeGram
{
    private readonly int _threads;
    private readonly double _ridge, _share;
    private readonly int[] _order, _position; // items by increasing clicks, and the place of each item among them
    private readonly CsrMatrix _users; // users x items in that order

    /// <summary>Orders the items.</summary>
    /// <param name="users">X, users x items. Values are ignored: a click counts 1.</param>
    /// <param name="ridge">Above 0.</param>
    /// <param name="threads">Threads that compute; 0 for all processors.</param>
    /// <param name="share">Gamma has ridge + share times the item's clicks for each item; 0 or more.</param>
    public RidgeGram(CsrMatrix users, double ridge, int threads = 0, double share = 0)
    {
        (_ridge, _share, _threads) = (ridge, share, threads);
        var clicks = new int[users.Columns];
        foreach (int item in users.ColumnIndices) clicks[item]++;
        _order = [.. Enumerable.Range(0, clicks.Length).OrderBy(item => clicks[item])]; // stable: equal items by number
        _position = new int[_order.Length];
        for (int s = 0; s < _order.Length; s++) _position[_order[s]] = s;
        _users = Ordered(users);
    }

    /// <summary>Items.</summary>
    public int Count => _order.Length;

    /// <summary>Items that are eliminated through their users: at most half, and none if dense products are faster.</summary>
    public int RareCount => CountRare(Count);

    /// <summary>
    /// How many of the first <paramref name="count"/> items count as rare. Going through the users takes some 0.4 ns for each
    /// rare item and each click of their users on the others; the dense products that it saves take some 0.08 ns for each triple
    /// of rare items.
    /// </summary>
    private int CountRare(int count)
    {
        const int Least = 64, ClicksPerPair = 10; // the break-even would be 5
        for (int rare = count / 2; rare >= Least; rare = rare * 3 / 4)
        {
            long clicks = 0;
            for (int user = 0; user < _users.Rows; user++)
            {
                var items = _users.RowColumns(user);
                if (items.Length > 0 && items[0] < rare)
                    clicks += RareProduct.Below(items, count) - RareProduct.Below(items, rare);
            }
            if (clicks * ClicksPerPair <= (long)rare * rare) return rare;
        }
        return 0;
    }

    private CsrMatrix Ordered(CsrMatrix users)
    {
        const int UsersPerPart = 256;
        var offsets = users.RowOffsets.ToArray();
        var columns = users.ColumnIndices.ToArray();
        using var pool = new WorkerPool(_threads);
        pool.For(users.Rows, UsersPerPart, (offsets, columns, _position),
            static (in (long[] Offsets, int[] Columns, int[] Position) s, int first, int last) =>
            {
                for (int user = first; user < last; user++)
                {
                    var row = s.Columns.AsSpan((int)s.Offsets[user]..(int)s.Offsets[user + 1]);
                    foreach (ref int column in row) column = s.Position[column];
                    row.Sort();
                }
            });
        return new CsrMatrix(users.Columns, offsets, columns);
    }

    /// <summary>Writes X'X + Gamma, its rows and columns ordered by increasing clicks, for <see cref="Invert"/>.</summary>
    /// <param name="matrix">Items x items elements.</param>
    /// <exception cref="ArgumentException">The span does not hold as many.</exception>
    public void Fill(Span<float> matrix)
    {
        SparseGram.Compute(_users, matrix, _threads);
        for (int i = 0; i < Count; i++)
        {
            ref float diagonal = ref matrix[i * Count + i]; // the clicks of the item
            diagonal += (float)(_ridge + _share * diagonal);
        }
    }

    /// <summary>Replaces what <see cref="Fill"/> wrote by its inverse, both triangles, items in their own order.</summary>
    /// <param name="matrix">Items x items elements.</param>
    /// <param name="cancellation">Checked between pieces; a cancelled matrix is half done and useless.</param>
    /// <exception cref="ArgumentException">The span does not hold as many.</exception>
    /// <exception cref="ArithmeticException">
    /// The matrix is not positive definite in single precision: the ridge is too small.
    /// </exception>
    public void Invert(Span<float> matrix, CancellationToken cancellation = default)
    {
        if (matrix.Length != (long)Count * Count)
            throw new ArgumentException($"Got {matrix.Length} elements, expected {Count} x {Count}.", nameof(matrix));
        using var pool = new WorkerPool(_threads);
        using var gemm = new Gemm(pool);
        fixed (float* a = matrix)
        {
            InvertFirst(pool, gemm, a, Count, cancellation);
            RestoreOrder(pool, a);
        }
    }

    /// <summary>Inverts the block of the first <paramref name="count"/> items.</summary>
    private void InvertFirst(WorkerPool pool, Gemm gemm, float* a, int count, CancellationToken cancellation)
    {
        int n = Count, rare = CountRare(count), popular = count - rare;
        if (rare == 0)
        {
            SymmetricInverse.InPlace(pool, gemm, a, n, count, cancellation);
            return;
        }
        float* lower = a + (nint)rare * n, upper = a + rare, last = lower + rare; // blocks PR, RP and PP
        InvertFirst(pool, gemm, a, rare, cancellation);
        using (var through = new RareProduct(pool, _users, rare, count))
        {
            through.Write(a, n, lower, n);
            cancellation.ThrowIfCancellationRequested();
            through.SubtractLower(lower, n, last, n);
        }
        SymmetricInverse.InPlace(pool, gemm, last, n, popular, cancellation);
        gemm.Multiply(rare, popular, popular, new Operand(lower, n, false), new Operand(last, n, false),
            upper, n, false, default(PlainEpilogue));
        cancellation.ThrowIfCancellationRequested();
        gemm.Multiply(rare, rare, popular, new Operand(upper, n, true), new Operand(lower, n, false),
            a, n, true, default(PlainEpilogue), lowerOnly: true);
        SparseGram.Mirror(pool, a, n, rare, count);
    }

    /// <summary>Moves row and column s to the place of item order[s].</summary>
    private void RestoreOrder(WorkerPool pool, float* a)
    {
        int n = Count;
        pool.For(n, 64, (_order, (nint)a), static (in (int[] Order, nint A) s, int first, int last) =>
        {
            int n = s.Order.Length;
            var moved = new float[n];
            for (int row = first; row < last; row++)
            {
                var values = new Span<float>((float*)s.A + (nint)row * n, n);
                for (int j = 0; j < n; j++) moved[s.Order[j]] = values[j];
                moved.CopyTo(values);
            }
        });
        Span<float> Row(int row) => new(a + (nint)row * n, n);
        var held = new float[n];
        var done = new bool[n];
        for (int start = 0; start < n; start++)
        {
            if (done[start]) continue;
            // Follows the cycle backwards: each row gets what belongs there, and the last one the row that was set aside.
            Row(start).CopyTo(held);
            int to = start;
            for (int from = _position[to]; from != start; to = from, from = _position[to])
            {
                Row(from).CopyTo(Row(to));
                done[to] = true;
            }
            held.CopyTo(Row(to));
            done[to] = true;
        }
    }
}
