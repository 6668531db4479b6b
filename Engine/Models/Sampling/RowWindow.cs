using ManualVae.Compute;

namespace ManualVae.Models.Sampling;

/// <summary>
/// The rows of a parameter that a step reads and moves, side by side with their moments: kernels and optimiser work on this
/// compact parameter, and the whole one has no gradient.
/// </summary>
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
        _first = memory.Allocate(rows, width);
        _second = memory.Allocate(rows, width);
        if (!fused) _gradient = memory.Allocate(rows, width);
    }

    /// <summary>Fetches rows, with a gradient of zeros.</summary>
    public void Load(ReadOnlySpan<int> rows)
    {
        int count = rows.Length;
        Tensor Top(Tensor tensor) => tensor.IsNone ? default : tensor.Top(count);
        Rows.Bind(Top(_value), Top(_gradient), Top(_first), Top(_second), isFused: fused);
        (Rows.WeightDecay, Rows.IsFrozen) = (source.WeightDecay, source.IsFrozen);
        var backend = memory.Backend;
        backend.GatherRows(Whole(source.Value), rows, Rows.Value);
        if (source.IsFrozen) return;
        backend.GatherRows(Whole(source.FirstMoment), rows, Rows.FirstMoment);
        backend.GatherRows(Whole(source.SecondMoment), rows, Rows.SecondMoment);
        if (!fused) backend.Fill(Rows.Gradient, 0);
    }

    /// <summary>Puts the rows of the last <see cref="Load"/> back, if they were moved.</summary>
    public void Store(ReadOnlySpan<int> rows)
    {
        if (source.IsFrozen) return;
        var backend = memory.Backend;
        backend.ScatterRows(Rows.Value, rows, Whole(source.Value));
        backend.ScatterRows(Rows.FirstMoment, rows, Whole(source.FirstMoment));
        backend.ScatterRows(Rows.SecondMoment, rows, Whole(source.SecondMoment));
    }

    private Tensor Whole(Tensor tensor) => tensor.View(0, checked((int)(tensor.Length / width)), width);
}
