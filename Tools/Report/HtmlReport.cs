using ManualVae.Data;

namespace ManualVae.Tools.Report;

/// <summary>The HTML report of one run or of several side by side.</summary>
internal static class HtmlReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="path">The file, or -.</param>
    /// <param name="folders">One run, or several to compare; results files too.</param>
    /// <param name="more">Further sections, before those of the single runs.</param>
    /// <param name="title">Title, or null for one made of the runs.</param>
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
        var manifest = runs.FirstOrDefault(run => run.Folder is not null)?.Folder!.Manifest;
        string lead = runs.Count == 1
            ? $"{runs[0].Model} on {Path.GetFileName(runs[0].Data)}"
            : $"{runs.Count} runs on {string.Join(", ", runs.Select(r => Path.GetFileName(r.Data)).Distinct())}";
        OutputFile.WriteText(path, Page.Write(
            title ?? (runs.Count == 1 ? runs[0].Name : "Comparison of runs"), lead, sections,
                manifest is null ? "" : $"{manifest.Versions} · {manifest.Machine}"));
    }

    private static List<ReportedRun> Open(IReadOnlyList<string> folders)
    {
        var runs = new List<ReportedRun>();
        foreach (string path in folders) runs.Add(ReportedRun.Open(path, name => runs.Any(run => run.Name == name)));
        return runs;
    }
}
