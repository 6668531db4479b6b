using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Report;

/// <summary>The studies of a run, in the order in which one would explain them.</summary>
internal static class StudySection
{
    /// <summary>A section for each folder in <c>studies</c> that has figures or a summary.</summary>
    public static IEnumerable<ReportSection> Of(ReportedRun run, Links links)
    {
        string studies = Path.Combine(run.Folder!.Path, "studies");
        if (!Directory.Exists(studies)) yield break;
        var found = Directory.EnumerateDirectories(studies)
            .Select(folder => (Folder: folder, Lesson: StudyLesson.Of(StudyFolder.StudyIn(folder) ?? Path.GetFileName(folder))))
            .OrderBy(study => study.Lesson is null ? int.MaxValue : StudyLesson.All.IndexOf(study.Lesson))
            .ThenBy(study => study.Folder, StringComparer.Ordinal);
        foreach (var (folder, lesson) in found)
        {
            string[] figures = [.. Directory.EnumerateFiles(folder, "*.svg").OrderBy(f => lesson?.Order(f) ?? 0)
                .ThenBy(f => f, StringComparer.Ordinal).Select(File.ReadAllText)];
            var summary = Summary(Path.Combine(folder, StudyFolder.SummaryFile));
            if (figures.Length == 0 && summary is null) continue;
            string name = Path.GetFileName(folder), title = lesson is null ? $"Study {name}"
                : lesson.Study == name ? lesson.Title : $"{lesson.Title} ({name})";
            yield return new(title, Question(lesson) + Found(summary) + Read(lesson) + Html.Figures(figures)
                + Facts(summary) + Numbers(folder, links, lesson));
        }
    }

    /// <summary>Links to the files of numbers in a folder.</summary>
    public static string Numbers(string folder, Links links, StudyLesson? lesson = null)
    {
        var files = Directory.EnumerateFiles(folder)
            .Where(f => Path.GetExtension(f) is ".csv" || Path.GetFileName(f) == "results.json")
            .Order(StringComparer.Ordinal).Select(f => links.To(f, Path.GetFileName(f)));
        return $"<p class=\"muted\">Numbers: {string.Join(", ", files)}."
            + (lesson is null ? "" : $" Method, assumptions and what was found on other data: "
                + $"{links.ToDocument("docs/study.md", lesson.Study)}.") + "</p>\n";
    }

    private static string Question(StudyLesson? lesson) => lesson is null ? ""
        : $"<p><strong>Question.</strong> {Html.Escape(lesson.Question)}</p>\n{lesson.Formula}\n"
            + $"<p>{Html.Escape(lesson.Symbols)}</p>\n";

    private static string Read(StudyLesson? lesson) =>
        lesson is null ? "" : $"<p><strong>How to read the figures.</strong> {Html.Escape(lesson.HowToRead)}</p>\n";

    private static string Found(StudySummary? summary) => summary is null ? ""
        : $"<p class=\"found\"><strong>Found.</strong> {Html.Escape(summary.Found)}</p>\n";

    private static string Facts(StudySummary? summary) => summary is null ? "" : Html.Card(Html.Table("Numbers of the study",
        ["quantity", "value (95 % interval)"], summary.Facts.Select(f => (IReadOnlyList<string>)
            [Html.Escape(f.Name), Html.Escape(f.Value)])));

    private static StudySummary? Summary(string file)
    {
        if (!File.Exists(file)) return null;
        return JsonFile.Read<StudySummary>(file, "summary", "run the study again");
    }
}
