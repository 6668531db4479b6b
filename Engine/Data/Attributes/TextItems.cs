using ManualVae.Data.Import;

namespace ManualVae.Data.Attributes;

/// <summary>A text table or JSON lines.</summary>
internal sealed class TextItems(SourceFiles files, string id, string separator) : ItemTable
{
    /// <inheritdoc/>
    public override DatasetSource? Source => files.Describe(new ImportOptions { Input = Path });

    /// <inheritdoc/>
    public override IEnumerable<string> Notes => files.Text.Notes;

    /// <inheritdoc/>
    protected override void Scan(string[] columns, Action start, Action<string, string?[], long> row) =>
        files.Text.Read(new ImportOptions { Input = Path }, () =>
        {
            start();
            bool json = separator == JsonLines.Separator, header = Layout?.Columns is null && !json;
            string[] asked = [id, .. columns], names = [.. asked.Distinct()]; // an object's property is read once
            using var table = json ? JsonLines.Open(files, Path, names, required: 1, ItemColumn.Joint)
                : new TableReader(files, Path, separator, hasHeader: header, lenient: true);
            int[] fields = [.. asked.Select(name => json ? Array.IndexOf(names, name)
                : header ? table.Column(name) : Columns.ToList().IndexOf(name))];
            var cells = new string?[columns.Length];
            while (table.Read())
            {
                // What is more than the columns of a layout belongs to the second one.
                int more = header || json ? 0 : table.FieldCount - Columns.Count;
                if (more < 0)
                    throw new InputException($"{Path}:{table.Line}: has {table.FieldCount} fields, expected {Columns.Count}: "
                        + $"{string.Join("::", Columns)}; correct the line.");
                string? Field(int field) => field < 0 ? null
                    : more > 0 && field == 1 ? string.Join("::", Enumerable.Range(1, more + 1).Select(table.Text))
                    : field + (field > 1 ? more : 0) is var at && at < table.FieldCount ? table.Text(at) : null;
                for (int i = 0; i < cells.Length; i++) cells[i] = Field(fields[i + 1]);
                row(Field(fields[0]) ?? "", cells, table.Line);
            }
            return 0;
        });
}
