using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

/// <summary>What killed processes leave under temporary names, and who may remove it.</summary>
public sealed class UnfinishedFilesTests : IDisposable
{
    private const string Dead = "999999999-0a1b"; // no system has so many processes

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_a_path_its_own_are_removed_and_nothing_else()
    {
        _folder.Write("a", "whole");
        _folder.Write($".a.{Dead}.partial", "half");
        _folder.Write(".a.1-f.partial/deep/file", "half");
        string[] others =
            [$".a.b.{Dead}.partial", $".b.{Dead}.partial", ".a.notes.partial", $".a.{Dead}.txt", $"a.{Dead}.partial"];
        foreach (string other in others) _folder.Write(other, "another's");
        UnfinishedFiles.RemoveOf(_folder["a"]);
        Assert.Equal(others.Append("a").Order(StringComparer.Ordinal),
            Samples.Entries(_folder.Path).Order(StringComparer.Ordinal));
        UnfinishedFiles.RemoveOf(_folder["no such folder", "a"]);
    }

    [Fact]
    public void An_old_folder_without_its_successor_comes_back()
    {
        _folder.Write($".a.{Dead}.replaced/file", "old");
        _folder.Write($".a.{Dead}.partial/file", "new");
        UnfinishedFiles.RemoveOf(_folder["a"]);
        Assert.Equal("old", File.ReadAllText(_folder["a", "file"]));
        Assert.Equal(["a", "a/file"], Samples.Entries(_folder.Path).Order(StringComparer.Ordinal));

        _folder.Write($".a.{Dead}.replaced/file", "older"); // the successor is there: the old one was to be deleted
        UnfinishedFiles.RemoveOf(_folder["a"]);
        Assert.Equal("old", File.ReadAllText(_folder["a", "file"]));
        Assert.Equal(["a", "a/file"], Samples.Entries(_folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void In_a_folder_those_of_all_names_are_removed()
    {
        foreach (string name in (string[])["last.ckpt", "run.json"]) _folder.Write($".{name}.{Dead}.partial", "half");
        _folder.Write($".fit.{Dead}.partial/best.ckpt", "half");
        _folder.Write("last.ckpt", "whole");
        _folder.Write($"below/.a.{Dead}.partial", "not looked at");
        UnfinishedFiles.RemoveIn(_folder.Path);
        Assert.Equal(["below", $"below/.a.{Dead}.partial", "last.ckpt"],
            Samples.Entries(_folder.Path).Order(StringComparer.Ordinal));
        UnfinishedFiles.RemoveIn(_folder["no such folder"]);
    }

    [Fact]
    public void A_file_that_is_being_written_is_not_abandoned()
    {
        _folder.Write($".a.{Dead}.partial", "half");
        string held = _folder[$".a.{Dead}2.partial"], running = _folder[$".a.{Environment.ProcessId}-0a.partial"];
        using var writer = new FileStream(held, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        File.WriteAllText(running, "closed, and not yet moved");
        UnfinishedFiles.RemoveAbandoned(_folder["a"]);
        Assert.Equal(new[] { held, running }.Order(), Directory.GetFiles(_folder.Path).Order());
        writer.Dispose();
        UnfinishedFiles.RemoveAbandoned(_folder["a"]);
        Assert.Equal([running], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Writers_of_one_file_do_not_take_each_others_away()
    {
        Parallel.For(0, 200, i =>
        {
            UnfinishedFiles.RemoveAbandoned(_folder["a"]);
            AtomicFile.WriteText(_folder["a"], $"{i}");
        });
        Assert.Equal(["a"], Samples.Entries(_folder.Path));
    }

    [Fact]
    public void Who_claims_a_folder_clears_it()
    {
        _folder.Write($".run.{Dead}.partial/best.ckpt", "half");
        using (OutputFolder.Claim(_folder["run"]))
            Assert.Equal([".run.manualvae.lock"], Samples.Entries(_folder.Path));
    }

    [Fact]
    public void A_folder_with_nothing_else_counts_as_empty()
    {
        _folder.Write($"d/.recipe.json.{Dead}.partial", "{");
        Assert.True(FolderKind.IsEmpty(_folder["d"]));
        Samples.Strong().Save(_folder["d"]);
        _folder.Write($"e/.mine.partial", "{");
        Assert.False(FolderKind.IsEmpty(_folder["e"]));
        Assert.Throws<InputException>(() => Samples.Strong().Save(_folder["e"]));
    }
}
