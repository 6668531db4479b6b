using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>The HTML report of one run or of several side by side.</summary>
internal static class HtmlReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="path">The file, or -.</param>
    /// <param name="folders">The folders of one run, or of several to compare.</param>
    /// <param name="more">Further sections; they stand before the sections of single runs.</param>
    /// <param name="title">Title, or null for the default.</param>
    /// <exception cref="InputException">A folder is not a run, or its files cannot be read.</exception>
    public static void Write(string path, IReadOnlyList<string> folders, IReadOnlyList<ReportSection>? more = null,
        string? title = null)
    {
        var runs = Open(folders);
        var sections = new List<ReportSection>();
        if (RunComparison.Results(runs) is { } results) sections.Add(results);
        if (runs.Count > 1 && RunComparison.Curves(runs) is { } curves) sections.Add(curves);
        sections.AddRange(more ?? []);
        foreach (var run in runs) sections.AddRange(RunSections.Of(run, runs.Count > 1));
        var manifest = runs[0].Folder.Manifest;
        string lead = runs.Count == 1
            ? $"{manifest.Model} on {Path.GetFileName(manifest.Data)}"
            : $"{runs.Count} runs on {string.Join(", ", runs.Select(r => Path.GetFileName(r.Folder.Manifest.Data)).Distinct())}";
        OutputFile.WriteText(path, Page.Write(
            title ?? (runs.Count == 1 ? runs[0].Name : "Comparison of runs"), lead, sections,
                $"{manifest.Versions} · {manifest.Machine}"));
    }

    private static List<ReportedRun> Open(IReadOnlyList<string> folders)
    {
        var runs = new List<ReportedRun>();
        foreach (string path in folders)
        {
            var folder = RunFolder.Open(path);
            string name = Readable.Folder(path);
            if (runs.Any(r => r.Name == name)) name = path;
            runs.Add(new(name, folder, folder.ReadMetrics(),
                File.Exists(folder.Results) ? ResultsDocument.Load(folder.Results) : null));
        }
        return runs;
    }
}
