using ManualVae.Compute;

namespace ManualVae.Models.Sampling;

/// <summary>
/// The rows of a parameter that a step reads and moves: kernels and optimiser work on this compact parameter, and the whole one
/// has no gradient.
/// </summary>
/// <remarks>
/// Products need the weights side by side, so these are copied. Moments are copied for an optimiser that goes over them in one
/// run; a fused update moves them where they lie, which saves two thirds of the copies.
/// </remarks>
/// <param name="memory">Where it lives.</param>
/// <param name="source">The whole parameter; its elements are taken as [items, width].</param>
/// <param name="width">Elements of an item.</param>
/// <param name="fused">The backward pass applies the update, so that there is no gradient.</param>
internal sealed class RowWindow(MemoryScope memory, Parameter source, int width, bool fused)
{
    private Tensor _value, _gradient, _first, _second;

    /// <summary>The whole parameter.</summary>
    public Parameter Source => source;

    /// <summary>The rows of the step under way, [rows, width].</summary>
    public Parameter Rows { get; } = new(source.Name);

    /// <summary>Makes room anew.</summary>
    /// <param name="rows">Most rows of a step.</param>
    public void Reserve(int rows)
    {
        foreach (var tensor in new[] { _value, _first, _second, _gradient }) memory.Free(tensor);
        _value = memory.Allocate(rows, width);
        if (fused) return;
        (_first, _second) = (memory.Allocate(rows, width), memory.Allocate(rows, width));
        _gradient = memory.Allocate(rows, width);
    }

    /// <summary>Fetches rows, with a gradient of zeros.</summary>
    public void Load(ReadOnlyMemory<int> rows)
    {
        int count = rows.Length;
        if (fused)
        {
            Rows.Bind(_value.Top(count), default, Whole(source.FirstMoment), Whole(source.SecondMoment), isFused: true);
            Rows.MomentRows = rows;
        }
        else Rows.Bind(_value.Top(count), _gradient.Top(count), _first.Top(count), _second.Top(count));
        (Rows.WeightDecay, Rows.IsFrozen) = (source.WeightDecay, source.IsFrozen);
        var backend = memory.Backend;
        backend.GatherRows(Whole(source.Value), rows.Span, Rows.Value);
        if (fused || source.IsFrozen) return;
        backend.GatherRows(Whole(source.FirstMoment), rows.Span, Rows.FirstMoment);
        backend.GatherRows(Whole(source.SecondMoment), rows.Span, Rows.SecondMoment);
        backend.Fill(Rows.Gradient, 0);
    }

    /// <summary>Puts the rows of the last <see cref="Load"/> back, if they were moved.</summary>
    public void Store(ReadOnlyMemory<int> rows)
    {
        if (source.IsFrozen) return;
        var backend = memory.Backend;
        backend.ScatterRows(Rows.Value, rows.Span, Whole(source.Value));
        if (fused) return;
        backend.ScatterRows(Rows.FirstMoment, rows.Span, Whole(source.FirstMoment));
        backend.ScatterRows(Rows.SecondMoment, rows.Span, Whole(source.SecondMoment));
    }

    private Tensor Whole(Tensor tensor) => tensor.View(0, checked((int)(tensor.Length / width)), width);
}
