namespace ManualVae.Data;

/// <summary>
/// A click matrix in compressed sparse rows: the only form in which users x items is ever held. Immutable.
/// Within a row the column indices increase strictly. It holds at most <see cref="MaxEntries"/> entries.
/// </summary>
public sealed class CsrMatrix
{
    /// <summary>Most entries of one matrix: the length limit of an array, about 2.1e9.</summary>
    public static long MaxEntries => Array.MaxLength;

    private readonly long[] _rowOffsets;
    private readonly int[] _columnIndices;
    private readonly float[]? _values;

    /// <summary>Wraps the arrays without copying them and checks that they form a matrix.</summary>
    /// <param name="columns">Number of columns (items).</param>
    /// <param name="rowOffsets">Rows + 1 non-decreasing offsets, the first 0, the last the number of entries.</param>
    /// <param name="columnIndices">Column of each entry, in [0, columns), strictly increasing within a row.</param>
    /// <param name="values">Value of each entry, or null where every entry is 1.</param>
    /// <exception cref="ArgumentException">The arrays contradict each other.</exception>
    public CsrMatrix(int columns, long[] rowOffsets, int[] columnIndices, float[]? values = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (rowOffsets.Length == 0 || rowOffsets[0] != 0 || rowOffsets[^1] != columnIndices.LongLength)
            throw new ArgumentException("Row offsets must start at 0 and end at the number of entries.", nameof(rowOffsets));
        if (values is not null && values.LongLength != columnIndices.LongLength)
            throw new ArgumentException($"Got {values.Length} values for {columnIndices.Length} entries.", nameof(values));
        for (int row = 0; row + 1 < rowOffsets.Length; row++)
        {
            if (rowOffsets[row + 1] < rowOffsets[row] || rowOffsets[row + 1] > columnIndices.LongLength)
                throw new ArgumentException($"Row offsets decrease or leave the entries after row {row}.", nameof(rowOffsets));
            int previous = -1;
            for (long e = rowOffsets[row]; e < rowOffsets[row + 1]; previous = columnIndices[e++])
                if (columnIndices[e] <= previous || columnIndices[e] >= columns)
                    throw new ArgumentException(
                        $"Row {row}: column {columnIndices[e]} is out of order or not below {columns}.", nameof(columnIndices));
        }
        (Columns, _rowOffsets, _columnIndices, _values) = (columns, rowOffsets, columnIndices, values);
    }

    /// <summary>Number of rows (users).</summary>
    public int Rows => _rowOffsets.Length - 1;

    /// <summary>Number of columns (items).</summary>
    public int Columns { get; }

    /// <summary>Number of stored entries (clicks).</summary>
    public long EntryCount => _columnIndices.LongLength;

    /// <summary>True where every entry is 1 and no values are stored.</summary>
    public bool IsBinary => _values is null;

    /// <summary>Rows + 1 offsets into <see cref="ColumnIndices"/>.</summary>
    public ReadOnlySpan<long> RowOffsets => _rowOffsets;

    /// <summary>The column of each entry, row after row.</summary>
    public ReadOnlySpan<int> ColumnIndices => _columnIndices;

    /// <summary>The value of each entry, or an empty span where the matrix is binary.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Number of entries in a row.</summary>
    public int RowLength(int row) => (int)(_rowOffsets[row + 1] - _rowOffsets[row]);

    /// <summary>The columns of a row, increasing.</summary>
    public ReadOnlySpan<int> RowColumns(int row) => _columnIndices.AsSpan((int)_rowOffsets[row], RowLength(row));

    /// <summary>The values of a row, or an empty span where the matrix is binary.</summary>
    public ReadOnlySpan<float> RowValues(int row) =>
        _values is null ? default : _values.AsSpan((int)_rowOffsets[row], RowLength(row));

    /// <summary>True where the row holds the column; binary search.</summary>
    public bool Contains(int row, int column) => RowColumns(row).BinarySearch(column) >= 0;

    /// <summary>Number of entries in each column.</summary>
    public int[] ColumnCounts()
    {
        var counts = new int[Columns];
        foreach (int column in _columnIndices) counts[column]++;
        return counts;
    }

    /// <summary>The transposed matrix (items x users): a stable counting sort.</summary>
    public CsrMatrix Transpose()
    {
        var offsets = new long[Columns + 1];
        foreach (int column in _columnIndices) offsets[column + 1]++;
        for (int column = 0; column < Columns; column++) offsets[column + 1] += offsets[column];
        var next = offsets.AsSpan(0, Columns).ToArray();
        var rows = new int[_columnIndices.Length];
        var values = _values is null ? null : new float[_values.Length];
        for (int row = 0; row < Rows; row++)
            for (long e = _rowOffsets[row]; e < _rowOffsets[row + 1]; e++)
            {
                long at = next[_columnIndices[e]]++;
                rows[at] = row;
                if (values is not null) values[at] = _values![e];
            }
        return new CsrMatrix(Rows, offsets, rows, values);
    }

    /// <summary>The chosen rows, in the order given.</summary>
    /// <exception cref="InputException">They hold more than <see cref="MaxEntries"/> entries.</exception>
    public CsrMatrix SelectRows(ReadOnlySpan<int> rows)
    {
        var offsets = new long[rows.Length + 1];
        for (int i = 0; i < rows.Length; i++) offsets[i + 1] = offsets[i] + RowLength(rows[i]);
        var columns = NewColumns(offsets[^1]);
        var values = _values is null ? null : new float[offsets[^1]];
        for (int i = 0; i < rows.Length; i++)
        {
            RowColumns(rows[i]).CopyTo(columns.AsSpan((int)offsets[i]));
            RowValues(rows[i]).CopyTo(values is null ? default : values.AsSpan((int)offsets[i]));
        }
        return new CsrMatrix(Columns, offsets, columns, values);
    }

    /// <summary>The entries in the marked columns; the shape stays as it is.</summary>
    public CsrMatrix KeepColumns(bool[] kept)
    {
        if (kept.Length != Columns) throw new ArgumentException($"Got {kept.Length} marks for {Columns} columns.", nameof(kept));
        var offsets = new long[Rows + 1];
        var (columns, values) = (new List<int>(), new List<float>());
        for (int row = 0; row < Rows; row++)
        {
            for (long e = _rowOffsets[row]; e < _rowOffsets[row + 1]; e++)
                if (kept[_columnIndices[e]])
                {
                    columns.Add(_columnIndices[e]);
                    if (_values is not null) values.Add(_values[e]);
                }
            offsets[row + 1] = columns.Count;
        }
        return new CsrMatrix(Columns, offsets, [.. columns], _values is null ? null : [.. values]);
    }

    /// <summary>The entries in other columns, each of which takes at most one of the present ones.</summary>
    /// <param name="columns">Number of columns of the result.</param>
    /// <param name="newColumns">The new column of each present one; -1 leaves its entries out.</param>
    public CsrMatrix MapColumns(int columns, int[] newColumns)
    {
        if (newColumns.Length != Columns)
            throw new ArgumentException($"Got {newColumns.Length} columns for {Columns}.", nameof(newColumns));
        var kept = KeepColumns(Array.ConvertAll(newColumns, column => column >= 0));
        int[] indices = Array.ConvertAll(kept._columnIndices, column => newColumns[column]);
        for (int row = 0; row < Rows; row++)
        {
            var (start, length) = ((int)kept._rowOffsets[row], kept.RowLength(row));
            if (kept._values is null) Array.Sort(indices, start, length);
            else Array.Sort(indices, kept._values, start, length);
        }
        return new CsrMatrix(columns, kept._rowOffsets, indices, kept._values);
    }

    /// <summary>Builds a binary matrix from (row, column) pairs in any order; equal pairs become one entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A pair lies outside the matrix.</exception>
    public static CsrMatrix FromPairs(int rows, int columns, IReadOnlyList<(int Row, int Column)> pairs)
    {
        var offsets = new long[rows + 1];
        foreach (var (row, column) in pairs)
        {
            if ((uint)row >= (uint)rows || (uint)column >= (uint)columns)
                throw new ArgumentOutOfRangeException(nameof(pairs), $"({row}, {column}) lies outside {rows} x {columns}.");
            offsets[row + 1]++;
        }
        for (int row = 0; row < rows; row++) offsets[row + 1] += offsets[row];
        var next = offsets.AsSpan(0, rows).ToArray();
        var indices = new int[pairs.Count];
        foreach (var (row, column) in pairs) indices[next[row]++] = column;

        long kept = 0;
        for (int row = 0; row < rows; row++)
        {
            long start = kept;
            var entries = indices.AsSpan((int)(row == 0 ? 0 : next[row - 1]), (int)(next[row] - (row == 0 ? 0 : next[row - 1])));
            entries.Sort();
            for (int i = 0; i < entries.Length; i++)
                if (i == 0 || entries[i] != entries[i - 1]) indices[kept++] = entries[i];
            offsets[row] = start;
        }
        offsets[rows] = kept;
        return new CsrMatrix(columns, offsets, kept == indices.Length ? indices : indices[..(int)kept]);
    }

    /// <summary>The entries of either matrix, as a binary matrix: what a user did in training or in validation.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InputException">Together they hold more than <see cref="MaxEntries"/> entries.</exception>
    public static CsrMatrix Union(CsrMatrix a, CsrMatrix b)
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns)
            throw new ArgumentException($"Cannot unite {a.Rows} x {a.Columns} with {b.Rows} x {b.Columns}.", nameof(b));
        var offsets = new long[a.Rows + 1];
        var columns = NewColumns(a.EntryCount + b.EntryCount);
        int kept = 0;
        for (int row = 0; row < a.Rows; row++)
        {
            kept += SortedColumns.Union(a.RowColumns(row), b.RowColumns(row), columns.AsSpan(kept));
            offsets[row + 1] = kept;
        }
        return new CsrMatrix(a.Columns, offsets, kept == columns.Length ? columns : columns[..kept]);
    }

    /// <summary>The rows of one matrix and below them those of the other, as a binary matrix.</summary>
    /// <exception cref="ArgumentException">The numbers of columns differ.</exception>
    /// <exception cref="InputException">Together they hold more than <see cref="MaxEntries"/> entries.</exception>
    public static CsrMatrix Stack(CsrMatrix above, CsrMatrix below)
    {
        if (above.Columns != below.Columns)
            throw new ArgumentException($"Cannot stack {above.Columns} columns on {below.Columns}.", nameof(below));
        var columns = NewColumns(above.EntryCount + below.EntryCount);
        above._columnIndices.CopyTo(columns, 0);
        below._columnIndices.CopyTo(columns, above._columnIndices.Length);
        return new CsrMatrix(above.Columns,
            [.. above._rowOffsets, .. below._rowOffsets[1..].Select(offset => offset + above.EntryCount)], columns);
    }

    private static int[] NewColumns(long entries) => entries <= MaxEntries ? new int[entries] : throw new InputException(
        $"{entries} clicks are more than the {MaxEntries} that one matrix holds; filter the clicks or take fewer users.");
}
