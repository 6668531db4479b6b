using System.Text;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Studies;

/// <summary>The folder <c>RUN/studies/VERB</c>: <c>results.json</c>, tables as CSV and figures as SVG.</summary>
internal sealed class StudyOutput
{
    /// <summary>The file of a <see cref="StudySummary"/>.</summary>
    public const string SummaryFile = "summary.json";

    /// <summary>Writes <c>results.json</c> into the folder of a study.</summary>
    public StudyOutput(StudyFolder folder, object result)
    {
        Folder = folder.Path;
        folder.Begin();
        Document = JsonSerializer.Serialize(result, FiniteNumbers.Json);
        AtomicFile.WriteText(Path.Combine(Folder, "results.json"), Document + "\n");
    }

    /// <summary>The folder of all files.</summary>
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
        AtomicFile.WriteText(Path.Combine(Folder, name + ".csv"), text.ToString());
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
        AtomicFile.WriteText(Path.Combine(Folder, name + ".svg"), figure.ToSvg());
        return this;
    }

    /// <summary>Writes what the report says of the study: a sentence, and numbers with their names in words.</summary>
    public StudyOutput Found(string sentence, params (string Name, string Value)[] facts)
    {
        AtomicFile.WriteText(Path.Combine(Folder, SummaryFile), Terminal.ToJson(new StudySummary(
            sentence, [.. facts.Select(f => new StudyFact(f.Name, f.Value))])) + "\n");
        return this;
    }

    /// <summary>Prints the document or the lines, and the path of the folder.</summary>
    public int Print(bool json, IEnumerable<string> lines)
    {
        foreach (string line in json ? [Document] : lines) Console.Out.WriteLine(line);
        Console.Error.WriteLine($"wrote {Folder}");
        return ExitCode.Done;
    }

    private static IEnumerable<string> Cells(object? value) => value is Interval interval
        ? [Cell(interval.Value), Cell(interval.Low), Cell(interval.High)] : [Cell(value)];

    // A number that is not finite has no value: its field is empty.
    private static string Cell(object? value) => value is double and (double.NaN or double.PositiveInfinity
        or double.NegativeInfinity) ? "" : Readable.CsvField($"{value}");
}
