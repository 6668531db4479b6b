using ManualVae.Data;
using ManualVae.Data.Attributes;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>Dense vectors from arrays and Parquet files, and their files in the prepared folder.</summary>
public sealed class VectorTests : IDisposable
{
    private const string Header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_are_the_items_in_their_order_or_those_of_a_file_of_ids()
    {
        string file = Npy(Header, [1, 2, 3, 0, 5, 6]);
        var data = Add($"v=vector:{file}");
        AssertVectors(data, [1, 2], [3, 0], [5, 6]);
        Assert.Equal("vector:2 numbers", data.Manifest.Attributes!["v"].Settings);
        data = Add($"v=vector:{file},ids={_folder.Write("ids.txt", "3\nx\n1\n")}");
        AssertVectors(data, [5, 6], [], [1, 2]);
        Assert.Equal(2, data.Attributes.Single(a => a.Name == "v").KnownItems);
    }

    [Theory]
    [InlineData("1\n1\n2\n", "ids.txt:2: gives the item 1 a second vector")]
    [InlineData("1\n2\n", "ids.txt: has 2 lines, expected one for each of the 3 rows")]
    [InlineData("x\ny\nz\n", "holds vectors of none of the dataset's items")]
    public void Wrong_ids_are_named(string ids, string problem) =>
        Assert.Contains(problem, Refused($"v=vector:{Npy(Header, new float[6])},ids={_folder.Write("ids.txt", ids)}"));

    [Fact]
    public void Wrong_arrays_are_named()
    {
        Assert.Contains("has 2 rows for 3 items; name a file with the id of each row", Refused(
            $"v=vector:{Npy(Header.Replace("3, 2", "2, 3"), new float[6])}"));
        Assert.Contains("row 1: holds NaN, expected finite numbers",
            Refused($"v=vector:{Npy(Header, [1, 2, 3, float.NaN, 5, 6])}"));
        Assert.Contains("leave column and id-column out", Refused($"v=vector:{Npy(Header, new float[6])},column=x"));
    }

    [Fact]
    public async Task Parquet_has_lists_or_columns_of_numbers()
    {
        var (id, list) = (new DataField<string>("asin"), new ListField("embedding", new DataField<float>("element")));
        var schema = new ParquetSchema(id, list);
        await using (var stream = File.Create(_folder["lists.parquet"]))
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using var group = writer.CreateRowGroup();
            var element = schema.DataFields[1];
            int full = element.MaxDefinitionLevel;
            await group.WriteAsync(id, ["3", "1", "2"]);
            await group.WriteAllPartsAsync<float>(element, new float[] { 1, 2, 3, 4 }.AsMemory(),
                new[] { full, full, full, full, 0 }, new[] { 0, 1, 0, 1, 0 }, CancellationToken.None);
            group.CompleteValidate();
        }
        AssertVectors(Add($"v=vector:{_folder["lists.parquet"]}"), [3, 4], [], [1, 2]);
        AssertVectors(Add($"v=vector:{_folder["lists.parquet"]},column=embedding,id-column=asin"), [3, 4], [], [1, 2]);
        Assert.Contains("no column 'x'; its columns are asin, embedding",
            Refused($"v=vector:{_folder["lists.parquet"]},column=x"));
        Assert.Contains("ids is for arrays", Refused($"v=vector:{_folder["lists.parquet"]},ids=x"));

        var (number, x, y) = (new DataField<long>("item"), new DataField<double>("x"), new DataField<int>("y"));
        await using (var stream = File.Create(_folder["columns.parquet"]))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(number, x, y), stream))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<long>(number, new long[] { 2, 9 });
            await group.WriteAsync<double>(x, new[] { .5, 1 });
            await group.WriteAsync<int>(y, new[] { -7, 1 });
            group.CompleteValidate();
        }
        AssertVectors(Add($"v=vector:{_folder["columns.parquet"]}"), [], [.5f, -7], []);
    }

    [Fact]
    public async Task Items_in_Parquet_have_texts_numbers_and_lists()
    {
        var (id, brand) = (new DataField<int>("item_id"), new DataField<string>("brand"));
        var (year, tags) = (new DataField<int?>("year"), new ListField("categories", new DataField<string>("element")));
        var schema = new ParquetSchema(id, brand, year, tags);
        await using (var stream = File.Create(_folder["items.parquet"]))
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<int>(id, new[] { 1, 2, 3 });
            await group.WriteAsync(brand, ["a", null, "a"]);
            await group.WriteAsync<int>(year, new int?[] { 1990, null, 1991 });
            await group.WriteAsync(schema.DataFields[3], ["x", "y", "x", "y"], new[] { 0, 1, 0, 0 });
            group.CompleteValidate();
        }
        var data = AttributeImport.Add(AttributeSamples.Data(), new() { ItemFeatures = [_folder["items.parquet"]] });
        Assert.Equal(["a", "", "a"], AttributeSamples.Rows(data, "brand"));
        Assert.Equal(["[1990, 2000)", "", "[1990, 2000)"], AttributeSamples.Rows(data, "year"));
        Assert.Equal(["x y", "x", "y"], AttributeSamples.Rows(data, "categories"));
    }

    [Fact]
    public void A_folder_keeps_vectors_in_files_of_their_own()
    {
        string ids = _folder.Write("ids.txt", "3\nx\n1\n");
        var made = AttributeImport.Add(AttributeSamples.Data(), new()
        {
            Attribute = [$"v=vector:{Npy(Header, [1, 0, 3, 4, 5, 6])},ids={ids}", "year"],
        });
        made.Save(_folder["d"]);
        Assert.True(File.Exists(_folder["d", "item-vectors.v.npy"]));
        Assert.DoesNotContain("\tv\t", File.ReadAllText(_folder["d", "item-features.tsv"]));
        var opened = PreparedDataset.Open(_folder["d"]);
        Assert.Equal(["genres", "year", "v"], opened.Attributes.Select(a => a.Name));
        AssertVectors(opened, [5, 6], [], [1, 0]);
        Assert.Contains("item-vectors.v.npy", opened.Manifest.Files.Keys);
        opened.Save(_folder["d"], overwrite: true); // and may be replaced

        File.Delete(_folder["d", "item-vectors.v.npy"]);
        Assert.Contains("missing, though the manifest lists it",
            Assert.Throws<InputException>(() => PreparedDataset.Open(_folder["d"])).Message);
    }

    [Fact]
    public void Vectors_of_another_form_stay_in_the_table()
    {
        var sparse = new ItemAttribute("v", AttributeKind.Vector, ["0", "1"], new CsrMatrix(2, [0, 1, 1, 1], [1], [3]));
        var named = new ItemAttribute("w", AttributeKind.Vector, ["x"], new CsrMatrix(1, [0, 1, 1, 1], [0], [3]));
        var slash = new ItemAttribute("../x", AttributeKind.Vector, ["0"], new CsrMatrix(1, [0, 1, 1, 1], [0], [3]));
        var full = new ItemAttribute("ok", AttributeKind.Vector, ["0", "1"], new CsrMatrix(2, [0, 2, 2, 2], [0, 1], [3, 0]));
        Assert.Equal([false, false, false, true], new[] { sparse, named, slash, full }.Select(VectorFile.Takes));
    }

    [Fact]
    public void Four_thousand_vectors_open_quickly()
    {
        const int Items = 4000, Width = 768;
        var random = new Random(1);
        var rows = Enumerable.Range(0, Items).Select(_ => (ReadOnlyMemory<float>)Enumerable.Range(0, Width)
            .Select(_ => random.NextSingle()).ToArray()).ToArray();
        VectorFile.Write(_folder["v.npy"], VectorFile.Of("v", rows));
        Assert.Equal(128 + Items * Width * 4, new FileInfo(_folder["v.npy"]).Length);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var read = VectorFile.Read(_folder["v.npy"], "v", Items);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal(rows[^1].ToArray(), read.Values.RowValues(Items - 1).ToArray());
    }

    private string Npy(string header, float[] numbers)
    {
        File.WriteAllBytes(_folder["v.npy"], NpyMatrixTests.File(header, numbers));
        return _folder["v.npy"];
    }

    private static PreparedDataset Add(string attribute) =>
        AttributeImport.Add(AttributeSamples.Data(), new() { Attribute = [attribute] });

    private static string Refused(string attribute) => Assert.Throws<InputException>(() => Add(attribute)).Message;

    private static void AssertVectors(PreparedDataset data, params float[][] rows)
    {
        var vectors = data.Attributes.Single(a => a.Name == "v");
        Assert.Equal(AttributeKind.Vector, vectors.Kind);
        for (int item = 0; item < rows.Length; item++)
            Assert.Equal(rows[item], vectors.Values.IsBinary ? [] : vectors.Values.RowValues(item).ToArray());
    }
}
