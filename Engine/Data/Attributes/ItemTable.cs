namespace ManualVae.Data.Attributes;

/// <summary>A source of attributes: items with named columns.</summary>
internal abstract class ItemTable
{
    /// <summary>What to call it: the file, or the dataset's items.</summary>
    public required string Path { get; init; }

    /// <summary>Names of its columns.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The published layout, or null.</summary>
    public ItemLayout? Layout { get; init; }

    /// <summary>Name and hash of the file, once it is read; null where there is none.</summary>
    public virtual DatasetSource? Source => null;

    /// <summary>What was decided while it was read.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>What some columns say of a dataset's items.</summary>
    /// <param name="columns">The columns, each with what makes a field of it a value; null leaves the field as it is.</param>
    /// <param name="ids">The items.</param>
    public ItemColumn[] Read(IReadOnlyList<(string Column, Func<string, string?>? Clean)> columns, ItemIds ids)
    {
        ItemColumn[] read = [];
        string[] names = [.. columns.Select(column => column.Column)];
        Scan(names, () => read = [.. columns.Select(_ => new ItemColumn(Path, ids.Count))], (id, cells, line) =>
        {
            foreach (int item in ids[id])
                for (int i = 0; i < read.Length; i++)
                    if (cells[i] is { } text) read[i].Add(item, columns[i].Clean is { } clean ? clean(text) : text, line);
        });
        return read;
    }

    /// <summary>Reads all rows.</summary>
    /// <param name="columns">The columns wanted.</param>
    /// <param name="start">Called before the first row, and again where the file is read anew.</param>
    /// <param name="row">Takes the id of an item, its fields and the line; a field of several values has them joined.</param>
    protected abstract void Scan(string[] columns, Action start, Action<string, string?[], long> row);
}
