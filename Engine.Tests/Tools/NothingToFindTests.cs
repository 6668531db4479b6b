using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Splits that cannot be validated or tested, or whose test users nobody trained on.</summary>
[Collection(nameof(CommandLine))]
public sealed class NothingToFindTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_log_of_one_click_each_is_warned_about_and_trains_without_validation()
    {
        string log = _folder.Write("one.csv", "user,item\n" + string.Concat(
            Enumerable.Range(1, 100).Select(u => $"{u},{u % 10}\n")));
        string import = Import("one", "csv", log, "--user-column", "user", "--item-column", "item").Messages;
        Assert.Contains("warning: nothing to find in validation and test: ", import, StringComparison.Ordinal);
        Assert.Contains("at least 5 clicks", import, StringComparison.Ordinal);

        var trained = CommandLine.Run("train", "--data", _folder["one"], "--output", _folder["run"], "--hidden", "4", "--latent",
            "2", "--epochs", "2", "--device", "simd").Succeeded();
        Assert.Contains("no validation: the data has no held-out clicks", trained.Messages, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(_folder["run", "metrics.jsonl"]).Length);
        CommandLine.Run("train", "--resume", "--output", _folder["run"], "--epochs", "3").Succeeded();
        CommandLine.Run("recommend", "--run", _folder["run"], "--items", "3").Succeeded();
        foreach (string[] verb in new string[][]
        {
            ["evaluate", "--run", _folder["run"]], ["evaluate", "--run", _folder["run"], "--split", "validation"],
            ["compare", _folder["run"], _folder["run"]],
            ["sweep", "--data", _folder["one"], "--output", _folder["sweep"], "--model", "ease", "--vary", "lambda=1,2"],
        })
        {
            var refused = CommandLine.Run(verb);
            Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
            Assert.Matches(
                "nothing is held out in its (test|validation) part|no validation user has anything to find", refused.Messages);
        }
        Assert.False(Directory.Exists(_folder["sweep"]));
    }

    [Fact]
    public void A_folder_divided_by_user_is_warned_about_and_offered_a_strong_split()
    {
        string[] lines = [.. Enumerable.Range(0, 20).Select(u => $"{u} {string.Join(' ', Enumerable.Range(u % 4, 6))}\n")];
        _folder.Write("by-user/train.txt", string.Concat(lines[..12]));
        _folder.Write("by-user/test.txt", string.Concat(lines[12..]));
        string messages = Import("weak", "lightgcn", _folder["by-user"]).Messages;
        Assert.Contains("warning: 8 of 8 test users have no click before it: the files are divided by user", messages,
            StringComparison.Ordinal);
        Assert.Contains("split strong", messages, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", Import("strong", "lightgcn", _folder["by-user"], "--split", "strong").Messages,
            StringComparison.Ordinal);

        CommandLine.Run("train", "--data", _folder["weak"], "--output", _folder["run"], "--model", "ease").Succeeded();
        Assert.Contains("8 ranked without knowledge (no clicks shown)",
            CommandLine.Run("evaluate", "--run", _folder["run"]).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_overlap_of_training_and_test_is_said_or_dropped()
    {
        _folder.Write("overlap/train.txt", "0 1 2 3\n1 2 3\n");
        _folder.Write("overlap/test.txt", "0 3 4\n1 2 3\n");
        Assert.Contains("3 held-out clicks lie in the user's fold-in too",
            Import("kept", "lightgcn", _folder["overlap"]).Messages, StringComparison.Ordinal);
        var dropped = Import("dropped", "lightgcn", _folder["overlap"], "--drop-overlap", "--json");
        Assert.Contains("dropped 3 held-out clicks", dropped.Messages, StringComparison.Ordinal);
        Assert.Equal(1, dropped.Json.GetProperty("counts").GetProperty("testHeldOutClicks").GetInt32());
        Assert.Equal(0, dropped.Json.GetProperty("import").GetProperty("heldOutAlsoInFoldIn").GetInt32());
    }

    private CommandResult Import(string name, string format, string input, params string[] more) => CommandLine.Run(
        ["data", "import", "--format", format, "--input", input, "--output", _folder[name], .. more]).Succeeded();
}
