using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>
/// Lists of cache lines that the micro-kernel asks for while it multiplies, one with every few k: spread like that
/// they cost little, while a burst of them fills the queue of misses and stalls the sums.
/// </summary>
internal static unsafe class PrefetchList
{
    /// <summary>Numbers in a cache line.</summary>
    public const int Line = 16;

    /// <summary>Most kernels ask for a line with every so many k.</summary>
    public const int Spacing = 4;

    /// <summary>Adds every line of a tile's rows, the last one included where a row does not start on a line.</summary>
    public static void** AddTile(void** list, float* start, nint stride, int rows, int columns)
    {
        for (int i = 0; i < rows; i++, start += stride)
        {
            float* end = start + columns;
            for (float* line = (float*)((nuint)start & ~(nuint)63); line < end; line += Line) *list++ = line;
        }
        return list;
    }

    /// <summary>Adds lines that lie one after another; four at a time, since a line costs a nanosecond otherwise.</summary>
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

    /// <summary>Asks for a run of numbers at once.</summary>
    public static void Prefetch(float* start, int count)
    {
        if (Sse.IsSupported)
            for (int i = 0; i < count; i += Line) Sse.Prefetch1(start + i);
    }

    /// <summary>
    /// A kernel reads so many addresses: those beyond the end of the list are left from the tile before, whose
    /// lines are at hand. What is too much for it is asked for at once.
    /// </summary>
    public static void PrefetchRest(void** list, void** end, int read)
    {
        if (Sse.IsSupported)
            for (void** rest = list + read; rest < end; rest++) Sse.Prefetch1(*rest);
    }
}

/// <summary>The cache lines of a rectangle in memory, handed out a few at a time.</summary>
internal unsafe struct LineCursor
{
    /// <summary>Lines handed out at once; more would be too early, or too late.</summary>
    private const int MostPerTake = 256;

    private readonly float* _start;
    private readonly nint _stride;
    private readonly int _lines, _perTake;
    private int _row, _line, _left;

    /// <summary>At the first line.</summary>
    /// <param name="start">First number.</param>
    /// <param name="stride">Distance of rows in memory.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="length">Numbers in a row.</param>
    /// <param name="share">Which share of the rows' lines.</param>
    /// <param name="shares">Shares there are.</param>
    /// <param name="takes">Takes that shall hand out everything, if they can.</param>
    public LineCursor(float* start, nint stride, int rows, int length, int share, int shares, int takes)
    {
        _start = start;
        (_stride, _lines) = (stride, Math.Max(1, (length + PrefetchList.Line - 1) / PrefetchList.Line));
        long total = (long)rows * _lines;
        int first = (int)(total * share / shares), end = (int)(total * (share + 1) / shares);
        (_row, _line, _left) = (first / _lines, first % _lines, end - first);
        _perTake = Math.Min(MostPerTake, (_left + takes - 1) / Math.Max(1, takes));
    }

    /// <summary>Adds the next lines to a list.</summary>
    public void** Take(void** list)
    {
        int count = Math.Min(_left, _perTake);
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
