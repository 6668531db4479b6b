using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Fills the rows of a span on all cores; each row is one thread's work.</summary>
internal static class Rows
{
    /// <summary>Computes one row.</summary>
    public delegate void RowAction(int row, Span<float> values);

    /// <summary>Calls <paramref name="fill"/> for each row of <paramref name="values"/> (rows x width).</summary>
    public static unsafe void ForEach(Span<float> values, int rows, int width, RowAction fill)
    {
        if (values.Length != (long)rows * width)
            throw new ArgumentException($"Got room for {values.Length} scores, expected {rows} x {width}.", nameof(values));
        fixed (float* pinned = values)
        {
            nint address = (nint)pinned; // a span cannot enter a closure; the memory stays pinned until the loop has ended
            Cores.For(0, rows, row => fill(row, new Span<float>((float*)address + (nint)row * width, width)));
        }
    }
}
