using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

public class PreparedDatasetTests
{
    [Fact]
    public void A_strong_dataset_comes_back_as_it_was() => AssertRoundTrip(Samples.Strong(),
        ["items.tsv", "manifest.json", "test.foldin.csr", "test.heldout.csr", "train.csr", "users.tsv", "validation.foldin.csr",
            "validation.heldout.csr"]);

    [Fact]
    public void A_weak_dataset_comes_back_as_it_was() => AssertRoundTrip(Samples.Weak(),
        ["items.tsv", "manifest.json", "test.candidates.csr", "test.heldout.csr", "train.csr", "users.tsv",
            "validation.heldout.csr"]);

    [Fact]
    public void The_manifest_counts_what_the_files_hold()
    {
        var data = Samples.Strong();
        var counts = data.Manifest.Counts;
        Assert.Equal((10, 5, 2, 3, 6), (counts.Users, counts.TrainUsers, counts.ValidationUsers, counts.TestUsers, counts.Items));
        Assert.Equal(data.Train.EntryCount, counts.TrainClicks);
        Assert.Equal(data.Test!.HeldOut.EntryCount, counts.TestHeldOutClicks);
    }

    [Fact]
    public void The_same_dataset_gives_the_same_bytes_and_the_hash_pins_them()
    {
        using var folder = TestData.NewFolder();
        var first = Samples.Strong().Save(folder["a"]);
        var second = Samples.Strong().Save(folder["b"]);
        Assert.Equal(first.ManifestHash, second.ManifestHash);
        Assert.Equal(DatasetManifest.HashFile(folder["a", "manifest.json"]), first.ManifestHash);
        Assert.Equal(File.ReadAllBytes(folder["a", "manifest.json"]), File.ReadAllBytes(folder["b", "manifest.json"]));
        Assert.NotEqual(first.ManifestHash, Samples.Weak().Save(folder["c"]).ManifestHash);
    }

    [Fact]
    public void A_changed_byte_in_any_file_is_refused_naming_the_file()
    {
        using var folder = TestData.NewFolder();
        Samples.Strong().Save(folder["d"]);
        foreach (string file in Directory.GetFiles(folder["d"]))
        {
            byte[] bytes = File.ReadAllBytes(file);
            foreach (int at in new[] { bytes.Length / 3, bytes.Length / 2, bytes.Length - 2 })
            {
                byte[] changed = [.. bytes];
                changed[at] ^= 1;
                File.WriteAllBytes(file, changed);
                AssertRefused(folder["d"], Path.GetFileName(file));
            }
            File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
            AssertRefused(folder["d"], Path.GetFileName(file));
            File.Delete(file);
            AssertRefused(folder["d"], Path.GetFileName(file));
            File.WriteAllBytes(file, bytes);
        }
        PreparedDataset.Open(folder["d"]);
    }

    [Fact]
    public void A_folder_that_is_no_dataset_or_not_there_is_refused_with_the_remedy()
    {
        using var folder = TestData.NewFolder();
        AssertRefused(folder["absent"], "import a dataset");
        AssertRefused(folder.Path, "no manifest.json");
        folder.Write("manifest.json", "[1, 2]");
        AssertRefused(folder.Path, "manifest.json");
        folder.Write("manifest.json", "{\"formatVersion\": 99}");
        AssertRefused(folder.Path, "format version 99");
    }

    [Fact]
    public void A_folder_that_exists_is_replaced_only_when_asked()
    {
        using var folder = TestData.NewFolder();
        Samples.Strong().Save(folder["d"]);
        var problem = Assert.Throws<InputException>(() => Samples.Weak().Save(folder["d"]));
        Assert.Contains("Overwrite", problem.Message);
        Assert.Equal(SplitKind.Strong, PreparedDataset.Open(folder["d"]).Manifest.Split);
        Samples.Weak().Save(folder["d"], overwrite: true);
        Assert.Equal(SplitKind.Weak, PreparedDataset.Open(folder["d"]).Manifest.Split);
        Assert.Equal(["d"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Only_training_clicks_are_shown_where_the_input_is_the_training()
    {
        var data = Samples.Weak();
        var test = data.ShowingTraining(data.Test!);
        Samples.AssertEqual(data.Train, test.FoldIn);
        Samples.AssertEqual(data.Test!.FoldIn, test.Known);
        Samples.AssertEqual(data.Test.HeldOut, test.HeldOut);
        Assert.Same(data.Test.Candidates, test.Candidates);
        var validation = data.ShowingTraining(data.Validation!);
        Samples.AssertEqual(data.Train, validation.FoldIn);
        Samples.AssertEqual(data.Train, validation.Known);
        var strong = Samples.Strong();
        var problem = Assert.Throws<InputException>(() => strong.ShowingTraining(strong.Test!));
        Assert.Contains("no training clicks to show: leave Protocol out", problem.Message);
    }

    [Fact]
    public void The_union_holds_the_entries_of_either()
    {
        var a = new CsrMatrix(4, [0, 2, 2, 4], [0, 2, 1, 3]);
        var b = new CsrMatrix(4, [0, 2, 3, 3], [1, 2, 0]);
        Samples.AssertEqual(new CsrMatrix(4, [0, 3, 4, 6], [0, 1, 2, 0, 1, 3]), CsrMatrix.Union(a, b));
    }

    [Theory]
    [InlineData("a\tb")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    public void An_id_that_would_break_its_line_is_refused_and_nothing_is_written(string id)
    {
        using var folder = TestData.NewFolder();
        var matrix = new CsrMatrix(1, [0, 1], [0]);
        var manifest = new DatasetManifest { Source = new DatasetSource("pairs", "sample"), Split = SplitKind.None };
        foreach (var data in new PreparedDataset[]
        {
            new(manifest, matrix, null, null, [id], new ItemList(["i"])),
            new(manifest, matrix, null, null, ["u"], new ItemList([id])),
        })
            Assert.Contains("The id 'a b' holds a tab or line break",
                Assert.Throws<InputException>(() => data.Save(folder["data"])).Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static void AssertRoundTrip(PreparedDataset data, string[] files)
    {
        using var folder = TestData.NewFolder();
        var saved = data.Save(folder["d"]);
        Assert.Equal(files, Samples.Entries(folder["d"]));
        var opened = PreparedDataset.Open(folder["d"]);
        Assert.Equal(saved.ManifestHash, opened.ManifestHash);
        Assert.Equal(data.Manifest.Counts, opened.Manifest.Counts);
        Assert.Equal(data.UserIds, opened.UserIds);
        Assert.Equal(data.ItemIds, opened.ItemIds);
        Assert.Equal(data.ItemTitles.Select(t => t?.Replace('\t', ' ')), opened.ItemTitles);
        Samples.AssertEqual(data.Train, opened.Train);
        Samples.AssertEqual(data.Validation, opened.Validation);
        Samples.AssertEqual(data.Test, opened.Test);
    }

    private static void AssertRefused(string directory, string names)
    {
        var problem = Assert.Throws<InputException>(() => PreparedDataset.Open(directory));
        Assert.Contains(names, problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
    }
}
