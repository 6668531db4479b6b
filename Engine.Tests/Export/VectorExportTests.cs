using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Data.Synthetic;
using ManualVae.Export;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using Parquet;
using Xunit;
using static ManualVae.Tests.Export.ExportedModels;

namespace ManualVae.Tests.Export;

public class VectorExportTests
{
    private static readonly PreparedDataset Data = SyntheticClicks.Generate(
        SyntheticShape.Small with { Users = 60, Items = 40, Interactions = 900, HeldOutUsers = 10 });

    [Fact]
    public void Item_vectors_of_ials_times_user_vectors_are_its_scores()
    {
        using var model = Ials.Fit(Data.Train, new IalsSettings(Factors: 6));
        var (items, users) = (Npz(VectorExport.OfItems(model, Data.Items)), Npz(VectorExport.OfUsers(model, Data)));
        Assert.Equal(Data.ItemIds, items["ids"].Texts());
        Assert.Equal(Data.UserIds, users["ids"].Texts());
        float[] h = items["vectors"].As<float>(), w = users["vectors"].As<float>();
        var scores = new float[Data.ItemCount];
        model.Score(Data.Train, 5, 1, scores);
        for (int item = 0; item < scores.Length; item++)
        {
            double product = 0;
            for (int f = 0; f < 6; f++) product += w[5 * 6 + f] * h[item * 6 + f];
            Assert.Equal(product, scores[item], 1e-5);
        }
    }

    [Theory]
    [InlineData("linear decoder")]
    [InlineData("hierarchical")]
    [InlineData("multdae")]
    public void User_vectors_are_the_codes_that_the_decoder_reads(string name)
    {
        using var model = (Autoencoder)Make(name, Data.Train);
        var export = VectorExport.OfUsers(model, Data);
        var vectors = NumpyReader.Npy(Bytes(stream => export.Write(stream, VectorFormat.Npy)));
        int width = name == "hierarchical" ? 10 : 5;
        Assert.Equal([60, width], vectors.Shape);
        var batch = model.Backend.AllocateBatch(9, Data.ItemCount, (int)Data.Train.EntryCount);
        batch.Load(Data.Train, [.. Enumerable.Range(0, 9)]);
        model.Forward(batch, InputMask.Clean, noise: null);
        var expected = new float[9 * width];
        model.Backend.Download(model.Latent, expected);
        Assert.Equal(expected, vectors.As<float>()[..(9 * width)]);
        if (name != "linear decoder") return;

        // Items: rows of the output layer; with a linear decoder and its bias the product is the score.
        float[] w = Npz(VectorExport.OfItems(model, Data.Items))["vectors"].As<float>();
        var (bias, scores) = (new float[40], new float[40]);
        model.Backend.Download(model.Parameters["decoder.0.bias"].Value, bias);
        model.Score(Data.Train, 8, 1, scores);
        for (int item = 0; item < 40; item++)
        {
            double product = bias[item];
            for (int f = 0; f < 5; f++) product += expected[8 * 5 + f] * w[item * 5 + f];
            Assert.Equal(product, scores[item], 1e-5);
        }
    }

    [Fact]
    public void Histories_are_all_that_is_known_unless_held_out_clicks_are_hidden()
    {
        using var model = Ials.Fit(Data.Train, new IalsSettings(Factors: 6));
        var (all, shown) = (Npz(VectorExport.OfUsers(model, Data)), Npz(VectorExport.OfUsers(model, Data, hideHeldOut: true)));
        float[] a = all["vectors"].As<float>(), s = shown["vectors"].As<float>(), own = new float[6];
        Assert.Equal(a[..6], s[..6]); // a training user
        Assert.NotEqual(a[^6..], s[^6..]);
        model.SolveUsers(Data.Test!.FoldIn, Data.Test.FoldIn.Rows - 1, 1, own);
        Assert.Equal(own, s[^6..]);
    }

    [Fact]
    public async Task Tables_hold_the_same_numbers_as_arrays()
    {
        using var model = Ials.Fit(Data.Train, new IalsSettings(Factors: 6));
        var export = VectorExport.OfItems(model, Data.Items);
        float[] expected = Npz(export)["vectors"].As<float>();
        string[] lines = System.Text.Encoding.UTF8.GetString(Bytes(stream => export.Write(stream, VectorFormat.Tsv)))
            .TrimEnd().Split('\n');
        Assert.Equal("id\t0\t1\t2\t3\t4\t5", lines[0]);
        Assert.Equal(Data.ItemIds, lines[1..].Select(line => line.Split('\t')[0]));
        Assert.Equal(expected, lines[1..].SelectMany(line => line.Split('\t')[1..]).Select(
            text => float.Parse(text, System.Globalization.CultureInfo.InvariantCulture)));

        var file = new MemoryStream(Bytes(stream => export.Write(stream, VectorFormat.Parquet)));
        await using var reader = await ParquetReader.CreateAsync(file);
        Assert.Equal(["id", "vector/list/element"], reader.Schema.GetDataFields().Select(field => field.Path.ToString()));
        file.Position = 0;
        var rows = (await Parquet.Serialization.ParquetSerializer.DeserializeAsync<VectorRow>(file)).Data;
        Assert.Equal(Data.ItemIds, rows.Select(row => row.id));
        Assert.Equal(expected, rows.SelectMany(row => row.vector!));
    }

    private sealed class VectorRow
    {
        [Parquet.Serialization.Attributes.ParquetRequired]
        public string? id { get; set; }

        public List<float>? vector { get; set; }
    }

    [Fact]
    public void Models_without_vectors_are_refused()
    {
        using var ease = Make("ease", Data.Train);
        Assert.Contains("Format", Assert.Throws<InputException>(() => VectorExport.OfItems(ease, Data.Items)).Message);
        Assert.Contains("Vectors", Assert.Throws<InputException>(() => VectorExport.OfUsers(ease, Data)).Message);
    }

    private static Dictionary<string, ReadArray> Npz(VectorExport export) =>
        NumpyReader.Npz(Bytes(stream => export.Write(stream, VectorFormat.Npz)));
}
