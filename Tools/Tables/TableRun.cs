using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Tables;

/// <summary>Trains the rows of a table, each in its run folder; what is there already is not trained again.</summary>
internal static class TableRun
{
    /// <summary>Trains a row, or goes on where it was interrupted, and opens it.</summary>
    /// <param name="data">What to train on.</param>
    /// <param name="row">The row.</param>
    /// <param name="changes">Settings over those of an autoencoder's row.</param>
    /// <param name="parent">The run's folder lies in it.</param>
    public static TrainedModel Open(PreparedDataset data, TableRow row, JsonObject changes, string parent)
    {
        Console.Error.WriteLine($"{row.Name} on {data.Directory}");
        string folder = Path.Combine(parent, row.Name);
        var given = row.Settings?.Invoke(data) ?? [];
        if (row.Preset is not null)
            foreach (var (name, value) in changes) given[name] = value?.DeepClone();
        given["model"] = row.Model;
        TrainingJob.StartOrResume(data, new TrainingFlags().Resolve(row.Preset, null, given), folder, TrainingDisplay.Create);
        return TrainedModel.Open(folder, data.Directory);
    }

    /// <summary>Trains and measures rows one after another.</summary>
    /// <param name="data">What to train on.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="changes">Settings over those of an autoencoder's row.</param>
    /// <param name="parent">The runs' folders lie in it.</param>
    /// <param name="metrics">What to measure on the test part.</param>
    /// <param name="protocol">What models are shown, and what is not ranked.</param>
    /// <param name="published">What was published of a row, or null.</param>
    /// <param name="trials">Most trials of the search of a row with a grid; 0 for its default settings.</param>
    public static IReadOnlyList<MeasuredRow> MeasureAll(PreparedDataset data, IEnumerable<TableRow> rows, JsonObject changes,
        string parent, string metrics, EvaluationProtocol protocol, Func<TableRow, PublishedFigures?> published,
        int trials = 0) =>
        [.. rows.Select(row => BaselineSearch.Chosen(data, row, parent, trials)).Select(row =>
        {
            using var trained = Open(data, row, changes, parent);
            return new MeasuredRow(row.Name, Measure(trained, metrics, protocol), published(row));
        })];

    /// <summary>Measures a row on the test part and keeps the results in its run.</summary>
    public static IReadOnlyDictionary<string, ResultsValue> Measure(TrainedModel trained, string metrics,
        EvaluationProtocol protocol = EvaluationProtocol.Known)
    {
        var part = trained.Data.Under(protocol, trained.Data.Test!);
        var result = HeldOut.Evaluate(trained, part, metrics);
        var document = HeldOut.Document(trained, result, "test", protocol);
        EvaluationRecord.Save(trained, new(trained.Data, part, result, document, []));
        return document.Metrics;
    }
}
