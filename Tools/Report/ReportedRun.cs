using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>A run, or results alone, with everything the report shows of it.</summary>
/// <param name="Name">Short name, unique in the report.</param>
/// <param name="Path">What the user named.</param>
/// <param name="Data">The dataset.</param>
/// <param name="Folder">The run; null for results of another system's predictions.</param>
/// <param name="Epochs">Its epochs; none for a baseline.</param>
/// <param name="Evaluations">What evaluations found; none before <c>evaluate</c>.</param>
internal sealed record ReportedRun(string Name, string Path, string Data, RunFolder? Folder, IReadOnlyList<EpochMetrics> Epochs,
    IReadOnlyList<EvaluationRecord> Evaluations)
{
    /// <summary>What it is of.</summary>
    public string Model => Folder?.Manifest.Model ?? Evaluations[0].Results.Model;

    /// <summary>Opens a run folder, or a results file, or a folder that holds nothing else.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="isTaken">True for a name that another one in the report has.</param>
    /// <exception cref="InputException">It is none of them, or cannot be read.</exception>
    public static ReportedRun Open(string path, Func<string, bool> isTaken)
    {
        string name = File.Exists(path) ? System.IO.Path.GetFileNameWithoutExtension(path) : Readable.Folder(path);
        if (isTaken(name)) name = path;
        string alone = File.Exists(path) ? path : System.IO.Path.Combine(path, "results.json");
        if (File.Exists(alone) && !File.Exists(System.IO.Path.Combine(path, "run.json")))
        {
            var results = ResultsDocument.Load(alone);
            return new(name, path, results.Data, null, [], [EvaluationRecord.Of(results)]);
        }
        var folder = RunFolder.Open(path);
        return new(name, path, folder.Manifest.Data, folder, folder.ReadMetrics(), EvaluationRecord.Load(folder));
    }
}
