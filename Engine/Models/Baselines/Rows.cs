using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Fills the rows of a span on all cores; each row is one thread's work.</summary>
internal static class Rows
{
    /// <summary>Computes one row.</summary>
    public delegate void RowAction(int row, Span<float> values);

    /// <summary>Calls <paramref name="fill"/> for each row of <paramref name="values"/> (rows x width).</summary>
    public static void ForEach(Span<float> values, int rows, int width, RowAction fill) =>
        PinnedRows.Use(values, rows, width, all => Cores.For(0, rows, row => fill(row, all.Slice(row, 1))));
}
