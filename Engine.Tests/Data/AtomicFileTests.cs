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
