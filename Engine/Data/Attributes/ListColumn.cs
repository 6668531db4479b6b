using ManualVae.Data.Import;
using Parquet.Data;
using Parquet.Schema;

namespace ManualVae.Data.Attributes;

/// <summary>A column of a row group whose rows have one value, none, or a list of them.</summary>
internal sealed class ListColumn : IDisposable
{
    private readonly ParquetColumn _slots; // one for each value, and one for an empty list
    private readonly int[] _starts; // of each row's slots, and the end

    /// <summary>Takes a decoded column.</summary>
    /// <exception cref="InvalidDataException">Its levels do not make that many rows.</exception>
    public ListColumn(DataField field, RawColumnData data, int rows)
    {
        if (field.MaxRepetitionLevel == 0)
        {
            _slots = new(field, data, rows);
            _starts = [.. Enumerable.Range(0, rows + 1)];
            return;
        }
        var levels = data.RepetitionLevels;
        _slots = new(field, data, levels.Length);
        var starts = new List<int>(rows + 1);
        for (int slot = 0; slot < levels.Length; slot++)
            if (levels[slot] == 0) starts.Add(slot);
        if (starts.Count != rows) throw new InvalidDataException($"column {field.Path} has another number of lists than rows");
        _starts = [.. starts, levels.Length];
    }

    /// <summary>The values of a row as text, joined; null for none.</summary>
    public string? Text(int row)
    {
        var values = Slots(row).Where(_slots.HasValue).Select(slot => _slots.Text(slot)).ToList();
        return values.Count == 0 ? null : string.Join(ItemColumn.Joint, values);
    }

    /// <summary>The values of all rows as numbers, one after another; not a number for what is none.</summary>
    public double[] Numbers() => _slots.Numbers();

    /// <summary>Where the values of a row stand among <see cref="Numbers"/>; none where the row or its list is empty.</summary>
    public Range Values(int row) => Slots(row).Any(_slots.HasValue) ? _starts[row].._starts[row + 1] : ..0;

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private IEnumerable<int> Slots(int row) => Enumerable.Range(_starts[row], _starts[row + 1] - _starts[row]);
}
