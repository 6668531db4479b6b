using ManualVae.Data;
using ManualVae.Data.Export;
using Xunit;

namespace ManualVae.Tests.Data;

/// <summary>Nothing is destroyed: what may be replaced, and what an output folder may not be.</summary>
public class OutputFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prepared_dataset_alone_is_replaced()
    {
        Samples.Strong().Save(_folder["d"]);
        Samples.Weak().Save(_folder["d"], overwrite: true);
        Assert.Equal(SplitKind.Weak, PreparedDataset.Open(_folder["d"]).Manifest.Split);
        Assert.Equal(["d"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("sub/train.csr")]
    [InlineData("validation.foldin.csr")] // a weak split has none
    [InlineData("run/run.json")]
    public void A_prepared_dataset_with_another_file_is_kept_and_the_file_named(string file)
    {
        Samples.Weak().Save(_folder["d"]);
        _folder.Write($"d/{file}", "mine");
        string[] before = Samples.Entries(_folder.Path);
        var problem = Assert.Throws<InputException>(() => Samples.Strong().Save(_folder["d"], overwrite: true));
        Assert.Contains($"holds {file}", problem.Message);
        Assert.Equal(before, Samples.Entries(_folder.Path));
        Assert.Equal("mine", File.ReadAllText(_folder["d", file]));
    }

    [Theory]
    [InlineData("a.csv", "user,item\n")]
    [InlineData("manifest.json", "{\"name\": \"a browser extension\"}")]
    [InlineData("manifest.json", "no JSON")]
    [InlineData("manifest.json", "{\"formatVersion\": 1}")]
    [InlineData("run.json", "{}")]
    public void A_folder_that_is_no_dataset_is_kept(string file, string text)
    {
        _folder.Write($"d/{file}", text);
        Assert.Contains(file, Assert.Throws<InputException>(() => Samples.Strong().Save(_folder["d"], overwrite: true)).Message);
        Assert.Equal(text, File.ReadAllText(_folder["d", file]));
    }

    [Fact]
    public void One_of_many_holds_a_folder_at_a_time()
    {
        int inside = 0, most = 0, held = 0;
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 500; i++)
                try
                {
                    using var claim = OutputFolder.Claim(_folder["run"]);
                    int now = Interlocked.Increment(ref inside);
                    if (now > 1) Interlocked.Exchange(ref most, now);
                    Thread.SpinWait(20);
                    Interlocked.Decrement(ref inside);
                    Interlocked.Increment(ref held);
                }
                catch (InputException)
                {
                    // Another thread holds it.
                }
        });
        Assert.Equal(0, most);
        Assert.True(held > 100, $"{held} claims");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_dataset_with_a_damaged_manifest_can_be_imported_again()
    {
        Samples.Strong().Save(_folder["d"]);
        File.WriteAllText(_folder["d", "manifest.json"], "{ \"formatVer");
        Samples.Strong().Save(_folder["d"], overwrite: true);
        PreparedDataset.Open(_folder["d"]);
    }

    [Fact]
    public void An_export_replaces_an_export_and_no_folder_of_the_same_layout()
    {
        var data = Samples.Strong();
        ProSgExport.Write(data, _folder["e"]);
        ProSgExport.Write(data, _folder["e"], overwrite: true);
        File.Delete(_folder["e", "manualvae-export.txt"]); // as the authors' own folder
        Assert.Throws<InputException>(() => ProSgExport.Write(data, _folder["e"], overwrite: true));
        Assert.True(File.Exists(_folder["e", "train.csv"]));
    }

    [Theory]
    [InlineData("raw", "is the input itself")]
    [InlineData("raw/", "is the input itself")]
    [InlineData("raw/d", "lies in the input")]
    [InlineData(".", "holds the input")]
    [InlineData("link", "is the input itself")]
    [InlineData("link/d", "lies in the input")]
    [InlineData("raw/../raw", "is the input itself")]
    public void An_output_that_overlaps_the_input_is_refused(string output, string names)
    {
        _folder.Write("raw/a.csv", "user,item\n");
        if (output.StartsWith("link", StringComparison.Ordinal)) Directory.CreateSymbolicLink(_folder["link"], _folder["raw"]);
        string[] before = Samples.Entries(_folder.Path);
        Assert.Contains(names,
            Assert.Throws<InputException>(() => OutputFolder.Claim(_folder[output], _folder["raw"])).Message);
        Assert.Equal(before, Samples.Entries(_folder.Path));
    }

    [Fact]
    public void An_output_beside_the_input_is_taken()
    {
        string file = _folder.Write("raw/a.csv", "user,item\n");
        using (OutputFolder.Claim(_folder["raw2"], _folder["raw"])) { }
        using (OutputFolder.Claim(_folder["raw", "d"], file)) { }
    }

    [Fact]
    public void A_claimed_folder_cannot_be_claimed_again_until_it_is_free()
    {
        using (OutputFolder.Claim(_folder["new", "d"]))
            Assert.Contains("another command",
                Assert.Throws<InputException>(() => OutputFolder.Claim(_folder["new", "d"])).Message);
        using (OutputFolder.Claim(_folder["new", "d"])) { }
        Assert.Empty(Samples.Entries(_folder.Path));
    }

    [Fact]
    public void The_lock_of_a_killed_process_is_no_obstacle()
    {
        _folder.Write(".d.manualvae.lock", "");
        using (OutputFolder.Claim(_folder["d"])) { }
        Assert.Empty(Samples.Entries(_folder.Path));
    }

    [Fact]
    public void A_link_to_a_folder_stays_and_its_target_is_written()
    {
        Samples.Strong().Save(_folder["real"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["real"]);
        Directory.CreateSymbolicLink(_folder["missing"], "later");
        Samples.Weak().Save(_folder["link"], overwrite: true);
        Samples.Weak().Save(_folder["missing"]);
        Assert.NotNull(new FileInfo(_folder["link"]).LinkTarget);
        Assert.NotNull(new FileInfo(_folder["missing"]).LinkTarget);
        foreach (string name in new[] { "real", "later" })
            Assert.Equal(SplitKind.Weak, PreparedDataset.Open(_folder[name]).Manifest.Split);
    }
}
