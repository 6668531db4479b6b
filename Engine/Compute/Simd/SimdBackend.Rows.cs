using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// Copies of some rows of a tensor.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void GatherRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        Debug.Assert(source.Columns == destination.Columns && rows.Length == destination.Rows);
        Forget(destination);
        CopyRows(source, destination, rows, gather: true);
    }

    /// <inheritdoc/>
    public void ScatterRows(Tensor source, ReadOnlySpan<int> rows, Tensor destination)
    {
        Debug.Assert(source.Columns == destination.Columns && rows.Length == source.Rows);
        Forget(destination);
        CopyRows(source, destination, rows, gather: false);
    }

    private void CopyRows(Tensor source, Tensor destination, ReadOnlySpan<int> rows, bool gather)
    {
        fixed (int* places = rows)
            ForRows(rows.Length, RowGrain(source.Columns), (source, destination, (nint)places, gather),
                static (in (Tensor From, Tensor To, nint Places, bool Gather) s, int row) =>
                {
                    int place = ((int*)s.Places)[row];
                    s.From.RowSpan(s.Gather ? place : row).CopyTo(s.To.RowSpan(s.Gather ? row : place));
                });
    }
}
