using System.Globalization;
using System.Text;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Studies;

/// <summary>The folder <c>RUN/studies/VERB</c>: <c>results.json</c>, tables as CSV and figures as SVG.</summary>
internal sealed class StudyOutput
{
    /// <summary>Names the folder and writes the document.</summary>
    public StudyOutput(string parent, string verb, object result)
    {
        Folder = Path.Combine(parent, "studies", verb);
        Document = Terminal.ToJson(result);
        AtomicFile.WriteText(Path.Combine(Folder, "results.json"), Document + "\n");
    }

    /// <summary>Where everything is.</summary>
    public string Folder { get; }

    /// <summary>The contents of <c>results.json</c>.</summary>
    public string Document { get; }

    /// <summary>Writes a table; an <see cref="Interval"/> becomes three columns.</summary>
    /// <param name="name">File name without extension.</param>
    /// <param name="columns">Column names; those of intervals without suffix.</param>
    /// <param name="rows">The cells.</param>
    public StudyOutput Table(string name, string[] columns, IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder();
        bool headed = false;
        foreach (object?[] row in rows)
        {
            if (!headed)
            {
                text.AppendJoin(',', columns.Zip(row).SelectMany(c =>
                    c.Second is Interval ? [c.First, c.First + "_low", c.First + "_high"] : new[] { c.First })).Append('\n');
                headed = true;
            }
            text.AppendJoin(',', row.SelectMany(Cells)).Append('\n');
        }
        if (!headed) text.AppendJoin(',', columns).Append('\n');
        AtomicFile.WriteText(Path.Combine(Folder, name + ".csv"), text.ToString());
        return this;
    }

    /// <summary>Writes a figure.</summary>
    public StudyOutput Plot(string name, Figure figure)
    {
        AtomicFile.WriteText(Path.Combine(Folder, name + ".svg"), figure.ToSvg());
        return this;
    }

    private static IEnumerable<string> Cells(object? value) => value switch
    {
        Interval interval => [Cell(interval.Value), Cell(interval.Low), Cell(interval.High)],
        _ => [Cell(value)],
    };

    private static string Cell(object? value)
    {
        string text = value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture)
            : value?.ToString() ?? "";
        return Readable.CsvField(text);
    }
}
