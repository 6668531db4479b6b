using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>What the commands may replace.</summary>
[Collection(nameof(CommandLine))]
public class OverwriteTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_import_into_the_folder_of_its_input_is_refused()
    {
        string clicks = _folder.Write("raw/a.csv", "user,item\nu,i\nv,i\nw,i\n");
        _folder.Write("raw/notes.txt", "mine");
        string[] import = ["data", "import", "--format", "csv", "--user-column", "user", "--item-column", "item",
            "--held-out-users", "1", "--input", clicks];
        AssertRefused("holds the input", [.. import, "--output", _folder["raw"], "--overwrite"]);
        AssertRefused("holds the input", [.. import, "--output", _folder["raw"]]);
        string other = _folder.Write("other/notes.txt", "mine");
        AssertRefused("notes.txt", [.. import, "--output", _folder["other"], "--overwrite"]);
        CommandLine.Run([.. import, "--output", _folder["d"]]).Succeeded();
        CommandLine.Run([.. import, "--output", _folder["d"], "--overwrite"]).Succeeded();
        _folder.Write("d/notes.txt", "mine");
        AssertRefused("notes.txt", [.. import, "--output", _folder["d"], "--overwrite"]);
        AssertRefused("notes.txt", "data", "synthesize", "--output", _folder["d"], "--overwrite");
    }

    [Fact]
    public void An_export_replaces_neither_its_dataset_nor_another()
    {
        string data = CommandLine.WriteToyData(_folder["d"]), other = CommandLine.WriteToyData(_folder["other"]);
        AssertRefused("is the input itself", "data", "export", data, "--output", data, "--overwrite");
        AssertRefused("lies in the input", "data", "export", data, "--output", _folder["d", "e"]);
        AssertRefused("items.tsv", "data", "export", data, "--output", other, "--overwrite");
        CommandLine.Run("data", "export", data, "--output", _folder["e"]).Succeeded();
        CommandLine.Run("data", "export", data, "--output", _folder["e"], "--overwrite").Succeeded();
    }

    [Fact]
    public void A_folder_that_another_command_writes_is_refused_until_that_ends()
    {
        string data = CommandLine.WriteToyData(_folder["d"]);
        string clicks = _folder.Write("a.csv", "user,item\nu,i\nv,i\nw,i\n");
        string[] vae = ["--hidden", "8", "--latent", "4", "--epochs", "1", "--device", "reference"];
        string[][] commands =
        [
            ["train", "--data", data, "--output", _folder["out"], .. vae],
            ["train", "--data", data, "--output", _folder["out"], "--model", "popularity"],
            ["train", "--resume", "--output", _folder["out"]],
            ["sweep", "--data", data, "--output", _folder["out"], "--model", "ease", "--vary", "lambda=1,2"],
            ["data", "import", "--format", "csv", "--user-column", "user", "--item-column", "item", "--held-out-users", "1",
                "--input", clicks, "--output", _folder["out"]],
            ["data", "synthesize", "--output", _folder["out"]],
            ["data", "export", data, "--output", _folder["out"]],
            ["demo", "--output", _folder["out"]],
        ];
        using (OutputFolder.Claim(_folder["out"]))
            foreach (string[] command in commands) AssertRefused("another command is writing", command);
        _folder.Write(".out.manualvae.lock", ""); // of a process that was killed
        CommandLine.Run(commands[0]).Succeeded();
        AssertRefused("not empty", commands[1]);
    }

    [Fact]
    public void A_run_in_its_data_is_refused() => AssertRefused("lies in the input", "train", "--data",
        CommandLine.WriteToyData(_folder["d"]), "--output", _folder["d", "run"], "--model", "popularity");

    private void AssertRefused(string names, params string[] arguments)
    {
        string[] before = Data.Samples.Entries(_folder.Path);
        var result = CommandLine.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(names, result.Messages);
        Assert.Single(result.Messages.TrimEnd().Split('\n'));
        Assert.Equal(before, Data.Samples.Entries(_folder.Path));
    }
}
