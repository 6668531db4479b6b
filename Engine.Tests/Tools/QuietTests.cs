using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary><c>--quiet</c>: results and errors only.</summary>
[Collection(nameof(CommandLine))]
public sealed class QuietTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_verb_says_more_than_its_result()
    {
        string data = CommandLine.WriteToyData(_folder["data"]), run = _folder["run"];
        var trained = CommandLine.Run("train", "--quiet", "--data", data, "--output", run, "--epochs", "2", "--hidden", "4",
            "--latent", "2", "--device", "simd").Succeeded();
        Assert.Equal("", trained.Messages);
        Assert.NotEqual("", trained.Output);
        foreach (string[] command in (string[][])[
            ["evaluate", "--run", run, "--metrics", "NDCG@50"], // beyond the 20 items, which is worth a note
            ["compare", run, run], ["recommend", "--run", run, "--items", "i1,nothing"],
            ["study", "gap", "--run", run, "--users", "8", "--pairs", "5"]])
        {
            Assert.NotEqual("", CommandLine.Run(command).Succeeded().Messages);
            var quiet = CommandLine.Run([.. command, "--quiet"]).Succeeded();
            Assert.Equal("", quiet.Messages);
            Assert.NotEqual("", quiet.Output);
        }
    }

    [Fact]
    public void Errors_stay_and_the_next_command_speaks_again()
    {
        var wrong = CommandLine.Run("evaluate", "--run", _folder["nowhere"], "--quiet");
        Assert.Equal(2, wrong.ExitCode);
        Assert.StartsWith("manualvae: ", wrong.Messages);
        Assert.StartsWith("manualvae: ", CommandLine.Run("evaluate", "--quiet", "--bogus").Messages);
        Assert.StartsWith("manualvae: ", CommandLine.Run("evaluate", "--run", _folder["nowhere"]).Messages);
    }

    [Fact]
    public void An_id_may_begin_with_an_at_sign()
    {
        File.WriteAllText(_folder["log.csv"], "user,item\n" + string.Concat(
            from user in Enumerable.Range(0, 30)
            from item in Enumerable.Range(0, 12)
            where (user + item) % 2 == 0
            select $"@u{user},@i{item}\n"));
        CommandLine.Run("data", "import", "--input", _folder["log.csv"], "--output", _folder["data"], "--quiet").Succeeded();
        CommandLine.Run("train", "--data", _folder["data"], "--output", _folder["run"], "--model", "popularity").Succeeded();
        CommandLine.Run("recommend", "--run", _folder["run"], "--user", "@u1").Succeeded();
        CommandLine.Run("recommend", "--run", _folder["run"], "--items", "@i1,@i2").Succeeded();
        Assert.DoesNotContain("skipped", CommandLine.Run("recommend", "--run", _folder["run"], "--items", "@i1", "@i2").Messages);
        CommandLine.Run("similar", "--run", _folder["run"], "--item", "@i3").Succeeded();
    }
}
