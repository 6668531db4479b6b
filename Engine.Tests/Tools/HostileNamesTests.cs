using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>
/// Ids and titles that are paths, escape codes, markup, formulas: they go from the log through training to every output as
/// text and nothing else.
/// </summary>
[Collection(nameof(CommandLine))]
public sealed class HostileNamesTests : IDisposable
{
    private static readonly string[] Names =
    [
        "../../../outside", "/etc/passwd", "..", ".", "C:\\outside",
        "<script>alert(1)</script>", "\" onload=\"alert(1)", "[red]markup[/]", "{0}", "%s%n", "$(touch outside)",
        "=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "CON",
    ];

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public HostileNamesTests()
    {
        // Each user clicks all but one of the items; the items of the list are the hostile names.
        var rows = from user in Enumerable.Range(0, 40)
                   from item in Enumerable.Range(0, Names.Length)
                   where user % Names.Length != item
                   select $"{Quoted($"{Names[user % Names.Length]}{user}")},{Quoted(Names[item])}";
        _folder.Write("log/clicks.csv", "user,item\n" + string.Join('\n', rows) + "\n");
        _folder.Write("log/titles.csv", "item,title\n"
            + string.Join('\n', Names.Select(name => $"{Quoted(name)},{Quoted($"{name} \u001b[2J\u001b]0;mine\a")}")) + "\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void They_stay_text_from_the_log_to_the_outputs()
    {
        string[] before = Outside();
        Run("data", "import", "--input", _folder["log", "clicks.csv"], "--output", _folder["work", "data"], "--items",
            _folder["log", "titles.csv"], "--min-user-clicks", "1", "--held-out-users", "8");
        Run("train", "--data", _folder["work", "data"], "--output", _folder["work", "run"], "--model", "ease");
        Run("evaluate", "--run", _folder["work", "run"], "--per-user", _folder["work", "users.tsv"]);
        Run("report", _folder["work", "run"], "--output", _folder["work", "page.html"]);
        foreach (string file in (string[])["all.csv", "all.tsv", "all.parquet"])
            Run("recommend", "--run", _folder["work", "run"], "--all", "--output", _folder["work", file]);
        foreach (string name in Names)
            Run("recommend", "--run", _folder["work", "run"], "--items", name, "--top", "5");

        Assert.Equal(before, Outside());
        string page = File.ReadAllText(_folder["work", "page.html"]);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\" onload=", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Content-Security-Policy", page, StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(_folder["work"], "*", SearchOption.AllDirectories))
            if (Path.GetExtension(file) is ".tsv" or ".csv" or ".html" or ".json")
                Assert.DoesNotContain(File.ReadAllText(file), c => char.IsControl(c) && c is not ('\n' or '\t' or '\r'));
    }

    [Fact]
    public void An_id_that_a_terminal_would_obey_is_refused_without_obeying_it()
    {
        _folder.Write("log/clicks.csv", "user,item\nu,\u001b[2J\nv,b\n");
        var result = CommandLine.Run("data", "import", "--input", _folder["log", "clicks.csv"], "--output",
            _folder["work", "data"], "--min-user-clicks", "1", "--split", "leave-one-out");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("control character", result.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Messages);
        Assert.False(Directory.Exists(_folder["work", "data"]));
    }

    private void Run(params string[] command)
    {
        var result = CommandLine.Run(command);
        Assert.True(result.ExitCode is 0 or 2, $"{string.Join(' ', command)}: {result.Messages}");
        if (command[0] != "recommend" || command.Contains("--all")) result.Succeeded();
        Assert.DoesNotContain('\u001b', result.Output + result.Messages);
    }

    // What lies beside the folder of work, where a name that is taken for a path would lead.
    private string[] Outside() => [.. Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName)
        .Where(name => name != "work").Order(StringComparer.Ordinal)!];

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
