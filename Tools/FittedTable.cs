using Spectre.Console;

namespace ManualVae.Tools;

/// <summary>
/// A table for any width: where it does not fit, columns that may be missing are left out, and where that is not enough, each
/// row becomes lines of name and value. A number is never broken.
/// </summary>
/// <param name="columns">The columns' names, those of numbers with a > before them.</param>
internal sealed class FittedTable(params string[] columns)
{
    private const int Text = 24; // a longer text may be broken

    private readonly List<string[]> _rows = [];

    /// <summary>Names of the columns that may be left out, the first one first.</summary>
    public IReadOnlyList<string> MayDrop { get; init; } = [];

    /// <summary>Adds a row, in markup.</summary>
    public void AddRow(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes as much of it as fits.</summary>
    public void Write(IAnsiConsole console)
    {
        List<int> shown = [.. Enumerable.Range(0, columns.Length)];
        List<string> dropped = [];
        foreach (string column in MayDrop)
        {
            if (Width(shown) <= console.Profile.Width) break;
            if (shown.RemoveAll(c => Name(c) == column) > 0) dropped.Add(column);
        }
        if (Width(shown) > console.Profile.Width)
        {
            Stack(console);
            return;
        }
        var table = Terminal.Table([.. shown.Select(c => columns[c])]);
        foreach (string[] row in _rows) table.AddRow([.. shown.Select(c => row[c])]);
        console.Write(table);
        if (dropped.Count > 0)
            console.MarkupLine($"[grey]A wider terminal also shows {Markup.Escape(string.Join(", ", dropped))}.[/]");
    }

    private void Stack(IAnsiConsole console)
    {
        int longest = columns.Max(column => column.Length);
        foreach (string[] row in _rows)
        {
            console.MarkupLine(row[0]);
            for (int c = 1; c < columns.Length; c++) console.MarkupLine($"  {Markup.Escape(Name(c).PadRight(longest))} {row[c]}");
        }
    }

    private string Name(int column) => columns[column].TrimStart('>');

    // A cell, a blank on both sides of it, and a line between two cells.
    private int Width(List<int> shown) => 1 + shown.Sum(c => 3 + (columns[c].StartsWith('>') ? Longest(c)
        : Math.Min(Text, Longest(c))));

    private int Longest(int column) =>
        _rows.Select(row => Markup.Remove(row[column]).Length).Append(Name(column).Length).Max();
}
