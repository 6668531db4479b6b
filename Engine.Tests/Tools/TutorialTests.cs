using System.Text;
using System.Text.RegularExpressions;
using ManualVae.Tests.Samples;
using ManualVae.Tests.Tools.Serve;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>docs/tutorial.md and docs/library.md are run from top to bottom, on small data.</summary>
[Collection(nameof(CommandLine))]
public sealed partial class TutorialTests : IDisposable
{
    private const string Tutorial = "docs/tutorial.md", Library = "docs/library.md";

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_command_of_the_tutorial_works()
    {
        WriteFilms();
        DocumentText.Run(Tutorial, _folder, skip: words => words[0] == "serve");
        Assert.Equal(1 + TwoTastes.Users * 10, File.ReadLines(_folder["runs", "everybody.tsv"]).Count());
        Assert.Contains("NDCG@100", File.ReadAllText(_folder["runs", "report.html"]), StringComparison.Ordinal);

        string[] runs = [_folder["runs", "dae"], _folder["runs", "ials"]];
        Assert.Equal(0, CommandLine.RunUntil("listening on", ["serve", .. runs, "--urls", "http://127.0.0.1:0"]).ExitCode);
        await using var service = await ServedRuns.Start(null, runs);
        using var client = service.Client();
        string[] questions = DocumentText.Commands(Tutorial, "curl");
        Assert.True(questions.Length > 2);
        foreach (string question in questions) await Ask(client, Curl().Match(question));
    }

    /// <summary>Asks what a curl command asks, at another port.</summary>
    private static async Task Ask(HttpClient client, Match curl)
    {
        Assert.True(curl.Success);
        var path = new Uri(curl.Groups["path"].Value, UriKind.Relative);
        using var body = new StringContent(curl.Groups["body"].Value, Encoding.UTF8, "application/json");
        using var answer = curl.Groups["body"].Success ? await client.PostAsync(path, body) : await client.GetAsync(path);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{curl}: {answer.StatusCode} {text}");
        Assert.Contains("Film ", text, StringComparison.Ordinal); // a title
    }

    [GeneratedRegex(@"^curl (?:-s )?[""']?http://127\.0\.0\.1:\d+/(?<path>[^""'\s]+)[""']?"
        + @"(?: -H ""[^""]*"")?(?: -d '(?<body>.*)')?$")]
    private static partial Regex Curl();

    [Fact]
    public void The_tutorial_goes_from_a_raw_file_to_a_served_model() => Assert.Equal(
        ["data import", "data describe", "train", "evaluate", "compare", "recommend", "similar", "recommend", "report"],
        DocumentText.Commands(Tutorial, "manualvae")
            .Select(command => command.Split(' ') is [_, "data", var verb, ..] ? "data " + verb : command.Split(' ')[1])
            .Where(verb => verb != "serve")
            .Aggregate(new List<string>(), (verbs, verb) => verbs is [.., var last] && last == verb ? verbs : [.. verbs, verb]));

    [Fact]
    public void The_code_of_the_page_on_the_library_is_the_one_that_is_compiled() => Assert.Equal(
        [SampleProcess.Source("TrainAndRecommend").Trim(), .. DocumentText.Regions("Engine.Tests/Tools/LibraryExamples.cs")],
        DocumentText.Blocks(Library, "csharp"));

    [Fact]
    public void The_code_of_the_page_on_the_library_works()
    {
        WriteFilms();
        var (output, console) = (new StringWriter(), Console.Out);
        Console.SetOut(output);
        try
        {
            LibraryExamples.Run(_folder["ratings.csv"], _folder["movies.csv"], _folder["library"]);
        }
        finally
        {
            Console.SetOut(console);
        }
        string said = output.ToString();
        Assert.Contains($"{TwoTastes.Users * 8 / 10} users to train on, {TwoTastes.Films} items", said, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^multdae NDCG@100 (0\.[6-9]|1)", said);
        Assert.Matches(@"(?m)^ease NDCG@100 (0\.[6-9]|1)", said);
        Assert.Contains("skipped: none", said, StringComparison.Ordinal);
        Assert.Contains("User nobody: no such user", said, StringComparison.Ordinal);
    }

    private void WriteFilms()
    {
        _folder.Write("ratings.csv", TwoTastes.Ratings);
        _folder.Write("movies.csv", TwoTastes.Titles);
    }
}
