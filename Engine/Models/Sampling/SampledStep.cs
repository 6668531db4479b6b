using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Sampling;

/// <summary>
/// What a training step on sampled columns reads and moves: the columns, the batch in their numbering, and the rows of the first
/// and the last layer. Memory and time of a step do not grow with the catalogue.
/// </summary>
internal sealed class SampledStep
{
    private readonly MemoryScope _memory;
    private readonly int _items;
    private readonly StepColumns _columns;
    private readonly bool _fused;
    private SparseBatch? _source;
    private int _users, _entries, _clicked, _room; // users, clicks, clicked items and columns that there is room for
    private Tensor _offsets;

    /// <summary>Prepares steps.</summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="settings">How many negatives and by what they are drawn.</param>
    /// <param name="fused">Backward passes apply updates of weights.</param>
    /// <param name="updated">The last update of each row of the first and of the last layer, where resting rows move.</param>
    public SampledStep(
        MemoryScope memory, int items, AutoencoderSettings settings, bool fused, (Parameter First, Parameter Last)? updated)
    {
        (_memory, _items, _fused) = (memory, items, fused);
        _columns = new(items, settings.Negatives, settings.NegativesPower);
        (First, Last) = (new(memory, items, updated?.First), new(memory, items, updated?.Last));
    }

    /// <summary>The rows of the first layer: those of the clicked items.</summary>
    public RowSet First { get; }

    /// <summary>The rows of the last layer: those of all columns.</summary>
    public RowSet Last { get; }

    /// <summary>The batch of the step under way: column c is item c of <see cref="Items"/>.</summary>
    public SparseBatch Batch { get; private set; } = null!;

    /// <summary>The columns' items, the clicked ones first.</summary>
    public ReadOnlyMemory<int> Items => _columns.Items;

    /// <summary>What is added to each column's logits [1, m].</summary>
    public Tensor Offsets => _offsets.View(0, 1, _columns.Count);

    /// <summary>The parameters of which a step moves some rows.</summary>
    public IEnumerable<RowWindow> Windows => First.Windows.Concat(Last.Windows);

    /// <summary>The rows of a parameter that steps see.</summary>
    /// <param name="set">Which rows.</param>
    /// <param name="parameters">Where the parameter is declared; not built yet.</param>
    /// <param name="source">The parameter.</param>
    /// <param name="width">Elements of an item.</param>
    /// <param name="fusable">One operation of a backward pass produces its whole gradient.</param>
    public RowWindow Window(RowSet set, ParameterBlock parameters, Parameter source, int width, bool fusable) =>
        set.Add(parameters, source, width, _fused && fusable);

    /// <summary>Draws negatives by the items' training clicks from now on.</summary>
    public void DrawBy(ReadOnlySpan<int> clicks) => _columns.DrawBy(clicks);

    /// <summary>True if the step under way is one on this batch.</summary>
    public bool IsOn(SparseBatch batch) => ReferenceEquals(batch, _source);

    /// <summary>Begins a step: chooses the columns and fetches their rows.</summary>
    public void Begin(SparseBatch batch, RandomKey key)
    {
        _columns.Choose(key, batch);
        if (_users < batch.MaxRows || _entries < batch.MaxEntries || _clicked < _columns.Clicked || _room < _columns.Count)
        {
            Reserve(batch.MaxRows, batch.MaxEntries, _columns.Clicked, _columns.Count);
            if (Batch is not null) _memory.Free(Batch);
            Batch = _memory.AllocateBatch(_users, _room, _entries);
        }
        _source = batch;
        Batch.LoadActive(batch, _columns.Count);
        _memory.Backend.Upload(_columns.Offsets, Offsets);
        First.Load(Items[.._columns.Clicked]);
        Last.Load(Items);
    }

    /// <summary>Takes over what the encoder sees.</summary>
    public void TakeInputs(SparseBatch batch) => _memory.Backend.Copy(
        batch.Inputs.View(0, 1, batch.Entries), Batch.Inputs.View(0, 1, batch.Entries));

    /// <summary>Ends the step: puts the rows back.</summary>
    public void End()
    {
        First.Store(Items[.._columns.Clicked]);
        Last.Store(Items);
        _source = null;
    }

    /// <summary>Counts what steps take beside the batch that they are on.</summary>
    /// <param name="users">Users of a batch.</param>
    /// <param name="train">Training clicks.</param>
    public void Count(int users, CsrMatrix train)
    {
        var (clicked, columns) = _columns.Expected(train.ColumnCounts(), train.Rows, users);
        Reserve(users, SparseBatch.LargestBatch(users, train), clicked, columns);
        _memory.CountBatch(_users, _room, _entries);
        _memory.Count(StepColumns.Bytes(_items));
    }

    /// <summary>Room was made for so many users and columns.</summary>
    public event Action<int, int>? Reserved;

    // A tenth more than this step needs, so that the next ones seldom need more.
    private void Reserve(int users, int entries, int clicked, int columns)
    {
        int WithSlack(int rows) => (int)Math.Min(_items, rows + rows / 10L + 1);
        (_users, _entries) = (Math.Max(_users, users), Math.Max(_entries, entries));
        (_clicked, _room) = (Math.Max(_clicked, WithSlack(clicked)), Math.Max(_room, WithSlack(columns)));
        _memory.Free(_offsets);
        _offsets = _memory.Allocate(1, _room);
        First.Reserve(_clicked);
        Last.Reserve(_room);
        Reserved?.Invoke(_users, _room);
    }
}
