using ManualVae.Compute;

namespace ManualVae.Models.Sampling;

/// <summary>
/// Parameters of which a step sees the same rows. Rows that it does not see either stay as they are, or Adam's updates of them
/// are made up for when they are seen next; for that each item's last update is kept as a constant parameter.
/// </summary>
/// <param name="memory">Where it lives.</param>
/// <param name="items">Number of items.</param>
/// <param name="updated">[items, 1], the last update of each; null where resting rows stay as they are.</param>
internal sealed class RowSet(MemoryScope memory, int items, Parameter? updated)
{
    private readonly List<RowWindow> _windows = [];
    private AdamAtRest? _rest; // null: all rows are as of the last update
    private Tensor _updated;
    private float[] _last = [];
    private AdamRest[] _rests = [];

    /// <summary>The parameters' rows.</summary>
    public IReadOnlyList<RowWindow> Windows => _windows;

    /// <summary>Takes a parameter in.</summary>
    public RowWindow Add(ParameterBlock parameters, Parameter source, int width, bool fused)
    {
        parameters.MoveByRows(source);
        var window = new RowWindow(memory, source, width, fused);
        _windows.Add(window);
        return window;
    }

    /// <summary>Makes room for so many rows.</summary>
    public void Reserve(int rows)
    {
        foreach (var window in _windows) window.Reserve(rows);
        if (updated is null) return;
        memory.Free(_updated);
        _updated = memory.Allocate(rows, 1);
        if (!memory.IsCounting) (_last, _rests) = (new float[rows], new AdamRest[rows]);
    }

    /// <summary>Fetches rows as they are after the last update.</summary>
    public void Load(ReadOnlyMemory<int> rows)
    {
        if (updated is not null && !IsFrozen) _rest ??= new(Step.Step - 1);
        foreach (var window in _windows) window.Load(rows);
        if (_rest is null || IsFrozen) return;
        var last = _last.AsSpan(0, rows.Length);
        var rests = _rests.AsSpan(0, rows.Length);
        memory.Backend.GatherRows(updated!.Value, rows.Span, _updated.Top(rows.Length));
        memory.Backend.Download(_updated.Top(rows.Length), last);
        for (int row = 0; row < rests.Length; row++) rests[row] = _rest.Since(Math.Max((long)last[row], _rest.Start));
        foreach (var window in _windows) memory.Backend.AdamAtRest(window.Rows, rests, _rest.Epsilon);
    }

    /// <summary>Puts rows back that the optimiser has moved.</summary>
    public void Store(ReadOnlyMemory<int> rows)
    {
        if (IsFrozen) return;
        _rest?.Add(Step);
        Put(rows);
    }

    /// <summary>Brings all rows up to date, before anything but a step reads them.</summary>
    public void Settle()
    {
        if (_rest is null) return;
        if (_last.Length == 0) Reserve(Math.Min(items, 1024)); // resumed, and no step yet
        int[] all = [.. Enumerable.Range(0, items)];
        for (int first = 0; first < items; first += _last.Length)
        {
            var rows = all.AsMemory(first, Math.Min(_last.Length, items - first));
            Load(rows);
            Put(rows);
        }
        _rest = null;
    }

    /// <summary>Goes on in the middle of an epoch: the updates of it so far.</summary>
    public void GoOnAfter(IEnumerable<AdamStep> updates)
    {
        if (updated is null) return;
        foreach (var update in updates) (_rest ??= new(update.Step - 1)).Add(update);
    }

    private bool IsFrozen => _windows[0].Source.IsFrozen;

    private AdamStep Step => _windows[0].Rows.FusedStep;

    private void Put(ReadOnlyMemory<int> rows)
    {
        foreach (var window in _windows) window.Store(rows);
        if (_rest is null) return;
        memory.Backend.Fill(_updated.Top(rows.Length), _rest.Done);
        memory.Backend.ScatterRows(_updated.Top(rows.Length), rows.Span, updated!.Value);
    }
}
