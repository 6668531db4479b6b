using System.Runtime.Intrinsics;
using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Compute.Algebra;

/// <summary>
/// X'X + ridge I of a click matrix and its inverse, items x items, in single precision on all cores. Catalogues have long tails: half of
/// the items of ML-20M have half a percent of the clicks. With items ordered by clicks, the rare ones R are eliminated through the few
/// users who clicked them instead of by dense products, which leaves 5/8 of the n^3 operations where half of the items are rare.
/// </summary>
/// <remarks>
/// Inverse by blocks (R rare, P popular items), M = X'X + ridge I: Q = M_RR^-1; W = M_PR Q; T = (M_PP - W M_RP)^-1; V = W' T; then M^-1 has
/// the blocks RR: Q + V W, RP: -V, PP: T. M_PR = X_P' X_R is sparse as a product, and never needed as a whole:
/// M_PR D = X_P' (X_R D). Everything happens in the matrix's own memory.
/// </remarks>
public sealed unsafe class RidgeGram
{
    /// <summary>Columns that go through the users at a time: a cache line.</summary>
    private const int StripeWidth = 16;

    private readonly int _threads, _rare;
    private readonly double _ridge;
    private readonly int[] _order, _position; // items by increasing clicks, and where each item is among them
    private readonly CsrMatrix _users; // users x items in that order

    /// <summary>Orders the items.</summary>
    /// <param name="users">X, users x items. Values are ignored: a click counts 1.</param>
    /// <param name="ridge">Above 0.</param>
    /// <param name="threads">Threads that compute; 0 for all processors.</param>
    public RidgeGram(CsrMatrix users, double ridge, int threads = 0)
    {
        (_ridge, _threads) = (ridge, threads);
        var clicks = new int[users.Columns];
        foreach (int item in users.ColumnIndices) clicks[item]++;
        _order = [.. Enumerable.Range(0, clicks.Length).OrderBy(item => clicks[item])]; // stable: of equal items the lower first
        _position = new int[_order.Length];
        for (int s = 0; s < _order.Length; s++) _position[_order[s]] = s;
        _rare = CountRare(clicks, users.EntryCount);
        _users = Ordered(users);
    }

    /// <summary>Items.</summary>
    public int Count => _order.Length;

    /// <summary>Items that are eliminated through their users.</summary>
    public int RareCount => _rare;

    /// <summary>Up to half of the items, with a fiftieth of the clicks at most; none if that would hardly help.</summary>
    private int CountRare(int[] clicks, long all)
    {
        const int ShareOfClicks = 50, Least = 64;
        int rare = 0;
        for (long sum = 0; 2 * (rare + 1) <= Count; rare++)
        {
            sum += clicks[_order[rare]];
            if (ShareOfClicks * sum > all) break;
        }
        return rare < Least ? 0 : rare;
    }

    private CsrMatrix Ordered(CsrMatrix users)
    {
        var offsets = users.RowOffsets.ToArray();
        var columns = users.ColumnIndices.ToArray();
        Parallel.For(0, users.Rows, user =>
        {
            var row = columns.AsSpan((int)offsets[user], users.RowLength(user));
            foreach (ref int column in row) column = _position[column];
            row.Sort();
        });
        return new CsrMatrix(users.Columns, offsets, columns);
    }

    /// <summary>Writes X'X + ridge I, its rows and columns ordered by increasing clicks, for <see cref="Invert"/>.</summary>
    /// <param name="matrix">Items x items numbers.</param>
    /// <exception cref="ArgumentException">The span does not hold as many.</exception>
    public void Fill(Span<float> matrix)
    {
        SparseGram.Compute(_users, matrix, _threads);
        for (int i = 0; i < Count; i++) matrix[i * Count + i] += (float)_ridge;
    }

    /// <summary>Replaces what <see cref="Fill"/> wrote by its inverse, both triangles, items in their own order.</summary>
    /// <param name="matrix">Items x items numbers.</param>
    /// <param name="cancellation">Watched between pieces; the matrix is then half done and useless.</param>
    /// <exception cref="ArgumentException">The span does not hold as many.</exception>
    /// <exception cref="ArithmeticException">The matrix is not positive definite in single precision: the ridge is too small.</exception>
    public void Invert(Span<float> matrix, CancellationToken cancellation = default)
    {
        if (matrix.Length != (long)Count * Count)
            throw new ArgumentException($"Got {matrix.Length} numbers, expected {Count} x {Count}.", nameof(matrix));
        using var pool = new Threads(_threads);
        using var gemm = new Gemm(pool);
        fixed (float* a = matrix)
        {
            if (_rare == 0) SymmetricInverse.InPlace(pool, gemm, a, Count, Count, cancellation);
            else InvertByBlocks(pool, gemm, a, cancellation);
            RestoreOrder(pool, a);
        }
    }

    private void InvertByBlocks(Threads pool, Gemm gemm, float* a, CancellationToken cancellation)
    {
        int n = Count, rare = _rare, popular = n - rare;
        float* lower = a + (nint)rare * n, upper = a + rare, last = lower + rare; // blocks PR, RP and PP
        SymmetricInverse.InPlace(pool, gemm, a, n, rare, cancellation);
        using (var through = new ThroughUsers(pool, _users, rare))
        {
            through.Write(a, n, rare, lower, n);
            cancellation.ThrowIfCancellationRequested();
            through.SubtractLower(lower, n, last, n);
        }
        SymmetricInverse.InPlace(pool, gemm, last, n, popular, cancellation);
        gemm.Multiply(rare, popular, popular, new Operand(lower, n, false), new Operand(last, n, false),
            upper, n, false, default(PlainEpilogue));
        cancellation.ThrowIfCancellationRequested();
        gemm.Multiply(rare, rare, popular, new Operand(upper, n, true), new Operand(lower, n, false),
            a, n, true, default(PlainEpilogue), lowerOnly: true);
        Mirror(pool, a, n, rare);
    }

    /// <summary>Block RR: the lower triangle to the upper one. Block RP: its sign, and turned to block PR.</summary>
    private static void Mirror(Threads pool, float* matrix, int n, int rare)
    {
        const int Tile = 64;
        pool.For(n, Tile, ((nint)matrix, n, rare), static (in (nint Matrix, int N, int Rare) s, int first, int last) =>
        {
            float* a = (float*)s.Matrix;
            nint n = s.N;
            for (int left = 0; left < Math.Min(last, s.Rare); left += Tile)
                for (int i = first; i < last; i++)
                    for (int j = left; j < Math.Min(Math.Min(i, s.Rare), left + Tile); j++)
                        if (i < s.Rare) a[j * n + i] = a[i * n + j];
                        else a[i * n + j] = a[j * n + i] = -a[j * n + i];
        });
    }

    /// <summary>Moves row and column s to where item order[s] belongs.</summary>
    private void RestoreOrder(Threads pool, float* a)
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
            // Follows the cycle backwards: what belongs into a row is fetched until the row that was set aside is wanted.
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

    /// <summary>Products with M_PR = X_P' X_R, through the users who clicked rare items.</summary>
    private sealed class ThroughUsers : IDisposable
    {
        private readonly Threads _pool;
        private readonly int _rare;
        private readonly int[] _rareCount; // rare clicks of each user: the first of a row, as items are ordered
        private readonly CsrMatrix _users, _items;
        private readonly NativeBuffer _scratch;

        public ThroughUsers(Threads pool, CsrMatrix users, int rare)
        {
            (_pool, _rare) = (pool, rare);
            // Users with many clicks first: their sums are read most often and lie together.
            int[] chosen = [.. Enumerable.Range(0, users.Rows)
                .Where(user => users.RowLength(user) > 0 && users.RowColumns(user)[0] < rare).OrderByDescending(users.RowLength)];
            _users = users.SelectRows(chosen);
            _items = _users.Transpose();
            _rareCount = new int[chosen.Length];
            for (int user = 0; user < chosen.Length; user++)
            {
                int at = _users.RowColumns(user).BinarySearch(rare);
                _rareCount[user] = at < 0 ? ~at : at;
            }
            _scratch = new NativeBuffer((long)pool.Count * ScratchSize);
        }

        private long ScratchSize => (long)(_rare + _users.Rows) * StripeWidth;

        public void Dispose() => _scratch.Dispose();

        /// <summary>to[k, c] = sum over j of M_PR[k, j] d[c, j], for <paramref name="columns"/> rows c of d.</summary>
        public void Write(float* d, nint dStride, int columns, float* to, nint stride) =>
            Stripes(d, dStride, columns, to, stride, subtractLower: false);

        /// <summary>to[k, c] -= sum over j of M_PR[k, j] d[c, j], for k from c on at least.</summary>
        public void SubtractLower(float* d, nint dStride, float* to, nint stride) =>
            Stripes(d, dStride, _items.Rows - _rare, to, stride, subtractLower: true);

        private void Stripes(float* d, nint dStride, int columns, float* to, nint stride, bool subtractLower) =>
            _pool.For(columns, StripeWidth, (this, (nint)d, dStride, (nint)to, stride, subtractLower),
                static (in (ThroughUsers Users, nint D, nint DStride, nint To, nint Stride, bool SubtractLower) s, int first, int last) =>
                    s.Users.Stripe((float*)s.D + first * s.DStride, s.DStride, first, last - first, (float*)s.To + first, s.Stride, s.SubtractLower));

        private void Stripe(float* d, nint dStride, int first, int width, float* to, nint stride, bool subtractLower)
        {
            float* turned = _scratch.Pointer + Threads.Worker * ScratchSize, sums = turned + (nint)_rare * StripeWidth;
            float* one = stackalloc float[StripeWidth];
            if (width < StripeWidth) new Span<float>(turned, _rare * StripeWidth).Clear();
            GemmPacking.Transpose(d, dStride, width, _rare, turned, StripeWidth);
            for (int user = 0; user < _users.Rows; user++)
                SumRows(turned, _users.RowColumns(user)[.._rareCount[user]], sums + (nint)user * StripeWidth);
            for (int item = subtractLower ? first : 0; item < _items.Rows - _rare; item++)
            {
                SumRows(sums, _items.RowColumns(_rare + item), one);
                float* row = to + item * stride;
                if (subtractLower)
                    for (int c = 0; c < width; c++) row[c] -= one[c];
                else
                    new ReadOnlySpan<float>(one, width).CopyTo(new Span<float>(row, width));
            }
        }

        /// <summary>The sum of chosen rows of a matrix with <see cref="StripeWidth"/> columns, in their order.</summary>
        private static void SumRows(float* matrix, ReadOnlySpan<int> rows, float* sum)
        {
            Vector256<float> left = default, right = default;
            foreach (int row in rows)
            {
                float* values = matrix + (nint)row * StripeWidth;
                left += Vector256.Load(values);
                right += Vector256.Load(values + 8);
            }
            left.Store(sum);
            right.Store(sum + 8);
        }
    }
}
