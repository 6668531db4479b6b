using System.Text;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Studies;

/// <summary>The folder <c>RUN/studies/VERB</c>: <c>results.json</c>, tables as CSV and figures as SVG.</summary>
internal sealed class StudyOutput
{
    private readonly bool _kept;

    /// <summary>Writes <c>results.json</c> into the folder of a study.</summary>
    public StudyOutput(StudyFolder folder, object result)
    {
        (Folder, _kept) = (folder.Path, folder.IsKept);
        folder.Begin();
        Document = JsonSerializer.Serialize(result, FiniteNumbers.Json);
        Write(StudyFolder.NumbersFile, Document + "\n");
    }

    /// <summary>The folder of all files; empty if the study is printed only.</summary>
    public string Folder { get; }

    /// <summary>The contents of <c>results.json</c>.</summary>
    public string Document { get; }

    /// <summary>Writes a table; an <see cref="Interval"/> takes three columns.</summary>
    /// <param name="name">File name without extension.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The name of each column, and its cell in a row.</param>
    public StudyOutput Table<T>(string name, IReadOnlyCollection<T> rows, params (string Name, Func<T, object?> Cell)[] columns)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', columns.SelectMany(column => rows.Count > 0 && column.Cell(rows.First()) is Interval
            ? [column.Name, column.Name + "_low", column.Name + "_high"] : new[] { column.Name })).Append('\n');
        foreach (var row in rows) text.AppendJoin(',', columns.SelectMany(column => Cells(column.Cell(row)))).Append('\n');
        Write(name + ".csv", text.ToString());
        return this;
    }

    /// <summary>Writes a chart: lines, points or a histogram over two axes.</summary>
    public StudyOutput Plot(
        string name, string title, string subtitle, Axis x, Axis y, IReadOnlyList<Series> series, params Rule[] rules) =>
        Plot(name, new Chart { Title = title, Subtitle = subtitle, X = x, Y = y, Series = series, Rules = rules });

    /// <summary>Writes a bar chart. The format of the values is a .NET format, or null for the default.</summary>
    public StudyOutput Plot(string name, string title, string subtitle, Axis value, IReadOnlyList<string> categories,
        IReadOnlyList<BarSeries> series, string? format = null) => Plot(name, new BarChart
        {
            Title = title, Subtitle = subtitle, Value = value, Categories = categories, Series = series, Format = format,
        });

    /// <summary>Writes a figure.</summary>
    public StudyOutput Plot(string name, Figure figure)
    {
        Write(name + ".svg", figure.ToSvg());
        return this;
    }

    /// <summary>Writes what the report says of the study: a sentence, and numbers with their names in words.</summary>
    public StudyOutput Found(string sentence, params (string Name, string Value)[] facts)
    {
        Write(StudyFolder.SummaryFile, Terminal.ToJson(new StudySummary(
            sentence, [.. facts.Select(f => new StudyFact(f.Name, f.Value))])) + "\n");
        return this;
    }

    /// <summary>Prints the document or the lines, and the path of the folder.</summary>
    public int Print(bool json, IEnumerable<string> lines)
    {
        foreach (string line in json ? [Document] : lines) Console.Out.WriteLine(line);
        if (_kept) Console.Error.WriteLine($"wrote {Folder}");
        return ExitCode.Done;
    }

    private void Write(string file, string text)
    {
        if (_kept) AtomicFile.WriteText(Path.Combine(Folder, file), text);
    }

    private static IEnumerable<string> Cells(object? value) => value is Interval interval
        ? [Cell(interval.Value), Cell(interval.Low), Cell(interval.High)] : [Cell(value)];

    // A number that is not finite has no value: its field is empty.
    private static string Cell(object? value) => value is double and (double.NaN or double.PositiveInfinity
        or double.NegativeInfinity) ? "" : Readable.CsvField($"{value}");
}
