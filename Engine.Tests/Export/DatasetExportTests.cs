using ManualVae.Data;
using ManualVae.Export;
using ManualVae.Tests.Tools;
using Parquet.Serialization;
using Parquet.Serialization.Attributes;
using Xunit;

namespace ManualVae.Tests.Export;

[Collection(nameof(CommandLine))]
public sealed class DatasetExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly PreparedDataset _data;

    public DatasetExportTests() => _data = PreparedDataset.Open(CommandLine.WriteToyData(_folder["data"]));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Matrices_are_those_of_the_dataset()
    {
        DatasetExport.Write(_data, _folder["out"], DatasetFormat.Npz);
        foreach (var (name, clicks, firstUser) in Parts())
        {
            var arrays = NumpyReader.Npz(File.ReadAllBytes(_folder["out", name + ".npz"]));
            Assert.Equal([clicks.Rows, clicks.Columns], arrays["shape"].As<long>());
            Assert.Equal(clicks.RowOffsets.ToArray(), arrays["indptr"].As<long>());
            Assert.Equal(clicks.ColumnIndices.ToArray(), arrays["indices"].As<int>());
            Assert.Equal(Enumerable.Repeat(1f, (int)clicks.EntryCount), arrays["data"].As<float>());
            Assert.Equal("csr", Assert.Single(arrays["format"].Texts()));
            Assert.Empty(arrays["format"].Shape);
            Assert.Equal([firstUser], arrays["first_user"].As<long>());
        }
        Assert.Equal("index\tid\ttitle\tgenres", File.ReadLines(_folder["out", "items.tsv"]).First());
        Assert.Equal("33\tu33", File.ReadAllLines(_folder["out", "users.tsv"])[34]);
    }

    [Fact]
    public async Task Tables_hold_original_ids()
    {
        DatasetExport.Write(_data, _folder["out"], DatasetFormat.Parquet);
        foreach (var (name, clicks, firstUser) in Parts())
        {
            await using var file = File.OpenRead(_folder["out", name + ".parquet"]);
            var rows = (await ParquetSerializer.DeserializeAsync<Click>(file)).Data;
            Assert.Equal(from row in Enumerable.Range(0, clicks.Rows)
                         from column in clicks.RowColumns(row).ToArray()
                         select ($"u{firstUser + row}", $"i{column}"), rows.Select(row => (row.user!, row.item!)));
        }
    }

    [Fact]
    public void A_table_is_imported_again()
    {
        DatasetExport.Write(_data, _folder["out"], DatasetFormat.Parquet);
        CommandLine.Run("data", "import", "--input", _folder["out", "train.parquet"], "--user-column", "user", "--item-column",
            "item", "--split", "none", "--output", _folder["again"]).Succeeded();
        Assert.Equal(_data.Train.EntryCount, PreparedDataset.Open(_folder["again"]).Train.EntryCount);
    }

    [Fact]
    public void An_export_is_replaced_only_when_asked_and_nothing_else_is()
    {
        string[] export = ["data", "export", _folder["data"], "--format", "npz", "--output"];
        CommandLine.Run([.. export, _folder["out"]]).Succeeded();
        Assert.Contains("--overwrite", CommandLine.Run([.. export, _folder["out"]]).Messages);
        CommandLine.Run([.. export, _folder["out"], "--overwrite"]).Succeeded();
        _folder.Write("mine/notes.txt", "mine");
        Assert.Contains("notes.txt", CommandLine.Run([.. export, _folder["mine"], "--overwrite"]).Messages);
        Assert.Contains("use pro-sg, npz or parquet",
            CommandLine.Run("data", "export", _folder["data"], "--format", "csv", "--output", _folder["x"]).Messages);
    }

    private (string Name, CsrMatrix Clicks, int FirstUser)[] Parts() =>
    [
        ("train", _data.Train, 0), ("validation.foldin", _data.Validation!.FoldIn, 24),
        ("validation.heldout", _data.Validation.HeldOut, 24), ("test.foldin", _data.Test!.FoldIn, 32),
        ("test.heldout", _data.Test.HeldOut, 32),
    ];

    private sealed class Click
    {
        [ParquetRequired]
        public string? user { get; set; }

        [ParquetRequired]
        public string? item { get; set; }
    }
}
