using ManualVae.Data.Download;
using ManualVae.Tests.Samples;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Every command in README.md, and its example, is run as it stands, on small data; only the download is not.</summary>
[Collection(nameof(CommandLine))]
public sealed class ReadmeTests : IDisposable
{
    private const string Readme = "README.md";

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_opens_with_the_two_commands()
    {
        string[] commands = DocumentText.Commands(Readme, "dotnet");
        Assert.Equal("dotnet run -c Release --project Tools -- demo", commands[0]);
        Assert.Equal("dotnet test -c Release", commands[1]);
        Assert.Contains(commands[1], File.ReadAllText(Path.Combine(TestData.RepositoryRoot, ".ci", "run")),
            StringComparison.Ordinal);
        Assert.Contains(commands[0], File.ReadAllText(Path.Combine(TestData.RepositoryRoot, ".ci", "run")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_works()
    {
        WriteMovieLens(_folder["runs", "raw"]);
        _folder.Write("clicks.csv", TwoTastes.Csv);
        Assert.True(DocumentText.Commands(Readme, "manualvae").Length > 10);
        DocumentText.Run(Readme, _folder, skip: words =>
        {
            if (words is ["serve", ..])
            {
                Assert.Equal(0, CommandLine.RunUntil("listening on", [.. words, "--urls", "http://127.0.0.1:0"]).ExitCode);
                return true;
            }
            if (words is ["recipe", .. var flags, "--budget", _])
            {
                CommandLine.Run(["recipe", .. flags, "--budget", "6s"]).Succeeded();
                return true;
            }
            if (words is not ["data", "download", var name, ..]) return false;
            Assert.NotNull(DatasetCatalogue.Find(DatasetCatalogue.Read(null), name));
            return true;
        });
        string report = File.ReadAllText(_folder["runs", "report.html"]);
        Assert.Contains("<svg", report, StringComparison.Ordinal);
        Assert.Contains("NDCG@100", report, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", report, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(src|href)=""(https?:)?//", report);
        Assert.Equal(1 + 400 * 10, File.ReadAllLines(_folder["runs", "everybody.tsv"]).Length);
    }

    [Fact]
    public void The_example_in_csharp_is_the_one_that_is_compiled()
    {
        string[] example = DocumentText.Blocks(Readme, "csharp");
        Assert.Equal(DocumentText.Regions("Engine.Tests/Tools/ReadmeExample.cs"), example);
        Assert.InRange(Assert.Single(example).Split('\n').Length, 1, 15);
    }

    [Fact]
    public void The_example_in_csharp_trains_and_recommends()
    {
        var (ndcg, next) = ReadmeExample.Run(_folder.Write("clicks.csv", TwoTastes.Csv), ["2", "4", "6"]);
        Assert.InRange(ndcg, 0.5, 1);
        Assert.Equal(10, next.Distinct().Count());
        Assert.All(next, id => Assert.True(int.Parse(id) % 2 == 0, $"who clicks even films was given {id}"));
    }

    /// <summary>The clicks and films in MovieLens 1M's layout.</summary>
    private static void WriteMovieLens(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "ratings.dat"), TwoTastes.Clicks.Select(click =>
            $"{click.User}::{click.Film}::{3 + (click.User + click.Film) % 3}::{978300760 + click.Film}"));
        File.WriteAllLines(Path.Combine(folder, "movies.dat"), Enumerable.Range(1, TwoTastes.Films).Select(film =>
            $"{film}::Film {film} (1990)::{(film % 2 == 0 ? "Comedy" : "Drama")}"));
    }
}
