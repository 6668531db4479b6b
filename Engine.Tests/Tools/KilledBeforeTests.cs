using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>The same command again removes what one that was killed left beside its output.</summary>
[Collection(nameof(CommandLine))]
public sealed class KilledBeforeTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_an_import_a_fit_a_report_and_an_export_nothing_is_left()
    {
        string clicks = SmallData.SaveTable(_folder["clicks.csv"]), data = _folder["data"], run = _folder["run"];
        string[][] commands =
        [
            ["data", "import", "--format", "csv", "--input", clicks, "--user-column", "user", "--item-column", "item",
                "--split", "leave-one-out", "--output", data],
            ["train", "--data", data, "--output", run, "--model", "ease"],
            ["report", run, "--output", _folder["page.html"]],
            ["export", run, "--format", "npz", "--output", _folder["run.npz"]],
        ];
        foreach (string[] command in commands)
        {
            string output = Path.GetFileName(command[Array.IndexOf(command, "--output") + 1]);
            bool isFile = output.Contains('.', StringComparison.Ordinal);
            string left = $".{output}.999999999-0a.partial";
            _folder.Write(isFile ? left : $"{left}/half", "half");
            if (!isFile) _folder.Write($".{output}.manualvae.lock", "");
            CommandLine.Run(command).Succeeded();
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, ".*"));
        }
    }

    [Fact]
    public async Task A_process_that_was_killed_in_a_fit_is_cleared_away_and_one_that_runs_is_not()
    {
        string data = SmallData.Save(_folder["data"]), run = _folder["run"];
        // Far more epochs than there is patience for.
        string[] fit = ["train", "--data", data, "--output", run, "--model", "ials", "--factors", "64", "--epochs", "1000000"];
        using var process = ToolProcess.Start(fit);
        var end = Task.Run(() => ToolProcess.End(process));
        while (!end.IsCompleted && Directory.GetDirectories(_folder.Path, ".run.*.partial").Length == 0) await Task.Delay(5);
        Assert.False(end.IsCompleted, "the fit has ended, which takes hours");
        string left = Directory.GetDirectories(_folder.Path, ".run.*.partial").Single();
        string[] popularity = ["train", "--data", data, "--output", run, "--model", "popularity"];
        Assert.Equal(2, CommandLine.Run(popularity).ExitCode); // the other one runs
        Assert.True(Directory.Exists(left));
        process.Kill();
        await end;
        Assert.True(Directory.Exists(left));
        CommandLine.Run(popularity).Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, ".*"));
    }
}
