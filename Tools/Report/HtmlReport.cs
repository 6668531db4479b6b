using ManualVae.Data;

namespace ManualVae.Tools.Report;

/// <summary>The HTML report of one run, of several side by side, of a sweep or of a table.</summary>
internal static class HtmlReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="path">The file, or -.</param>
    /// <param name="folders">Runs, results files, and folders of sweeps and tables.</param>
    /// <param name="title">Title, or null for one made of the runs.</param>
    /// <exception cref="InputException">A folder is none of them, or its files cannot be read.</exception>
    public static void Write(string path, IReadOnlyList<string> folders, string? title = null)
    {
        var links = new Links(path);
        var (sections, runs) = (new List<ReportSection>(), new List<ReportedRun>());
        foreach (string folder in folders)
            if (SweepReport.Is(folder)) sections.AddRange(SweepReport.Of(folder, links));
            else if (RecipeReport.Is(folder)) sections.AddRange(RecipeReport.Of(folder, links));
            else if (MechanismsReport.Is(folder)) sections.AddRange(MechanismsReport.Of(folder, links));
            else
                foreach (string run in TableFolders.Runs(folder))
                    runs.Add(ReportedRun.Open(run, name => runs.Any(other => other.Name == name)));
        sections.AddRange(ResultsSection.Of(runs));
        if (BetaSection.Of(runs, [.. folders.Where(SweepReport.Is)]) is { } betas) sections.Add(betas);
        if (CurvesSection.Of(runs) is { } curves) sections.Add(curves);
        bool several = runs.Count > 1;
        var shown = runs.FirstOrDefault(run => ExamplesSection.Of(run) is not null);
        if (shown is not null)
            sections.Add(new(several ? $"Five users, by {shown.Name}" : "Five users", ExamplesSection.Of(shown)!));
        foreach (var run in runs) sections.AddRange(RunSections.Of(run, several, withExamples: run != shown, links));
        var manifest = runs.FirstOrDefault(run => run.Folder is not null)?.Folder!.Manifest;
        OutputFile.WriteText(path, Page.Write(title ?? Title(folders, runs), Lead(folders, runs), sections,
            manifest is null ? "" : $"{manifest.Versions} · {manifest.Machine}"));
    }

    private static string Title(IReadOnlyList<string> folders, List<ReportedRun> runs) =>
        folders.Count == 1 ? runs.Count == 1 ? runs[0].Name : Readable.Folder(folders[0]) : "Comparison of runs";

    private static string Lead(IReadOnlyList<string> folders, List<ReportedRun> runs) => runs.Count switch
    {
        0 => string.Join(", ", folders),
        1 => $"{runs[0].Model} on {Path.GetFileName(runs[0].Data)}",
        _ => $"{runs.Count} runs on {string.Join(", ", runs.Select(r => Path.GetFileName(r.Data)).Distinct())}",
    };
}
