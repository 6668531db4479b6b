using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;

namespace ManualVae.Tools.Studies;

/// <summary>
/// The folder <c>RUN/studies/NAME</c> of one study: <c>study.json</c> says which study it is and what was asked of it.
/// </summary>
/// <param name="Path">The folder.</param>
/// <param name="Study">Name of the study, such as <c>radius</c>.</param>
/// <param name="Request">What was asked: users, seed and options, as JSON; null if nobody needs to know.</param>
/// <param name="Another">What to give to keep a study beside this one.</param>
internal sealed record StudyFolder(string Path, string Study, object? Request = null, string Another = "--name NAME")
{
    /// <summary>The file of all numbers.</summary>
    public const string NumbersFile = "results.json";

    /// <summary>The file of a <see cref="StudySummary"/>.</summary>
    public const string SummaryFile = "summary.json";

    private const string File = "study.json";

    /// <summary>A folder that has a study and nothing else.</summary>
    public static FolderKind Kind { get; } = new("study", folder => System.IO.File.Exists(System.IO.Path.Combine(folder, File))
        ? file => System.IO.Path.GetExtension(file) is ".svg" or ".csv"
            || file is File or NumbersFile or SummaryFile
        : null);

    /// <summary>True if the study leaves files; false if it is printed only.</summary>
    public bool IsKept => Path.Length > 0;

    /// <summary>The folder of a study of a run.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="study">The study.</param>
    /// <param name="name">Name of the folder, or null for the study's.</param>
    /// <param name="request">What was asked.</param>
    /// <exception cref="InputException">The name is not that of a folder.</exception>
    public static StudyFolder Of(string run, string study, string? name = null, object? request = null)
    {
        if (name is not null && (name.Trim().Length == 0 || name.StartsWith('.')
            || name.AsSpan().IndexOfAny(System.IO.Path.GetInvalidFileNameChars().Append('/').Append('\\').ToArray()) >= 0))
            throw new InputException(
                $"--name '{name}': give the name of a folder, such as {study}-2; it is made in {run}/studies.");
        return new(System.IO.Path.Combine(run, "studies", name ?? study), study, request);
    }

    /// <summary>Which study a folder has, or null if it does not say.</summary>
    public static string? StudyIn(string folder) => Read(folder)?["study"]?.ToString();

    /// <summary>Refuses a folder of another study, and says what is replaced.</summary>
    /// <returns>A line for the user, or null if nothing is lost.</returns>
    /// <exception cref="InputException">Another study is there.</exception>
    public string? Replaced()
    {
        if (!IsKept || Read(Path) is not { } old) return null;
        if (old["study"]?.ToString() is string other && other != Study)
            throw new InputException($"{Path} has a study of {other}; give {Another} to keep both.");
        var now = Document();
        string[] changed = [.. now.Where(p => !JsonNode.DeepEquals(p.Value, old[p.Key]))
            .Select(p => p.Value is JsonObject or JsonArray ? p.Key : $"{p.Key} {old[p.Key]}, now {p.Value}")];
        return changed.Length == 0 ? null
            : $"replaces the study in {Path}, which had other settings ({string.Join("; ", changed)}); "
                + $"give {Another} to keep both.";
    }

    /// <summary>Removes numbers and figures of an earlier study, so that none of them stays beside the new ones.</summary>
    public void Begin()
    {
        if (!IsKept) return;
        if (Directory.Exists(Path))
            foreach (string file in Directory.EnumerateFiles(Path))
                if (System.IO.Path.GetExtension(file) is ".svg" or ".csv") System.IO.File.Delete(file);
        AtomicFile.WriteText(System.IO.Path.Combine(Path, File), Document().ToJsonString(Terminal.Json) + "\n");
    }

    private JsonObject Document()
    {
        var document = new JsonObject { ["study"] = Study };
        if (Request is not null && JsonNode.Parse(Terminal.ToJson(Request)) is JsonObject request)
            foreach (var (name, value) in request) document[name] = value?.DeepClone();
        return document;
    }

    private static JsonObject? Read(string folder)
    {
        string file = System.IO.Path.Combine(folder, File);
        try
        {
            return System.IO.File.Exists(file) ? JsonNode.Parse(System.IO.File.ReadAllText(file)) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null; // a damaged note about a study is no reason to refuse the next one
        }
    }
}
