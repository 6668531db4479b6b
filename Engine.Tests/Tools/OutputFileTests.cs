using System.Diagnostics;
using System.Text.Json;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Where the files of commands go, and in which layout.</summary>
[Collection(nameof(CommandLine))]
public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string[] _run;

    public OutputFileTests()
    {
        // Ids and titles that need care: handles, quotes, commas, tabs.
        var train = CsrMatrix.FromPairs(3, 4, [(0, 0), (0, 1), (1, 0), (1, 2), (2, 3)]);
        new PreparedDataset(new DatasetManifest { Source = new("pairs", "handles"), Split = SplitKind.Weak }, train, null,
            new EvaluationSplit(train, CsrMatrix.FromPairs(3, 4, [(0, 2)]), 0), ["@jane", "a,b", "c"],
            new ItemList(["@x", "y", "z", "w"], ["Say \"hi\", all", null, "Ünï", "last"])).Save(_folder["data"]);
        CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["run"], "--model", "popularity").Succeeded();
        _run = ["--run", _folder["run"]];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_single_list_goes_into_a_file_too()
    {
        CommandLine.Run(["recommend", .. _run, "--user", "c", "--top", "1", "--output", _folder["a.tsv"]]).Succeeded();
        Assert.Equal("user\trank\titem\tscore\ttitle\nc\t1\t@x\t2\tSay \"hi\", all\n", File.ReadAllText(_folder["a.tsv"]));
        CommandLine.Run(["recommend", .. _run, "--items", "y", "--top", "1", "--output", _folder["b.tsv"]]).Succeeded();
        Assert.Equal("\t1\t@x\t2\tSay \"hi\", all", File.ReadAllLines(_folder["b.tsv"])[1]);
    }

    [Fact]
    public void The_end_of_the_name_chooses_the_layout()
    {
        foreach (string name in new[] { "all.csv", "all.tsv", "all.jsonl", "all" })
            CommandLine.Run(["recommend", .. _run, "--all", "--history", "shown", "--top", "1", "--output", _folder[name]])
                .Succeeded();
        Assert.Equal(["user,rank,item,score,title", "@jane,1,z,1,Ünï", "\"a,b\",1,y,1,", "c,1,@x,2,\"Say \"\"hi\"\", all\""],
            File.ReadAllLines(_folder["all.csv"]));
        Assert.Equal(["user\trank\titem\tscore\ttitle", "@jane\t1\tz\t1\tÜnï", "a,b\t1\ty\t1\t", "c\t1\t@x\t2\tSay \"hi\", all"],
            File.ReadAllLines(_folder["all.tsv"]));
        Assert.Equal(File.ReadAllText(_folder["all.tsv"]), File.ReadAllText(_folder["all"]));
        string[] lines = File.ReadAllLines(_folder["all.jsonl"]);
        Assert.Equal(3, lines.Length);
        var last = JsonDocument.Parse(lines[2]).RootElement;
        Assert.Equal(("c", "@x", "Say \"hi\", all"),
            (last.GetProperty("user").GetString(), last.GetProperty("item").GetString(), last.GetProperty("title").GetString()));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdout")]
    [InlineData("link")]
    public void A_hyphen_is_standard_output_and_nothing_else_goes_there(string output)
    {
        if (output == "link")
        {
            if (OperatingSystem.IsWindows()) return;
            output = _folder["link"];
            File.CreateSymbolicLink(output, "/dev/stdout");
        }
        string list = CommandLine.Run(["recommend", .. _run, "--all", "--top", "1", "--output", output]).Succeeded().Output;
        Assert.Equal(4, list.TrimEnd().Split('\n').Length);
        Assert.StartsWith("user\trank", list);
        Assert.StartsWith("user\trank", CommandLine.Run(["recommend", .. _run, "--user", "c", "--output", output]).Output);

        var evaluated = CommandLine.Run(["evaluate", .. _run, "--per-user", output]).Succeeded();
        Assert.Equal(2, evaluated.Output.TrimEnd().Split('\n').Length);
        Assert.StartsWith("user\tfold_in", evaluated.Output);
        Assert.Contains("NDCG@100", evaluated.Messages);

        string report = CommandLine.Run("report", _folder["run"], "--output", output).Succeeded().Output;
        Assert.StartsWith("<!", report);
        Assert.EndsWith("</html>", report.TrimEnd());
        Assert.False(File.Exists(output == "-" ? "-" : ""));
    }

    [Theory]
    [InlineData("recommend --user c --output -")]
    [InlineData("recommend --all --output -")]
    [InlineData("evaluate --per-user -")]
    public void Two_documents_on_standard_output_are_refused(string command)
    {
        var result = CommandLine.Run([.. command.Split(' '), .. _run, "--json"]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("--json", result.Messages);
    }

    [Theory]
    [InlineData("recommend --all --output", "user\trank")]
    [InlineData("evaluate --per-user", "user\tfold_in")]
    [InlineData("report RUN --output", "<!")]
    public async Task Every_file_goes_through_links_and_into_pipes(string command, string start)
    {
        if (OperatingSystem.IsWindows()) return;
        string[] arguments = [.. command.Split(' ').Select(word => word == "RUN" ? _folder["run"] : word)];
        string[] run = arguments[0] == "report" ? [] : _run;
        File.CreateSymbolicLink(_folder["link"], "target");
        CommandLine.Run([.. arguments, _folder["link"], .. run]).Succeeded();
        Assert.Equal("target", new FileInfo(_folder["link"]).LinkTarget);
        Assert.StartsWith(start, File.ReadAllText(_folder["target"]));

        using (var mkfifo = Process.Start("mkfifo", _folder["pipe"])) await mkfifo.WaitForExitAsync();
        var read = Task.Run(() => File.ReadAllText(_folder["pipe"]));
        CommandLine.Run([.. arguments, _folder["pipe"], .. run]).Succeeded();
        Assert.StartsWith(start, await read);
        CommandLine.Run([.. arguments, "/dev/null", .. run]).Succeeded();
    }

    [Theory]
    [InlineData("recommend --user @jane", "@jane")]
    [InlineData("recommend --items @x", "someone")]
    [InlineData("similar --item @x", "")]
    public void An_id_may_begin_with_an_at_sign(string command, string names) =>
        Assert.Contains(names, CommandLine.Run([.. command.Split(' '), .. _run]).Succeeded().Output);
}
