using ManualVae.Data;
using ManualVae.Export.Onnx;
using ManualVae.Models;
using ManualVae.Tests.Models;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static ManualVae.Tests.Export.ExportedModels;

namespace ManualVae.Tests.Export;

/// <summary>Exported models in ONNX Runtime: they score and rank as ours.</summary>
public class OnnxTests
{
    public static TheoryData<string> Names => [.. All];

    [Theory, MemberData(nameof(Names))]
    public void The_dense_form_scores_as_the_model(string name)
    {
        using var model = Make(name);
        using var session = new InferenceSession(Bytes(stream => Exported(model).WriteOnnx(stream, OnnxForm.Dense)));
        AssertSameScores(model, Dense(session));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_list_form_ranks_as_the_model(string name)
    {
        using var model = Make(name);
        using var session = new InferenceSession(Bytes(stream => Exported(model).WriteOnnx(stream, OnnxForm.List)));
        foreach (int k in new[] { 1, 10, Items })
        {
            var (items, scores) = (new int[Users * k], new float[Users * k]);
            model.Rank(Clicks, 0, Users, k, items, scores);
            var (theirItems, theirScores) = List(session, Clicks, k);
            Assert.Equal(items.Select(item => (long)item), theirItems);
            float scale = scores.Where(float.IsFinite).Max(Math.Abs);
            for (int i = 0; i < scores.Length; i++)
                Assert.True(scores[i] == theirScores[i] || Math.Abs(scores[i] - theirScores[i]) < 1e-5 * scale,
                    $"{name}: {scores[i]} and {theirScores[i]}");
        }
    }

    [Fact]
    public void Equal_scores_rank_the_lower_item_first()
    {
        // Items of three counts: most are equal to others.
        var clicks = CsrMatrix.FromPairs(4, 300, [.. from u in Enumerable.Range(0, 3)
                                                     from i in Enumerable.Range(0, 300) where i * 7 % 3 > u select (u, i)]);
        using var model = Make("popularity", clicks);
        using var session = new InferenceSession(Bytes(stream => Exported(model).WriteOnnx(stream, OnnxForm.List)));
        var (items, scores) = (new int[4 * 150], new float[4 * 150]);
        model.Rank(clicks, 0, 4, 150, items, scores);
        Assert.Equal(items.Select(item => (long)item), List(session, clicks, 150).Items);
    }

    [Fact]
    public void A_list_may_be_longer_than_asked_for_and_hold_clicks_twice()
    {
        using var model = Make("multvae");
        using var session = new InferenceSession(Bytes(stream => Exported(model).WriteOnnx(stream, OnnxForm.List)));
        long[] once = Run(session, [3, 8, 20], [1, 3], 5).Items;
        Assert.Equal(once, Run(session, [20, -1, 3, 8, 3, -1, 20], [1, 7], 5).Items);
        Assert.Equal(Items, Run(session, [3, 8, 20], [1, 3], 1000).Items.Length);
        Assert.Equal([-1, -1, -1], Run(session, [3, 8, 20], [1, 3], 1000).Items[^3..]);
    }

    [Fact]
    public void Weights_may_lie_in_a_file_beside_the_model()
    {
        using var folder = TestData.NewFolder();
        var clicks = ToyClicks.Random(Users, 600);
        using var model = Make("multvae", clicks);
        var export = Exported(model);
        Assert.False(export.NeedsOnnxData(OnnxForm.Dense));
        File.WriteAllBytes(folder["m.onnx"], Bytes(stream => export.WriteOnnx(stream, OnnxForm.Dense, "m.onnx.data")));
        File.WriteAllBytes(folder["m.onnx.data"], Bytes(stream => export.WriteOnnxData(stream, OnnxForm.Dense)));
        Assert.InRange(new FileInfo(folder["m.onnx"]).Length, 1000, 10_000);
        using var session = new InferenceSession(folder["m.onnx"]);
        AssertSameScores(model, Dense(session, clicks), clicks);
    }

    [Fact]
    public void The_model_carries_its_metadata()
    {
        using var model = Make("ease");
        using var session = new InferenceSession(Bytes(stream => Exported(model).WriteOnnx(stream, OnnxForm.Dense)));
        Assert.Equal("{\"a\": \"ü\"}", session.ModelMetadata.CustomMetadataMap["settings"]);
        Assert.Equal("manualvae", session.ModelMetadata.ProducerName);
    }

    [Theory]
    [InlineData("ials", "Vectors")]
    [InlineData("random", "no function of clicks")]
    [InlineData("gmf", "training users only")]
    [InlineData("neumf", "training users only")]
    public void What_ONNX_cannot_hold_is_refused(string name, string why)
    {
        using var model = Make(name);
        Assert.Contains(why, Assert.Throws<InputException>(
            () => Bytes(stream => Exported(model).WriteOnnx(stream, OnnxForm.Dense))).Message);
    }

    private static void AssertSameScores(IRecommender model, float[] theirs, CsrMatrix? clicks = null)
    {
        clicks ??= Clicks;
        var ours = new float[Users * model.ItemCount];
        model.Score(clicks, 0, Users, ours);
        float scale = ours.Max(Math.Abs);
        Assert.True(scale > 0.01);
        for (int i = 0; i < ours.Length; i++)
            Assert.True(Math.Abs(ours[i] - theirs[i]) <= 1e-5 * scale, $"{model.Name}: {ours[i]} and {theirs[i]}");
    }

    private static float[] Dense(InferenceSession session, CsrMatrix? clicks = null)
    {
        clicks ??= Clicks;
        var x = new float[clicks.Rows * clicks.Columns];
        for (int user = 0; user < clicks.Rows; user++)
            foreach (int item in clicks.RowColumns(user)) x[user * clicks.Columns + item] = 1;
        using var input = OrtValue.CreateTensorValueFromMemory(x, [clicks.Rows, clicks.Columns]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [input], ["scores"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static (long[] Items, float[] Scores) List(InferenceSession session, CsrMatrix clicks, int k)
    {
        int length = Enumerable.Range(0, clicks.Rows).Max(clicks.RowLength);
        var lists = new long[clicks.Rows * length];
        Array.Fill(lists, -1);
        for (int user = 0; user < clicks.Rows; user++)
            for (int e = 0; e < clicks.RowLength(user); e++) lists[user * length + e] = clicks.RowColumns(user)[e];
        return Run(session, lists, [clicks.Rows, length], k);
    }

    private static (long[] Items, float[] Scores) Run(InferenceSession session, long[] lists, long[] shape, long k)
    {
        using var clicks = OrtValue.CreateTensorValueFromMemory(lists, shape);
        using var top = OrtValue.CreateTensorValueFromMemory([k], [1]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["clicks", "k"], [clicks, top], ["items", "scores"]);
        return (results[0].GetTensorDataAsSpan<long>().ToArray(), results[1].GetTensorDataAsSpan<float>().ToArray());
    }
}
