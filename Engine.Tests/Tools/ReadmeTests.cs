using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ManualVae.Data.Download;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Every command in README.md, and its example, is run as it stands, on small data; only the download is not.</summary>
[Collection(nameof(CommandLine))]
public sealed partial class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_opens_with_the_two_commands()
    {
        string[] commands = [.. Commands("dotnet ").Take(2)];
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
        var commands = Commands("manualvae ").ToList();
        Assert.True(commands.Count > 10);
        foreach (string command in commands)
        {
            string[] words = [.. command.Split(' ')[1..]
                .Select(word => word.StartsWith("runs/", StringComparison.Ordinal) || word == "clicks.csv"
                ? _folder[word.Split('/')] : word)];
            if (words is ["data", "download", var name, ..])
            {
                Assert.NotNull(DatasetCatalogue.Find(DatasetCatalogue.Read(null), name));
                continue;
            }
            var result = CommandLine.Run(words);
            Assert.True(result.ExitCode == 0, $"{command}: exit code {result.ExitCode}, {result.Messages}");
            Assert.NotEqual("", result.Output);
        }
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
        string source = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "Engine.Tests", "Tools", "ReadmeExample.cs"));
        string example = source.Split("// begin\n")[1].Split("        // end")[0];
        Assert.Equal(example.Replace("\n        ", "\n", StringComparison.Ordinal).Trim(),
            Example().Match(Readme).Groups[1].Value.Trim());
    }

    [Fact]
    public void The_example_in_csharp_trains_and_recommends()
    {
        WriteMovieLens(_folder["runs", "raw"]);
        var (ndcg, next) = ReadmeExample.Run(_folder["clicks.csv"], ["2", "4", "6"]);
        Assert.InRange(ndcg, 0.5, 1);
        Assert.Equal(10, next.Distinct().Count());
        Assert.All(next, id => Assert.True(int.Parse(id) % 2 == 0, $"who clicks even films was given {id}"));
    }

    private static string Readme { get; } = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "README.md"));

    private static IEnumerable<string> Commands(string start) =>
        Fenced().Matches(Readme)
            .SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Select(line => line.Split('#')[0].Trim())
            .Where(line => line.StartsWith(start, StringComparison.Ordinal));

    /// <summary>400 users and 60 films in MovieLens 1M's layout, and the same clicks as a CSV.</summary>
    private void WriteMovieLens(string folder)
    {
        var (ratings, movies, csv) = (new StringBuilder(), new StringBuilder(), new StringBuilder("user,item\n"));
        for (int movie = 1; movie <= 60; movie++) movies.Append(CultureInfo.InvariantCulture,
            $"{movie}::Film {movie} (1990)::{(movie % 2 == 0 ? "Comedy" : "Drama")}\n");
        for (int user = 1; user <= 400; user++)
            for (int movie = 2 - user % 2; movie <= 60; movie += 2)
                if ((user * 7 + movie * 11) % 3 != 0)
                {
                    ratings.Append(CultureInfo.InvariantCulture,
                        $"{user}::{movie}::{3 + (user + movie) % 3}::{978300760 + movie}\n");
                    csv.Append(CultureInfo.InvariantCulture, $"{user},{movie}\n");
                }
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ratings.dat"), ratings.ToString());
        File.WriteAllText(Path.Combine(folder, "movies.dat"), movies.ToString());
        File.WriteAllText(_folder["clicks.csv"], csv.ToString());
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
