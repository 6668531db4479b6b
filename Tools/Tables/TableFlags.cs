using System.CommandLine;
using ManualVae.Data;

namespace ManualVae.Tools.Tables;

/// <summary>The flags that the tables of models share.</summary>
/// <param name="rows">All rows of the table.</param>
/// <param name="unasked">Rows that are made only where <c>--rows</c> names them, because they take long.</param>
internal sealed class TableFlags(IReadOnlyList<TableRow> rows, params string[] unasked)
{
    private readonly Option<string[]> _data = new("--data")
    {
        Description = "Prepared datasets.", HelpName = "folder", Required = true, AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _output = new("--output")
    {
        Description = "Folder of the runs; what is there already is not trained again.", HelpName = "folder", Required = true,
    };

    private readonly Option<string?> _rows = new("--rows")
    {
        Description = $"Which rows, of {string.Join(", ", rows.Select(r => r.Name))}. [default: all"
            + (unasked.Length > 0 ? $" but {string.Join(", ", unasked)}]" : "]"),
        HelpName = "name,name,...",
    };

    /// <summary>Whether the rows were named.</summary>
    public bool NamesRows(ParseResult parsed) => parsed.GetValue(_rows) is not null;

    private readonly Option<bool> _json = Flags.Json();

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_data, _output, _rows, _json];

    /// <summary>
    /// Makes the tables: opens and checks all folders before anything is trained, measures one after another, and prints.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="check">Refuses a dataset that the table cannot be made of.</param>
    /// <param name="measure">Makes the tables of a dataset: the chosen rows, their runs in the folder given.</param>
    public int Run(ParseResult parsed, Action<PreparedDataset> check,
        Func<PreparedDataset, IReadOnlyList<TableRow>, string, IEnumerable<MeasuredTable>> measure)
    {
        var chosen = Chosen(parsed.GetValue(_rows));
        var data = parsed.GetValue(_data)!.Select(PreparedDataset.Open).ToList();
        data.ForEach(check);
        var tables = data.SelectMany(prepared => measure(
            prepared, chosen, Path.Combine(parsed.GetValue(_output)!, Readable.Folder(prepared.Directory)))).ToList();
        if (parsed.GetValue(_json)) MeasuredTable.WriteJson(tables);
        else foreach (var table in tables) table.Write(Terminal.Results);
        return ExitCode.Done;
    }

    private IReadOnlyList<TableRow> Chosen(string? names) => names is null
        ? [.. rows.Where(row => !unasked.Contains(row.Name))]
        : [.. names.Split(',', StringSplitOptions.TrimEntries).Select(name =>
            rows.FirstOrDefault(row => row.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException($"--rows {name}: there are {string.Join(", ", rows.Select(r => r.Name))}"
                + $"{Spelling.Question(name, rows.Select(r => r.Name))}."))];
}
