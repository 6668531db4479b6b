using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using Spectre.Console;

namespace ManualVae.Tools.Tables;

/// <summary>A row as it was measured, and what was published of it.</summary>
internal sealed record MeasuredRow(string Name, IReadOnlyDictionary<string, ResultsValue> Metrics, PublishedFigures? Published);

/// <summary>A table measured on one data folder.</summary>
/// <param name="Data">The folder.</param>
/// <param name="Ranked">What was ranked: all items, or fewer.</param>
/// <param name="Rows">The models.</param>
/// <param name="Note">A remark on the published figures, or null.</param>
/// <param name="Protocol">What the models were shown, and what was not ranked.</param>
internal sealed record MeasuredTable(string Data, string Ranked, IReadOnlyList<MeasuredRow> Rows, string? Note = null,
    EvaluationProtocol Protocol = EvaluationProtocol.Known)
{
    /// <summary>The tables as one JSON document.</summary>
    public static void WriteJson(IEnumerable<MeasuredTable> tables) => Terminal.WriteJson(tables.Select(table => new
    {
        data = table.Data,
        ranked = table.Ranked,
        protocol = ProtocolFlag.NameOf(table.Protocol),
        note = table.Note,
        rows = table.Rows.Select(row => new
        {
            name = row.Name, metrics = row.Metrics,
            published = row.Published is null ? null
                : row.Metrics.Keys.Zip(row.Published.Values).ToDictionary(p => p.First, p => p.Second),
            source = row.Published?.Source,
        }),
    }));

    /// <summary>The table for people, the sources of the published figures below it.</summary>
    public void Write(IAnsiConsole console)
    {
        bool published = Rows.Any(row => row.Published is not null);
        var table = new FittedTable(["model", .. Rows[0].Metrics.Keys.SelectMany(metric =>
            published ? new[] { $">{metric}", ">published" } : [$">{metric}"])]);
        foreach (var row in Rows)
            table.AddRow([$"[bold]{Markup.Escape(row.Name)}[/]", .. row.Metrics.Values.SelectMany((value, metric) =>
            {
                string ours = $"{value.Mean:0.0000} [grey]± {value.StandardError:0.0000}[/]";
                return published
                    ? new[] { ours, row.Published?.Values[metric].ToString("0.000#") ?? "" }
                    : [ours];
            })]);
        string note = Note ?? (published ? "" : "no published figures for this data");
        if (note.Length > 0) note = $" [grey]({Markup.Escape(note)})[/]";
        console.MarkupLine($"[bold]{Markup.Escape(Data)}[/]: {Ranked} ranked, protocol {ProtocolFlag.NameOf(Protocol)}{note}");
        table.Write(console);
        foreach (var source in Rows.Where(row => row.Published is not null).GroupBy(row => row.Published!.Source))
            console.MarkupLine($"[grey]{Markup.Escape($"{string.Join(", ", source.Select(row => row.Name))}: {source.Key}")}[/]");
    }
}
