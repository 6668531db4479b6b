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
                    if (rest != AdamRest.None)
                        rest.Apply(s.Epsilon, p.Value.RowSpan(row), p.FirstMoment.RowSpan(row), p.SecondMoment.RowSpan(row));
                });
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
