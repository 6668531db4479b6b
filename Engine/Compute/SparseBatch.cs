using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Compute;

/// <summary>
/// A batch of users' rows, in sparse form, ready for a backend. Made once with room for the largest batch; <see cref="Load"/>
/// copies rows into it without allocating. Used by one thread at a time. <see cref="Targets"/> holds the raw history x (what the
/// loss sees); <see cref="Inputs"/> holds what the encoder sees, written by <see cref="IBackend.EncodeInputs"/>.
/// </summary>
public abstract class SparseBatch : IDisposable
{
    private readonly int[] _users, _rowOffsets, _columnIndices;
    private readonly int[] _activeColumns, _columnOffsets, _entryRows, _entryIndices, _columnCount, _order;
    private readonly float[] _values;
    private int[]? _clicks; // of each user, where the batch holds a part of them
    private bool _countsClicks;

    /// <summary>Makes room.</summary>
    /// <param name="maxRows">Most users in a batch.</param>
    /// <param name="columns">Number of items.</param>
    /// <param name="maxEntries">Most clicks in a batch; <see cref="LargestBatch"/> computes it.</param>
    /// <param name="inputs">1 x maxEntries tensor of the backend.</param>
    /// <param name="targets">1 x maxEntries tensor of the backend.</param>
    protected SparseBatch(int maxRows, int columns, int maxEntries, Tensor inputs, Tensor targets)
    {
        (Columns, Items) = (columns, ItemRange.Whole(columns));
        (Inputs, Targets) = (inputs, targets);
        (_users, _rowOffsets) = (new int[maxRows], new int[maxRows + 1]);
        (_columnIndices, _values) = (new int[maxEntries], new float[maxEntries]);
        int maxActive = Math.Min(columns, maxEntries);
        (_activeColumns, _columnOffsets) = (new int[maxActive], new int[maxActive + 1]);
        (_entryRows, _entryIndices) = (new int[maxEntries], new int[maxEntries]);
        (_columnCount, _order) = (new int[columns], new int[columns]);
    }

    /// <summary>Number of users loaded.</summary>
    public int Rows { get; private set; }

    /// <summary>Number of items.</summary>
    public int Columns { get; private set; }

    /// <summary>
    /// Which items of a loaded matrix the batch takes, as many as it has columns; column 0 is the first of them. All of a
    /// matrix, but where ranks share the items.
    /// </summary>
    public ItemRange Items { get; private set; }

    /// <summary>Number of clicks loaded.</summary>
    public int Entries => _rowOffsets[Rows];

    /// <summary>Most users a batch can hold.</summary>
    public int MaxRows => _users.Length;

    /// <summary>Most clicks a batch can hold.</summary>
    public int MaxEntries => _columnIndices.Length;

    /// <summary>Identity of each user, the "user" of every random draw.</summary>
    public ReadOnlySpan<int> Users => _users.AsSpan(0, Rows);

    /// <summary>Rows + 1 offsets.</summary>
    public ReadOnlySpan<int> RowOffsets => _rowOffsets.AsSpan(0, Rows + 1);

    /// <summary>Item of each click, row after row, increasing within a row.</summary>
    public ReadOnlySpan<int> ColumnIndices => _columnIndices.AsSpan(0, Entries);

    /// <summary>Number of distinct items in the batch.</summary>
    public int ActiveColumnCount { get; private set; }

    /// <summary>The distinct items of the batch, increasing.</summary>
    public ReadOnlySpan<int> ActiveColumns => _activeColumns.AsSpan(0, ActiveColumnCount);

    /// <summary>
    /// ActiveColumnCount + 1 offsets into <see cref="EntryRows"/>: the clicks of each active item, by increasing row.
    /// </summary>
    public ReadOnlySpan<int> ColumnOffsets => _columnOffsets.AsSpan(0, ActiveColumnCount + 1);

    /// <summary>Row of each click, item after item.</summary>
    public ReadOnlySpan<int> EntryRows => _entryRows.AsSpan(0, Entries);

    /// <summary>
    /// Position of each click (item after item) in the row-wise order of <see cref="Inputs"/> and <see cref="Targets"/>.
    /// </summary>
    public ReadOnlySpan<int> EntryIndices => _entryIndices.AsSpan(0, Entries);

    /// <summary>1 x MaxEntries: the values the encoder sees, one for each click.</summary>
    public Tensor Inputs { get; }

    /// <summary>
    /// 1 x MaxEntries: the raw values the loss sees, one for each click. A load may move them to another tensor.
    /// </summary>
    public Tensor Targets { get; protected set; }

    /// <summary>The raw values, as <see cref="Targets"/> has them, in host memory.</summary>
    internal ReadOnlySpan<float> Values => _values.AsSpan(0, Entries);

    /// <summary>Number of a user's clicks, on items of other ranks too.</summary>
    public int ClicksOf(int row) => _countsClicks ? _clicks![row] : _rowOffsets[row + 1] - _rowOffsets[row];

    /// <summary>From now on <see cref="Load"/> takes these items of wider matrices.</summary>
    internal void TakeOnly(ItemRange items) =>
        Items = items.Count == Columns ? items : throw new ArgumentException($"{items} for {Columns} columns.", nameof(items));

    /// <summary>Tells the users' numbers of clicks over all ranks; they hold until the next load.</summary>
    internal void CountClicks(ReadOnlySpan<double> clicks)
    {
        _clicks ??= new int[MaxRows];
        for (int row = 0; row < Rows; row++) _clicks[row] = (int)clicks[row];
        _countsClicks = true;
    }

    /// <summary>Loads rows of a matrix; user identities are the row numbers plus <paramref name="firstUser"/>.</summary>
    public void Load(CsrMatrix matrix, ReadOnlySpan<int> rows, int firstUser = 0)
    {
        if (rows.Length > MaxRows) throw new ArgumentException($"Got {rows.Length} rows, room for {MaxRows}.", nameof(rows));
        if (matrix.Columns != Items.All)
            throw new ArgumentException($"Got a matrix of {matrix.Columns} columns, expected {Items.All}.", nameof(matrix));
        int entries = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            var all = matrix.RowColumns(rows[i]);
            var within = Items.Within(all);
            var columns = all[within];
            if (entries + columns.Length > MaxEntries)
                throw new ArgumentException($"The rows hold more than the {MaxEntries} entries there is room for.", nameof(rows));
            columns.CopyTo(_columnIndices.AsSpan(entries));
            if (matrix.IsBinary) _values.AsSpan(entries, columns.Length).Fill(1);
            else matrix.RowValues(rows[i])[within].CopyTo(_values.AsSpan(entries));
            if (Items.First > 0)
                TensorPrimitives.Subtract(columns, Items.First, _columnIndices.AsSpan(entries, columns.Length));
            _users[i] = rows[i] + firstUser;
            entries += columns.Length;
            _rowOffsets[i + 1] = entries;
        }
        Rows = rows.Length;
        _countsClicks = false;
        Invert();
        Loaded(_values.AsSpan(0, entries));
    }

    /// <summary>
    /// Takes the clicks of another batch in a numbering of their own: column c stands for its c-th active item. There may be
    /// more columns, which nobody clicked. Inputs are not taken over.
    /// </summary>
    /// <param name="source">The other batch, with no more rows and clicks than there is room for.</param>
    /// <param name="columns">Number of columns until the next load, at least the active ones of the source.</param>
    internal void LoadActive(SparseBatch source, int columns)
    {
        source.Users.CopyTo(_users);
        source.RowOffsets.CopyTo(_rowOffsets);
        source.ColumnOffsets.CopyTo(_columnOffsets);
        source.EntryRows.CopyTo(_entryRows);
        source.EntryIndices.CopyTo(_entryIndices);
        source.Values.CopyTo(_values);
        (Rows, Columns, ActiveColumnCount, _countsClicks) = (source.Rows, columns, source.ActiveColumnCount, false);
        for (int active = 0; active < ActiveColumnCount; active++)
        {
            _activeColumns[active] = active;
            foreach (int entry in EntryIndices[_columnOffsets[active].._columnOffsets[active + 1]])
                _columnIndices[entry] = active;
        }
        Loaded(_values.AsSpan(0, source.Entries));
    }

    /// <summary>Gives the memory of the batch back to its backend.</summary>
    public abstract void Dispose();

    /// <summary>Bytes that a batch takes: what the constructor makes, and the two tensors.</summary>
    public static long Bytes(int maxRows, int columns, int maxEntries, bool doublePrecision) =>
        sizeof(int) * (2L * maxRows + 2L * columns + 3L * maxEntries + 2L * Math.Min(columns, maxEntries))
        + maxEntries * (sizeof(float) + 2L * (doublePrecision ? sizeof(double) : sizeof(float)));

    /// <summary>
    /// Called after each load, so that a backend copies the values (and, if it needs to, the structure) to its memory.
    /// </summary>
    protected abstract void Loaded(ReadOnlySpan<float> values);

    /// <summary>Builds the item-wise order by a counting sort.</summary>
    private void Invert()
    {
        var columns = ColumnIndices;
        Array.Clear(_columnCount);
        foreach (int column in columns) _columnCount[column]++;
        int active = 0, offset = 0;
        for (int column = 0; column < Columns; column++)
        {
            if (_columnCount[column] == 0) continue;
            _activeColumns[active] = column;
            _columnOffsets[active++] = offset;
            _order[column] = offset;
            offset += _columnCount[column];
        }
        ActiveColumnCount = active;
        if (_columnOffsets.Length > active) _columnOffsets[active] = offset;
        for (int row = 0; row < Rows; row++)
            for (int e = _rowOffsets[row]; e < _rowOffsets[row + 1]; e++)
            {
                int at = _order[columns[e]]++;
                _entryRows[at] = row;
                _entryIndices[at] = e;
            }
    }

    /// <summary>The most entries that any <paramref name="rows"/> rows of the matrices can hold together.</summary>
    public static int LargestBatch(int rows, params ReadOnlySpan<CsrMatrix> matrices)
    {
        long largest = 0;
        foreach (var matrix in matrices)
        {
            var lengths = new int[matrix.Rows];
            for (int row = 0; row < lengths.Length; row++) lengths[row] = matrix.RowLength(row);
            lengths.AsSpan().Sort();
            long sum = 0;
            for (int i = Math.Max(0, lengths.Length - rows); i < lengths.Length; i++) sum += lengths[i];
            largest = Math.Max(largest, sum);
        }
        return checked((int)Math.Max(1, largest));
    }
}
