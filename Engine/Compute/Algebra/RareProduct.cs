using System.Runtime.Intrinsics;
using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Compute.Algebra;

/// <summary>
/// Products with the block M_PR = X_P' X_R of a Gram matrix (P popular items, R rare ones) through the users who clicked rare
/// items: M_PR D = X_P' (X_R D). These users are few, so this takes less time than a product with the block itself, dense or
/// sparse.
/// </summary>
internal sealed unsafe class RareProduct : IDisposable
{
    /// <summary>Columns that go through the users at a time: a cache line.</summary>
    private const int StripeWidth = 16;

    private readonly WorkerPool _pool;
    private readonly int _rare, _count;
    private readonly int[] _rareClicks; // of each user: they come first in a row, because items are ordered
    private readonly CsrMatrix _users, _items;
    private readonly NativeBuffer _scratch;

    /// <summary>Chooses the users.</summary>
    /// <param name="pool">Threads that compute.</param>
    /// <param name="users">X, users x items, items by increasing clicks.</param>
    /// <param name="rare">How many of the first items are rare.</param>
    /// <param name="count">How many of the first items take part at all.</param>
    public RareProduct(WorkerPool pool, CsrMatrix users, int rare, int count)
    {
        (_pool, _rare, _count) = (pool, rare, count);
        // Users with many clicks first: their sums are read most often and lie together.
        int[] chosen = [.. Enumerable.Range(0, users.Rows)
            .Where(user => users.RowLength(user) > 0 && users.RowColumns(user)[0] < rare).OrderByDescending(users.RowLength)];
        _users = users.SelectRows(chosen);
        _items = _users.Transpose();
        _rareClicks = new int[chosen.Length];
        for (int user = 0; user < chosen.Length; user++) _rareClicks[user] = Below(_users.RowColumns(user), rare);
        _scratch = new NativeBuffer(pool.Count * ScratchSize);
    }

    private long ScratchSize => (long)(_rare + _users.Rows) * StripeWidth;

    public void Dispose() => _scratch.Dispose();

    /// <summary>How many of a user's items, which increase, lie below a bound.</summary>
    public static int Below(ReadOnlySpan<int> items, int bound)
    {
        int at = items.BinarySearch(bound);
        return at < 0 ? ~at : at;
    }

    /// <summary>to[k, c] = sum over j of M_PR[k, j] d[c, j], for one row c of d per rare item.</summary>
    public void Write(float* d, nint dStride, float* to, nint stride) =>
        Stripes(d, dStride, _rare, to, stride, subtractLower: false);

    /// <summary>
    /// to[k, c] -= sum over j of M_PR[k, j] d[c, j], for one row c of d per popular item, and k from c on.
    /// </summary>
    public void SubtractLower(float* d, nint dStride, float* to, nint stride) =>
        Stripes(d, dStride, _count - _rare, to, stride, subtractLower: true);

    private void Stripes(float* d, nint dStride, int columns, float* to, nint stride, bool subtractLower) =>
        _pool.For(columns, StripeWidth, (this, (nint)d, dStride, (nint)to, stride, subtractLower),
            static (in (RareProduct Product, nint D, nint DStride, nint To, nint Stride, bool SubtractLower) s,
                int worker, int first, int last) => s.Product.Stripe(worker, (float*)s.D + first * s.DStride, s.DStride,
                first, last - first, (float*)s.To + first, s.Stride, s.SubtractLower));

    private void Stripe(int worker, float* d, nint dStride, int first, int width, float* to, nint stride, bool subtractLower)
    {
        float* turned = _scratch.Pointer + worker * ScratchSize, sums = turned + (nint)_rare * StripeWidth;
        float* one = stackalloc float[StripeWidth];
        if (width < StripeWidth) new Span<float>(turned, _rare * StripeWidth).Clear();
        GemmPacking.Transpose(d, dStride, width, _rare, turned, StripeWidth);
        for (int user = 0; user < _users.Rows; user++)
            SumRows(turned, _users.RowColumns(user)[.._rareClicks[user]], sums + (nint)user * StripeWidth);
        for (int item = subtractLower ? first : 0; item < _count - _rare; item++)
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
