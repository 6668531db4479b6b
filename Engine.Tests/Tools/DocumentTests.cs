using System.CommandLine;
using System.Text.RegularExpressions;
using ManualVae.Compute;
using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>What the documents say about the repository: files, lines, commands, flags, classes.</summary>
public sealed partial class DocumentTests
{
    /// <summary>Flags of other programs in the documents.</summary>
    private static readonly string[] ForeignFlags =
        ["--project", "--filter", "--job", "--inProcess", "--self-contained", "--global", "--add-source", "--locked-mode",
        "--serve", "--array", "--wrap", "--oversubscribe", "--nodes", "--ntasks-per-node", "--cpus-per-task", "--mpi",
        "--mem", "--parts", "--minutes", "--count", "--state"];

    private static readonly string[] Documents =
        [.. new[] { "", "docs", "docs/appendix", "datasets", "samples", "Engine.Bench/results/*" }.SelectMany(FilesOf)];

    [Fact]
    public void Every_link_leads_to_a_file() => InDocuments(Link(), atLeast: 50, (document, link) =>
        PathOf(document, link) is var path && (File.Exists(path) || Directory.Exists(path)) ? null : $"no {path}");

    [Fact]
    public void Every_link_to_a_line_leads_to_the_member_it_names() => InDocuments(LineLink(), atLeast: 20, (document, link) =>
    {
        var (member, line) = (link.Groups["member"].Value, int.Parse(link.Groups["line"].Value));
        string[] lines = File.ReadAllLines(PathOf(document, link));
        var declaration = new Regex($@"^\s*(public|internal|private|protected)\b.*\b{member}\b");
        return line <= lines.Length && declaration.IsMatch(lines[line - 1])
            ? null
            : $"{member} is not declared at {link.Groups["path"].Value}#L{line}, but at "
                + string.Join(" or ", lines.Index().Where(l => declaration.IsMatch(l.Item)).Select(l => $"L{l.Index + 1}"));
    });

    [Fact]
    public void Every_command_is_understood() => InDocuments(CommandInBlock(), atLeast: 50, (_, command) =>
        Program.Root().Parse(Words(command.Groups["words"].Value)).Errors is { Count: > 0 } errors
            ? $"{command}: {string.Join(' ', errors.Select(e => e.Message))}"
            : null);

    [Fact]
    public void Every_flag_exists()
    {
        var flags = Flags(Program.Root()).Concat(ForeignFlags).ToHashSet();
        InDocuments(Flag(), atLeast: 100, (_, flag) => flags.Contains(flag.Value) ? null : $"no {flag}");
    }

    [Fact]
    public void Every_class_among_the_formulas_exists()
    {
        var names = typeof(IBackend).Assembly.GetTypes().Select(type => type.Name.Split('`')[0]).ToHashSet();
        InDocuments(ClassName(), atLeast: 30, (document, name) =>
            document != "docs/formulas.md" || names.Contains(name.Groups["type"].Value) ? null : $"no class {name}");
    }

    [Fact]
    public void Every_verb_is_in_the_readme() => Assert.All(Program.Root().Subcommands,
        verb => Assert.Matches($@"(?m)^\|.*`{verb.Name}[` ].*\|$", Text("README.md")));

    /// <summary>Fails with the problem of every match, or if the documents hold fewer matches than they should.</summary>
    private static void InDocuments(Regex pattern, int atLeast, Func<string, Match, string?> problem)
    {
        var matches = (from document in Documents
                       from match in pattern.Matches(Text(document))
                       select (Document: document, Match: match)).ToList();
        Assert.True(matches.Count >= atLeast, $"only {matches.Count}");
        string[] problems = [.. from m in matches
                                let found = problem(m.Document, m.Match)
                                where found is not null
                                select $"{m.Document}: {found}"];
        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    private static IEnumerable<string> FilesOf(string folder)
    {
        string root = TestData.RepositoryRoot, path = Path.Combine(root, folder.TrimEnd('*'));
        return (folder.EndsWith('*') ? Directory.GetDirectories(path) : [path])
            .SelectMany(each => Directory.GetFiles(each, "*.md"))
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'));
    }

    /// <summary>A document; a line of it that ends with a backslash goes on.</summary>
    private static string Text(string document) =>
        File.ReadAllText(Path.Combine(TestData.RepositoryRoot, document)).Replace("\\\n", " ", StringComparison.Ordinal);

    private static string PathOf(string document, Match link) =>
        Path.GetFullPath(Path.Combine(TestData.RepositoryRoot, Path.GetDirectoryName(document)!, link.Groups["path"].Value));

    /// <summary>The words of a command; what stands for more settings is left out, what stands for a seed is one.</summary>
    private static string[] Words(string command) =>
        [.. Seed().Replace(MoreSettings().Replace(command, ""), "--seed 1").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('"'))];

    private static IEnumerable<string> Flags(Command command) =>
        command.Options.SelectMany(option => option.Aliases.Prepend(option.Name)).Concat(command.Subcommands.SelectMany(Flags));

    [GeneratedRegex(@"\]\((?!https?:)(?<path>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[`(\w+\.)*(?<member>\w+)`\]\((?<path>[^)#]+)#L(?<line>\d+)\)")]
    private static partial Regex LineLink();

    // Up to a comment or a redirection.
    [GeneratedRegex(@"(?m)^ *(?:\./)?manualvae (?<words>.*?)(?= #| >|$)")]
    private static partial Regex CommandInBlock();

    [GeneratedRegex(@"\[settings\]|\bSETTINGS\b")]
    private static partial Regex MoreSettings();

    [GeneratedRegex(@"--seed [A-Z]\b")]
    private static partial Regex Seed();

    [GeneratedRegex(@"(?<![\w-])--[a-z][A-Za-z0-9-]*")]
    private static partial Regex Flag();

    [GeneratedRegex(@"`(?<type>[A-Z]\w+)(?:\.\w+)?`")]
    private static partial Regex ClassName();
}
