using System.Text.Json;
using ManualVae.Data;
using ManualVae.Export;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using Xunit;
using static ManualVae.Tests.Export.ExportedModels;

namespace ManualVae.Tests.Export;

/// <summary>npz and safetensors, read back by readers that know nothing of the writers.</summary>
public class ArrayFileTests
{
    public static TheoryData<string> Members => [.. Autoencoders];

    [Theory, MemberData(nameof(Members))]
    public void Every_parameter_of_an_autoencoder_is_there(string name)
    {
        using var model = (Autoencoder)Make(name);
        var npz = NumpyReader.Npz(Bytes(Exported(model).WriteNpz));
        var (safetensors, _) = SafetensorsReader.Read(Bytes(Exported(model).WriteSafetensors));
        Assert.Equal(model.Parameters.All.Select(p => p.Name).Order(), npz.Keys.Order());
        Assert.Equal(npz.Keys.Order(), safetensors.Keys.Order());
        foreach (var parameter in model.Parameters.All)
        {
            var (value, found) = (parameter.Value, npz[parameter.Name]);
            var expected = new float[value.Length];
            model.Backend.Download(value, expected);
            Assert.Equal(expected, found.As<float>());
            Assert.Equal(expected, safetensors[parameter.Name].As<float>());
            Assert.Equal(value.Rows == 1 && found.Shape.Length == 1 ? [value.Columns] : [value.Rows, value.Columns], found.Shape);
            Assert.Equal(found.Shape, safetensors[parameter.Name].Shape);
            Assert.Equal(("<f4", "F32"), (found.Type, safetensors[parameter.Name].Type));
        }
        Assert.Equal([Items], npz.Last(p => p.Key.EndsWith(".bias", StringComparison.Ordinal) && p.Value.Shape[0] == Items)
            .Value.Shape);
    }

    [Fact]
    public void Weights_of_many_parts_come_in_order()
    {
        var clicks = CsrMatrix.FromPairs(2, 70_000, [(0, 0), (1, 69_999)]);
        using var model = (Autoencoder)Make("multvae", clicks);
        var expected = new float[70_000 * 11];
        model.Backend.Download(model.Parameters["encoder.0.weight"].Value, expected);
        Assert.Equal(expected, NumpyReader.Npz(Bytes(Exported(model).WriteNpz))["encoder.0.weight"].As<float>());
    }

    [Fact]
    public void Baselines_have_the_documented_arrays()
    {
        Assert.Equal("weights [37, 37]", ArraysOf("ease"));
        Assert.Equal("weights [37, 37]", ArraysOf("marec"));
        Assert.Equal("items [37, 6]", ArraysOf("ials"));
        Assert.Equal("items [37, 6]", ArraysOf("wmf"));
        Assert.Equal("counts [37]", ArraysOf("popularity"));
        Assert.Equal("hidden.weight [37, 6], hidden.bias [6], output.weight [37, 6], output.bias [37]", ArraysOf("cdae"));
        Assert.Equal("users.product [9, 2], items.product [37, 2], users.mlp [9, 8], items.mlp [37, 8], mlp.0.weight [8, 16], "
            + "mlp.0.bias [8], mlp.1.weight [4, 8], mlp.1.bias [4], mlp.2.weight [2, 4], mlp.2.bias [2], output.weight [4], "
            + "output.bias [1]", ArraysOf("neumf"));
        Assert.Equal("users.product [9, 2], items.product [37, 2], output.weight [2], output.bias [1]", ArraysOf("gmf"));
        Assert.Contains("has no parameters", Assert.Throws<InputException>(() => ArraysOf("random")).Message);
    }

    [Fact]
    public void Linear_models_score_from_their_file()
    {
        foreach (string name in new[] { "ease", "slim", "itemknn" })
        {
            using var model = Make(name);
            var arrays = SafetensorsReader.Read(Bytes(Exported(model).WriteSafetensors)).Arrays;
            var w = new float[Items * Items];
            if (name == "ease") w = arrays["weights"].As<float>();
            else
            {
                var (offsets, columns) = (arrays["indptr"].As<long>(), arrays["indices"].As<int>());
                var values = arrays["data"].As<float>();
                for (int row = 0; row < Items; row++)
                    for (long e = offsets[row]; e < offsets[row + 1]; e++) w[row * Items + columns[e]] = values[e];
            }
            var scores = new float[Items];
            model.Score(Clicks, 4, 1, scores);
            for (int item = 0; item < Items; item++)
            {
                double expected = 0;
                foreach (int click in Clicks.RowColumns(4)) expected += w[click * Items + item];
                Assert.Equal(expected, scores[item], 1e-5);
            }
        }
    }

    [Fact]
    public void Settings_are_kept_beside_the_arrays()
    {
        using var model = Make("ease");
        Assert.Equal("{\"a\": \"ü\"}", SafetensorsReader.Read(Bytes(Exported(model).WriteSafetensors)).Metadata["settings"]);
        using var json = JsonDocument.Parse(NumpyReader.Entries(Bytes(Exported(model).WriteNpz))["metadata.json"]);
        Assert.Equal("ease", json.RootElement.GetProperty("model").GetString());
        Assert.Equal("{\"a\": \"ü\"}", json.RootElement.GetProperty("settings").GetString());
    }

    [Fact]
    public void The_same_model_makes_the_same_file()
    {
        using var model = Make("multvae");
        Assert.Equal(Bytes(Exported(model).WriteNpz), Bytes(Exported(model).WriteNpz));
    }

    [Theory]
    [InlineData("ease", 1500)]
    [InlineData("multvae", 200_000)]
    public void Writing_makes_no_copy_of_the_weights(string name, int items)
    {
        var clicks = CsrMatrix.FromPairs(2, items, [(0, 0), (1, items - 1)]);
        using var model = Make(name, clicks);
        var export = Exported(model);
        long weights = 4 * export.Arrays.Sum(array => array.Shape.Aggregate((a, b) => a * b));
        foreach (var write in new Action<Stream>[]
        {
            export.WriteNpz, export.WriteSafetensors, stream => export.WriteOnnx(stream, ManualVae.Export.Onnx.OnnxForm.List),
        })
        {
            write(Stream.Null);
            long before = GC.GetAllocatedBytesForCurrentThread();
            write(Stream.Null);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, weights / 2);
        }
    }

    [Fact]
    public void Every_model_of_the_catalogue_has_arrays_but_random()
    {
        foreach (var baseline in BaselineCatalogue.All.Where(baseline => baseline.Name != "random"))
            Assert.NotEqual("", ArraysOf(baseline.Name));
    }

    [Fact]
    public void Texts_of_any_script_are_kept()
    {
        string[] ids = ["a", "", "Ünïcode", "長い", "\U0001F600!"];
        var array = NumpyReader.Npy(Bytes(stream => NpyFile.Write(stream, NamedArray.OfText("ids", ids))));
        Assert.Equal("<U7", array.Type);
        Assert.Equal(ids, array.Texts());
    }

    [Fact]
    public void A_header_says_shape_and_type_as_NumPy_does()
    {
        byte[] file = Bytes(stream => NpyFile.Write(stream, NamedArray.Of<int>("a", () => new[] { 1, 2, 3 }, 3)));
        Assert.Equal("{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }",
            System.Text.Encoding.ASCII.GetString(file, 10, 118).TrimEnd());
        Assert.Equal(128 + 12, file.Length);
    }

    private static string ArraysOf(string name)
    {
        using var model = Make(name);
        return string.Join(", ", Exported(model).Arrays.Select(array => $"{array.Name} [{string.Join(", ", array.Shape)}]"));
    }
}
