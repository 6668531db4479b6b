using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;

namespace ManualVae.Tools.Report;

/// <summary>The folder of <c>tables mechanisms</c>: claims with verdicts, and the figures.</summary>
internal static class MechanismsReport
{
    private const string Study = "studies/mechanisms";

    /// <summary>True for such a folder.</summary>
    public static bool Is(string folder) => File.Exists(Path.Combine(folder, Study, "results.json"));

    /// <summary>Its sections.</summary>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static IEnumerable<ReportSection> Of(string folder, Links links)
    {
        string study = Path.Combine(folder, Study), file = Path.Combine(study, "results.json");
        JsonNode[] claims;
        try
        {
            claims = [.. JsonNode.Parse(File.ReadAllText(file))!["claims"]!.AsArray().OfType<JsonNode>()];
        }
        catch (Exception problem) when (problem is JsonException or NullReferenceException or InvalidOperationException)
        {
            throw new InputException($"{file}: no readable table of mechanisms; make it again.", problem);
        }
        string[] verdicts = ["agrees", "disagrees", "inconclusive"];
        yield return new("Claims", "<p>The claims of the paper “On the Mechanisms of Collaborative Learning in VAE Recommenders” "
            + "(arXiv 2511.06781) beside what was measured. A difference within its uncertainty is inconclusive. What is "
            + "said of help is judged along training: near its end half of all pairs must be harmed. "
            + string.Join(", ", verdicts.Select(v => $"{claims.Count(c => Text(c, "verdict") == v)} {v}"))
            + $". Method: {links.ToDocument("docs/study.md", "the-laboratory")}.</p>\n"
            + Html.Card(Html.Table("Claims and verdicts", ["claim", "stage", "verdict", "measured"], claims.Select(c =>
                (IReadOnlyList<string>)[Html.Escape(Text(c, "claim")), Html.Escape(Text(c, "stage")),
                    $"<strong>{Html.Escape(Text(c, "verdict"))}</strong>", Html.Escape(Text(c, "measured"))]))));
        yield return new("Figures", Html.Figures(Directory.EnumerateFiles(study, "*.svg").Order(StringComparer.Ordinal)
            .Select(File.ReadAllText)) + StudySection.Numbers(study, links));
        string[] runs = [.. Directory.EnumerateDirectories(folder, "seed-*").SelectMany(Directory.EnumerateDirectories)
            .Where(run => File.Exists(Path.Combine(run, "run.json"))).Order(StringComparer.Ordinal)];
        yield return new("Runs", "<p>Each run has studies of its own; " + Html.Command($"manualvae report {folder}/seed-1/masked")
            + " shows them.</p>\n<ul>" + string.Concat(runs.Select(run =>
                $"<li>{links.To(Path.Combine(run, "run.json"), Path.GetRelativePath(folder, run))}</li>")) + "</ul>\n");
    }

    private static string Text(JsonNode claim, string name) => claim[name]?.ToString() ?? "";
}
