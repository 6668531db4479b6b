using Xunit;

namespace ManualVae.Tests.House;

/// <summary>The library's public face changes only on purpose: PublicApi.txt lists it, a line for each type and member.</summary>
public class PublicApiTests
{
    private const string Renew = "MANUALVAE_RENEW_API", File = "Engine.Tests/House/PublicApi.txt";

    [Fact]
    public void The_library_has_the_public_types_and_members_of_the_list()
    {
        string path = SourceFiles.FullPath(File);
        string[] lines = [.. PublicApi.Of(typeof(ManualVae.Compute.IBackend).Assembly)];
        if (Environment.GetEnvironmentVariable(Renew) == "1") System.IO.File.WriteAllLines(path, lines);
        string[] listed = System.IO.File.ReadAllLines(path);
        string[] changes =
            [.. listed.Except(lines).Select(line => "- " + line), .. lines.Except(listed).Select(line => "+ " + line)];
        Assert.True(changes.Length == 0, $"The public face of Engine has changed:\n{string.Join('\n', changes)}\n"
            + $"If that is meant, renew {File} with: {Renew}=1 dotnet test -c Release --filter {nameof(PublicApiTests)}\n"
            + "and tell it in CHANGELOG.md.");
        Assert.Equal(lines, listed);
    }

    [Theory]
    [InlineData("ManualVae.Serving.Recommender: sealed class : IDisposable")]
    [InlineData("ManualVae.Serving.Recommender.Load(string run, RecommenderOptions? options = null) -> Recommender (static)")]
    [InlineData("ManualVae.Serving.Query.Top { get; init; } -> int")]
    [InlineData("ManualVae.Serving.RankedItem.Title { get; init; } -> string?")]
    public void The_list_says_what_a_caller_must_know(string line) =>
        Assert.Contains(line, System.IO.File.ReadLines(SourceFiles.FullPath(File)));

    [Fact]
    public void What_the_compiler_adds_to_a_record_is_not_listed() =>
        Assert.DoesNotContain(System.IO.File.ReadLines(SourceFiles.FullPath(File)),
            line => line.Contains("<Clone>", StringComparison.Ordinal) || line.Contains("PrintMembers", StringComparison.Ordinal)
                || line.StartsWith("ManualVae.Serving.Query.Equals", StringComparison.Ordinal));
}
