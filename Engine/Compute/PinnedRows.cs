namespace ManualVae.Compute;

/// <summary>
/// Rows of a span that a parallel loop fills, each by one thread. A span cannot enter a closure, so its memory is pinned and the
/// closure gets the address: valid while <see cref="Use"/> runs, and no longer.
/// </summary>
internal readonly unsafe struct PinnedRows
{
    private readonly nint _address;
    private readonly int _rows, _width;

    private PinnedRows(float* address, int rows, int width) => (_address, _rows, _width) = ((nint)address, rows, width);

    /// <summary>Calls <paramref name="use"/> while the memory stays where it is.</summary>
    /// <param name="values">rows x width.</param>
    /// <param name="rows">How many.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="use">Runs the loop, and returns when it has ended.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static void Use(Span<float> values, int rows, int width, Action<PinnedRows> use)
    {
        if (values.Length != (long)rows * width)
            throw new ArgumentException($"Got room for {values.Length} numbers, expected {rows} x {width}.", nameof(values));
        fixed (float* pinned = values) use(new(pinned, rows, width));
    }

    /// <summary>Rows [first, first + count).</summary>
    public Span<float> Slice(int first, int count)
    {
        if (first < 0 || count < 0 || first > _rows - count) throw new ArgumentOutOfRangeException(nameof(first));
        return new((float*)_address + (nint)first * _width, count * _width);
    }
}
