using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>A run, or results alone, with everything the report shows of it.</summary>
/// <param name="Name">Short name, unique in the report.</param>
/// <param name="Data">The dataset.</param>
/// <param name="Folder">The run; null for results of another system's predictions.</param>
/// <param name="Epochs">Its epochs; none for a baseline.</param>
/// <param name="Results">Its results, or null before <c>evaluate</c>.</param>
internal sealed record ReportedRun(
    string Name, string Data, RunFolder? Folder, IReadOnlyList<EpochMetrics> Epochs, ResultsDocument? Results)
{
    /// <summary>What it is of.</summary>
    public string Model => Folder?.Manifest.Model ?? Results!.Model;

    /// <summary>Opens a run folder, or a results file, or a folder that holds nothing else.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="isTaken">True for a name that another one in the report has.</param>
    /// <exception cref="InputException">It is none of them, or cannot be read.</exception>
    public static ReportedRun Open(string path, Func<string, bool> isTaken)
    {
        string name = File.Exists(path) ? Path.GetFileNameWithoutExtension(path) : Readable.Folder(path);
        if (isTaken(name)) name = path;
        string alone = File.Exists(path) ? path : Path.Combine(path, "results.json");
        if (File.Exists(alone) && !File.Exists(Path.Combine(path, "run.json")))
        {
            var results = ResultsDocument.Load(alone);
            return new(name, results.Data, null, [], results);
        }
        var folder = RunFolder.Open(path);
        return new(name, folder.Manifest.Data, folder, folder.ReadMetrics(),
            File.Exists(folder.Results) ? ResultsDocument.Load(folder.Results) : null);
    }
}
