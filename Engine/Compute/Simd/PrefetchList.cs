using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>
/// Lists of cache lines that the micro-kernel prefetches while it multiplies, one with every few k. Spread like that
/// they cost little; a burst of them fills the queue of cache misses and stalls the sums.
/// </summary>
internal static unsafe class PrefetchList
{
    /// <summary>Floats in a cache line.</summary>
    public const int Line = 16;

    /// <summary>Steps of k from one prefetched line to the next, in most kernels.</summary>
    public const int Spacing = 4;

    /// <summary>Adds every line that a tile's rows touch, whether or not they start on a line.</summary>
    public static void** AddTile(void** list, float* start, nint stride, int rows, int columns)
    {
        for (int i = 0; i < rows; i++, start += stride)
        {
            float* end = start + columns;
            for (float* line = (float*)((nuint)start & ~(nuint)63); line < end; line += Line) *list++ = line;
        }
        return list;
    }

    /// <summary>Adds lines that lie one after another, four at a time: one at a time, each costs a nanosecond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void** AddRun(void** list, float* first, int lines)
    {
        const long Bytes = Line * sizeof(float);
        if (Vector256.IsHardwareAccelerated && lines >= Vector256<long>.Count)
        {
            var four = Vector256.Create((long)first) + Vector256.Create(0, Bytes, 2 * Bytes, 3 * Bytes);
            for (; lines >= Vector256<long>.Count; lines -= Vector256<long>.Count)
            {
                four.Store((long*)list);
                four += Vector256.Create(Vector256<long>.Count * Bytes);
                first += Vector256<long>.Count * Line;
                list += Vector256<long>.Count;
            }
        }
        for (; lines > 0; lines--, first += Line) *list++ = first;
        return list;
    }

    /// <summary>Prefetches a run of floats now.</summary>
    public static void Prefetch(float* start, int count)
    {
        if (Sse.IsSupported)
            for (int i = 0; i < count; i += Line) Sse.Prefetch1(start + i);
    }

    /// <summary>
    /// A kernel reads a fixed number of addresses. If the list is shorter, the kernel reads what the tile before left there,
    /// which is in the cache. If the list is longer, addresses beyond what the kernel reads are prefetched here.
    /// </summary>
    /// <param name="list">First address.</param>
    /// <param name="end">End of the list.</param>
    /// <param name="read">Addresses that the kernel reads.</param>
    public static void PrefetchRest(void** list, void** end, int read)
    {
        if (Sse.IsSupported)
            for (void** rest = list + read; rest < end; rest++) Sse.Prefetch1(*rest);
    }
}

/// <summary>The cache lines of a rectangle in memory, listed a few at a time.</summary>
internal unsafe struct LineCursor
{
    /// <summary>Most lines in a step; more would come too early, or too late.</summary>
    private const int MostPerStep = 256;

    private readonly float* _start;
    private readonly nint _stride;
    private readonly int _lines, _perStep;
    private int _row, _line, _left;

    /// <summary>At the first line.</summary>
    /// <param name="start">First element.</param>
    /// <param name="stride">Distance of rows in memory.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="length">Floats in a row.</param>
    /// <param name="share">Which share of the rows' lines.</param>
    /// <param name="shares">Number of shares.</param>
    /// <param name="steps">Steps in which everything is listed, unless a step becomes too long.</param>
    public LineCursor(float* start, nint stride, int rows, int length, int share, int shares, int steps)
    {
        _start = start;
        (_stride, _lines) = (stride, Math.Max(1, (length + PrefetchList.Line - 1) / PrefetchList.Line));
        long total = (long)rows * _lines;
        int first = (int)(total * share / shares), end = (int)(total * (share + 1) / shares);
        (_row, _line, _left) = (first / _lines, first % _lines, end - first);
        _perStep = Math.Min(MostPerStep, (_left + steps - 1) / Math.Max(1, steps));
    }

    /// <summary>Adds the lines of the next step to a list.</summary>
    public void** Next(void** list)
    {
        int count = Math.Min(_left, _perStep);
        _left -= count;
        while (count > 0)
        {
            float* p = _start + _row * _stride + _line * PrefetchList.Line;
            int here = Math.Min(count, _lines - _line);
            list = PrefetchList.AddRun(list, p, here);
            count -= here;
            _line += here;
            if (_line == _lines) (_row, _line) = (_row + 1, 0);
        }
        return list;
    }
}
