using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

// Copies of some rows of a tensor.
public sealed unsafe partial class SimdBackend
{
    private const int RowsAhead = 4;

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

    /// <inheritdoc/>
    public void AdamAtRest(Parameter parameter, ReadOnlySpan<AdamRest> rests, double epsilon)
    {
        Debug.Assert(rests.Length == parameter.Value.Rows);
        Forget(parameter.Value);
        fixed (AdamRest* first = rests)
            ForRows(rests.Length, RowGrain(parameter.Value.Columns), (parameter, (nint)first, (float)epsilon),
                static (in (Parameter Parameter, nint Rests, float Epsilon) s, int row) =>
                {
                    var rest = ((AdamRest*)s.Rests)[row];
                    var p = s.Parameter;
                    PrefetchMoments(p, row + RowsAhead);
                    int place = p.MomentRow(row);
                    if (rest != AdamRest.None)
                        rest.Apply(s.Epsilon, p.Value.RowSpan(row), p.FirstMoment.RowSpan(place), p.SecondMoment.RowSpan(place));
                });
    }

    private void CopyRows(Tensor source, Tensor destination, ReadOnlySpan<int> rows, bool gather)
    {
        fixed (int* places = rows)
            For(rows.Length, RowGrain(source.Columns), (source, destination, (nint)places, gather),
                static (in (Tensor From, Tensor To, nint Places, bool Gather) s, int first, int last) =>
                {
                    int* places = (int*)s.Places;
                    var scattered = s.Gather ? s.From : s.To;
                    for (int row = first; row < last; row++)
                    {
                        if (row + RowsAhead < last) Prefetch(scattered, places[row + RowsAhead]);
                        s.From.RowSpan(s.Gather ? places[row] : row).CopyTo(s.To.RowSpan(s.Gather ? row : places[row]));
                    }
                });
    }

    // Of a row to come, where moments do not lie side by side.
    private static void PrefetchMoments(Parameter parameter, int row)
    {
        if (parameter.MomentRows.IsEmpty || row >= parameter.Value.Rows) return;
        int place = parameter.MomentRow(row);
        Prefetch(parameter.FirstMoment, place);
        Prefetch(parameter.SecondMoment, place);
    }

    // Rows lie anywhere in memory; without this each copy would wait for its first bytes.
    private static void Prefetch(Tensor tensor, int row)
    {
        if (!Sse.IsSupported) return;
        byte* start = (byte*)tensor.Row(row);
        for (int at = 0; at < tensor.Columns * sizeof(float); at += 64) Sse.Prefetch0(start + at);
    }
}
