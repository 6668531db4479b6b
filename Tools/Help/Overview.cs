using System.CommandLine;
using System.Text;

namespace ManualVae.Tools.Help;

/// <summary>What <c>manualvae</c> alone prints: what it can do, and the first commands.</summary>
internal static class Overview
{
    private const int Column = 14;

    private static readonly (string Title, string[] Verbs)[] Groups =
    [
        ("Begin", ["demo", "data"]),
        ("Train and measure", ["recipe", "train", "evaluate", "compare", "ensemble", "sweep", "tables"]),
        ("Use", ["recommend", "similar", "serve", "export", "report"]),
        ("Understand", ["study", "gradcheck"]),
        ("This machine", ["devices", "bench", "completion", "help"]),
    ];

    /// <summary>The page.</summary>
    /// <param name="root">The program.</param>
    /// <param name="width">Characters in a line.</param>
    public static string Of(Command root, int width)
    {
        var page = new StringBuilder();
        foreach (string line in HelpText.Wrapped(root.Description ?? "", width)) page.Append(line).Append('\n');
        var verbs = root.Subcommands.Where(verb => !verb.Hidden).ToList();
        foreach (var (title, names) in Groups)
            HelpText.Section(page, title, names.Select(name => verbs.Find(v => v.Name == name)).OfType<Command>().Select(Row),
                width, Column);
        HelpText.Section(page, "More", verbs.Where(v => !Groups.Any(g => g.Verbs.Contains(v.Name))).Select(Row), width, Column);
        page.Append("\nFirst commands:\n");
        foreach (string command in Examples.First) page.Append($"  {command}\n");
        page.Append("\nMore of a verb: manualvae help VERB. Every verb takes --quiet.\n");
        return page.ToString();
    }

    private static (string, string) Row(Command verb) => (verb.Name, verb.Description ?? "");
}
