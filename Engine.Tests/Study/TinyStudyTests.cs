using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Study;

/// <summary>Studies of a handful of users: finite numbers or none, and nothing lost without a word.</summary>
[Collection(nameof(CommandLine))]
public sealed class TinyStudyTests : IDisposable
{
    private static readonly string[] Studies =
        ["gradients", "influence", "radius", "lipschitz", "masking", "collapse", "anchors", "neighbours", "gap"];

    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _run;

    public TinyStudyTests()
    {
        string data = CommandLine.WriteToyData(_folder["data"]);
        _run = _folder["run"];
        CommandLine.Run("train", "--data", data, "--output", _run, "--hidden", "8", "--latent", "4", "--epochs", "3",
            "--batch-size", "12", "--anchor-weight", "1", "--device", "simd", "--validation-metric", "NDCG@5").Succeeded();
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Few
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string study in Studies)
                foreach (string users in (string[])["u1,u2", "u1,u3,u5", "u1,u2,u3,u4,u8"])
                    if (study != "neighbours" || users.Length > 5) cases.Add(study, users);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Few))]
    public void A_study_of_few_users_has_finite_numbers_or_none(string study, string users)
    {
        string output = CommandLine.Run("study", study, "--run", _run, "--json", "--user-ids", users).Succeeded().Output;
        var files = Directory.EnumerateFiles(Path.Combine(_run, "studies", study)).ToArray();
        foreach (string text in files.Select(File.ReadAllText).Append(output))
        {
            Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Infinity", text, StringComparison.Ordinal);
            Assert.DoesNotContain('∞', text);
        }
        string lines = CommandLine.Run("study", study, "--run", _run, "--user-ids", users).Succeeded().Output;
        Assert.DoesNotContain("NaN", lines, StringComparison.Ordinal);
        CommandLine.Run("report", _run).Succeeded();
        Assert.DoesNotContain("NaN", File.ReadAllText(Path.Combine(_run, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_fit_data_that_is_smaller()
    {
        foreach (string study in Studies)
        {
            var result = CommandLine.Run("study", study, "--run", _run).Succeeded();
            Assert.Contains("note: 24 training users with clicks; the study takes all.", result.Messages);
        }
    }

    [Theory]
    [InlineData("influence", "influence is between users")]
    [InlineData("radius", "a pair needs them")]
    [InlineData("lipschitz", "a pair needs them")]
    [InlineData("masking", "a neighbour is another user")]
    [InlineData("neighbours", "one for each cohort")]
    [InlineData("gap", "a pair needs them")]
    public void One_user_is_refused_by_what_needs_two(string study, string reason)
    {
        var result = CommandLine.Run("study", study, "--run", _run, "--user-ids", "u1");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--users 1: give at least ", result.Messages);
        Assert.Contains(reason, result.Messages);
        Assert.Single(result.Messages.Trim().Split('\n'));
    }

    [Fact]
    public void A_single_user_is_compared_with_a_batch_of_training()
    {
        var parts = CommandLine.Run("study", "gradients", "--run", _run, "--json", "--user-ids", "u1").Succeeded().Json
            .GetProperty("parts").EnumerateArray().ToArray();
        Assert.All(parts, part => Assert.InRange(part.GetProperty("agreement").GetProperty("value").GetDouble(), -0.99, 0.99));
    }

    [Fact]
    public void Anchors_of_a_run_without_anchors_are_refused()
    {
        CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["plain"], "--hidden", "8", "--latent", "4",
            "--epochs", "1", "--device", "simd", "--validation-metric", "NDCG@5").Succeeded();
        var result = CommandLine.Run("study", "anchors", "--run", _folder["plain"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("was trained without anchors", result.Messages);
        Assert.Contains("--weights", result.Messages);
        Assert.False(Directory.Exists(_folder["plain", "studies"]));
    }

    [Fact]
    public void A_study_that_replaces_another_says_so_and_a_name_keeps_both()
    {
        string[] study = ["study", "gap", "--run", _run, "--pairs", "20"];
        Assert.DoesNotContain("replaces", CommandLine.Run([.. study, "--users", "20"]).Succeeded().Messages);
        Assert.DoesNotContain("replaces", CommandLine.Run([.. study, "--users", "20"]).Succeeded().Messages);
        string other = CommandLine.Run([.. study, "--users", "9"]).Succeeded().Messages;
        Assert.Contains("replaces the study in", other);
        Assert.Contains("users 20, now 9", other);
        Assert.Contains("--name NAME", other);
        Assert.DoesNotContain("replaces", CommandLine.Run([.. study, "--name", "few"]).Succeeded().Messages);
        Assert.True(File.Exists(Path.Combine(_run, "studies", "few", "gap.svg")));
        Assert.True(File.Exists(Path.Combine(_run, "studies", "gap", "gap.svg")));
        var refused = CommandLine.Run("study", "collapse", "--run", _run, "--name", "few");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("has a study of gap", refused.Messages);
        Assert.Equal(2, CommandLine.Run([.. study, "--name", "../few"]).ExitCode);
        Assert.Equal(2, CommandLine.Run([.. study, "--name", ""]).ExitCode);
    }

    [Fact]
    public void Figures_of_a_larger_study_do_not_outlive_it()
    {
        CommandLine.Run("study", "collapse", "--run", _run, "--betas", "0,1", "--epochs", "1").Succeeded();
        Assert.True(File.Exists(Path.Combine(_run, "studies", "collapse", "contraction.svg")));
        CommandLine.Run("study", "collapse", "--run", _run).Succeeded();
        Assert.False(File.Exists(Path.Combine(_run, "studies", "collapse", "contraction.svg")));
        Assert.True(Directory.Exists(Path.Combine(_run, "studies", "collapse", "beta-0"))); // trained runs are kept
    }
}
