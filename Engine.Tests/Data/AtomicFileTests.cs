using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

public class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_reader_sees_the_old_file_until_the_new_one_is_whole()
    {
        string path = _folder.Write("file", "old");
        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        });
        Assert.Equal("new", File.ReadAllText(path));
        AtomicFile.Write(_folder["another"], _ => Assert.False(File.Exists(_folder["another"])));
        Assert.Equal(["another", "file"], Samples.Entries(_folder.Path));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.Write("file", "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("disk full");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["file"], Samples.Entries(_folder.Path));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("sub/missing")]
    [InlineData("link2")]
    public void A_link_stays_and_its_target_is_written(string target)
    {
        string file = _folder.Write("file", "old");
        File.CreateSymbolicLink(_folder["link2"], "file");
        File.CreateSymbolicLink(_folder["link"], target);
        AtomicFile.WriteText(_folder["link"], "new");
        Assert.Equal(target, new FileInfo(_folder["link"]).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder["link"]));
        Assert.Equal(target.StartsWith("sub", StringComparison.Ordinal) ? "old" : "new", File.ReadAllText(file));
    }

    [Fact]
    public void Links_in_a_circle_are_refused()
    {
        File.CreateSymbolicLink(_folder["a"], "b");
        File.CreateSymbolicLink(_folder["b"], "a");
        Assert.Throws<InputException>(() => AtomicFile.WriteText(_folder["a"], "new"));
        Assert.Throws<InputException>(() => AtomicFile.WriteFolder(_folder["a"], overwrite: false, _ => { }));
    }

    [Fact]
    public async Task A_pipe_is_written_straight_and_stays()
    {
        if (OperatingSystem.IsWindows()) return;
        string pipe = _folder["pipe"];
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", pipe)) await mkfifo.WaitForExitAsync();
        File.CreateSymbolicLink(_folder["link"], "pipe");
        foreach (string name in new[] { "pipe", "link" })
        {
            var read = Task.Run(() => File.ReadAllText(pipe));
            AtomicFile.WriteText(_folder[name], "new");
            Assert.Equal("new", await read);
        }
        Assert.Equal(["link", "pipe"], Samples.Entries(_folder.Path));
    }

    [Fact]
    public void A_device_is_written_straight_and_stays()
    {
        if (OperatingSystem.IsWindows()) return;
        File.CreateSymbolicLink(_folder["null"], "/dev/null");
        AtomicFile.WriteText(_folder["null"], "new");
        AtomicFile.WriteText("/dev/null", "new");
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void A_link_to_a_redirected_output_is_written_straight_after_what_is_there()
    {
        if (!OperatingSystem.IsLinux()) return;
        string file = _folder.Write("file", "old");
        using var open = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        File.CreateSymbolicLink(_folder["fd"], $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}");
        File.CreateSymbolicLink(_folder["link"], "fd");
        AtomicFile.WriteText(_folder["link"], " and new");
        using var reader = new StreamReader(open); // of the very file, whatever name it has
        Assert.Equal("old and new", reader.ReadToEnd());
        Assert.Equal("old and new", File.ReadAllText(file));
        Assert.Equal(["fd", "file", "link"], Samples.Entries(_folder.Path));
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_refused() =>
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => AtomicFile.WriteText(_folder.Path, "new")).Message);

    [Fact]
    public void A_reader_sees_the_old_folder_until_the_new_one_is_whole()
    {
        _folder.Write("folder/a", "old");
        AtomicFile.WriteFolder(_folder["folder"], overwrite: true, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "a"), "new");
            Assert.Equal("old", File.ReadAllText(_folder["folder", "a"]));
        });
        Assert.Equal("new", File.ReadAllText(_folder["folder", "a"]));
        AtomicFile.WriteFolder(_folder["fresh"], overwrite: false, _ => Assert.False(Directory.Exists(_folder["fresh"])));
        Assert.Equal(["folder", "folder/a", "fresh"], Samples.Entries(_folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_reader_never_finds_a_folder_missing_while_it_is_replaced()
    {
        if (!OperatingSystem.IsLinux()) return; // elsewhere two folders cannot be exchanged
        string folder = _folder["folder"];
        void Write(bool overwrite) =>
            AtomicFile.WriteFolder(folder, overwrite, made => File.WriteAllText(Path.Combine(made, "a"), "whole"));
        Write(overwrite: false);
        using var done = new CancellationTokenSource();
        var missing = Task.Run(() =>
        {
            int count = 0;
            while (!done.IsCancellationRequested) count += Directory.Exists(folder) ? 0 : 1;
            return count;
        });
        for (int i = 0; i < 300; i++) Write(overwrite: true);
        await done.CancelAsync();
        Assert.Equal(0, await missing);
        Assert.Equal(["folder", "folder/a"], Samples.Entries(_folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_failed_folder_leaves_the_old_one_and_nothing_else()
    {
        _folder.Write("folder/a", "old");
        Assert.Throws<IOException>(() => AtomicFile.WriteFolder(_folder["folder"], overwrite: true, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "b"), "half");
            throw new IOException("disk full");
        }));
        Assert.Equal("old", File.ReadAllText(_folder["folder", "a"]));
        Assert.Equal(["folder", "folder/a"], Samples.Entries(_folder.Path).Order(StringComparer.Ordinal));
    }
}
