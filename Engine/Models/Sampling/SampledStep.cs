using ManualVae.Compute;

namespace ManualVae.Models.Sampling;

/// <summary>
/// What a training step on sampled columns reads and moves: the columns, the batch in their numbering, and the rows of the first
/// and the last layer. Memory and time of a step do not grow with the catalogue.
/// </summary>
/// <param name="memory">Where it lives.</param>
/// <param name="items">Number of items.</param>
/// <param name="settings">How many negatives and by what they are drawn.</param>
/// <param name="fused">Backward passes apply updates of weights.</param>
internal sealed class SampledStep(MemoryScope memory, int items, AutoencoderSettings settings, bool fused)
{
    private readonly StepColumns _columns = new(items, settings.Negatives, settings.NegativesPower);
    private readonly List<(RowWindow Window, bool ClickedOnly)> _windows = [];
    private SparseBatch? _source;
    private int _users, _clicks; // room
    private Tensor _offsets;

    /// <summary>The batch of the step under way: column c is item c of <see cref="Items"/>.</summary>
    public SparseBatch Batch { get; private set; } = null!;

    /// <summary>The columns' items, the clicked ones first.</summary>
    public ReadOnlySpan<int> Items => _columns.Items;

    /// <summary>What is added to each column's logits [1, m].</summary>
    public Tensor Offsets => _offsets.View(0, 1, _columns.Count);

    /// <summary>The parameters of which a step moves some rows.</summary>
    public IEnumerable<RowWindow> Windows => _windows.Select(w => w.Window);

    /// <summary>The rows of a parameter that steps see: all columns, or the clicked ones.</summary>
    public RowWindow Window(ParameterBlock parameters, Parameter source, int width, bool clickedOnly, bool fusable)
    {
        parameters.MoveByRows(source);
        var window = new RowWindow(memory, source, width, fused && fusable);
        _windows.Add((window, clickedOnly));
        return window;
    }

    /// <summary>Draws negatives by the items' training clicks from now on.</summary>
    public void DrawBy(ReadOnlySpan<int> clicks) => _columns.DrawBy(clicks);

    /// <summary>True if the step under way is one on this batch.</summary>
    public bool IsOn(SparseBatch batch) => ReferenceEquals(batch, _source);

    /// <summary>Begins a step: chooses the columns and fetches their rows.</summary>
    public void Begin(SparseBatch batch, RandomKey key)
    {
        if (_users < batch.MaxRows || _clicks < batch.MaxEntries)
        {
            Reserve(batch.MaxRows, batch.MaxEntries);
            Batch = memory.AllocateBatch(_users, Columns, _clicks);
        }
        _columns.Choose(key, batch);
        _source = batch;
        Batch.LoadActive(batch, _columns.Count);
        memory.Backend.Upload(_columns.Offsets, Offsets);
        foreach (var (window, clickedOnly) in _windows) window.Load(RowsOf(clickedOnly));
    }

    /// <summary>Takes over what the encoder sees.</summary>
    public void TakeInputs(SparseBatch batch) => memory.Backend.Copy(
        batch.Inputs.View(0, 1, batch.Entries), Batch.Inputs.View(0, 1, batch.Entries));

    /// <summary>Ends the step: puts the rows back.</summary>
    public void End()
    {
        foreach (var (window, clickedOnly) in _windows) window.Store(RowsOf(clickedOnly));
        _source = null;
    }

    /// <summary>Counts what steps on batches of this size would take beside the batch that they are on.</summary>
    public void Count(int users, int clicks)
    {
        Reserve(users, clicks);
        memory.CountBatch(users, Columns, clicks);
    }

    /// <summary>Logits, and what else an owner of windows takes for a step of so many users and columns.</summary>
    public event Action<int, int>? Reserved;

    private int Columns => StepColumns.Most(items, settings.Negatives, _clicks);

    private ReadOnlySpan<int> RowsOf(bool clickedOnly) => clickedOnly ? Items[.._columns.Clicked] : Items;

    private void Reserve(int users, int clicks)
    {
        (_users, _clicks) = (Math.Max(_users, users), Math.Max(_clicks, clicks));
        _offsets = memory.Allocate(1, Columns);
        foreach (var (window, clickedOnly) in _windows) window.Reserve(clickedOnly ? Math.Min(items, _clicks) : Columns);
        Reserved?.Invoke(_users, Columns);
    }
}
