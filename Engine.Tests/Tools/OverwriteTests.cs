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
