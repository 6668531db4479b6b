using System.Text.Json;
using ManualVae.Data;
using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class ResultsTests
{
    private static readonly EvaluationSplit Split = new(
        FixedScores.Rows(4, [0], [1, 2], [3]), FixedScores.Rows(4, [1], [], [0, 2]), FirstUser: 2);

    private static EvaluationResult Evaluate(string metrics) => Evaluator.Evaluate(
        new FixedScores([[1, 2, 3, 4], [1, 2, 3, 4], [4, 3, 2, 1]]), Split, Metric.ParseList(metrics));

    [Fact]
    public void Results_have_the_shape_of_the_contract()
    {
        var document = ResultsDocument.From(Evaluate("Recall@1 NDCG@3 Coverage@1"), "ease", "some/data", "test");
        using var json = JsonDocument.Parse(document.ToJson());
        var root = json.RootElement;
        Assert.Equal(["model", "data", "split", "users", "skippedUsers", "metrics", "emptyFoldIn"],
            root.EnumerateObject().Select(p => p.Name));
        Assert.Equal((2, 1), (root.GetProperty("users").GetInt32(), root.GetProperty("skippedUsers").GetInt32()));
        var recall = root.GetProperty("metrics").GetProperty("Recall@1");
        Assert.Equal(0.5, recall.GetProperty("mean").GetDouble());
        Assert.Equal(0.5 / Math.Sqrt(2), recall.GetProperty("standardError").GetDouble(), 12);
        var coverage = root.GetProperty("metrics").GetProperty("Coverage@1");
        Assert.Equal(0.5, coverage.GetProperty("mean").GetDouble());
        Assert.Equal(JsonValueKind.Null, coverage.GetProperty("standardError").ValueKind);
    }

    [Fact]
    public void Results_read_back()
    {
        using var folder = TestData.NewFolder();
        var document = ResultsDocument.From(Evaluate("Recall@1,Gini@2"), "ease", "some/data", "test");
        document.Save(folder["results.json"]);
        var again = ResultsDocument.Load(folder["results.json"]);
        Assert.Equal(document.Metrics, again.Metrics);
        Assert.Equal(document.ToJson(), again.ToJson());
        Assert.Contains("evaluate", Assert.Throws<InputException>(() => ResultsDocument.Load(folder["none.json"])).Message);
        Assert.Throws<InputException>(() => ResultsDocument.Load(folder.Write("bad.json", "{\"model\": 3")));
        Assert.Throws<InputException>(() => ResultsDocument.Load(folder.Write("other.json", "{\"model\": \"ease\"}")));
    }

    [Fact]
    public void A_part_with_nothing_to_find_is_refused()
    {
        var nobody = new EvaluationSplit(FixedScores.Rows(2, [0]), FixedScores.Rows(2, [[]]), 0);
        Assert.Contains("nothing can be measured", Assert.Throws<InputException>(() =>
            Evaluator.Evaluate(new FixedScores([[1, 2]]), nobody, Metric.ParseList("Recall@1"))).Message);
    }

    [Fact]
    public void Per_user_values_read_back_to_the_last_bit()
    {
        using var folder = TestData.NewFolder();
        string path = folder["users.tsv"];
        var result = Evaluate("Recall@1 NDCG@3 Coverage@1");
        PerUserFile.Write(path, result, Split, ["a", "b", "c", "d", "e"]);
        Assert.Equal("user\tfold_in\theld_out\tRecall@1\tNDCG@3", File.ReadLines(path).First());
        Assert.StartsWith("e\t1\t2\t1\t", File.ReadLines(path).Last());
        var (users, metrics) = PerUserFile.Read(path);
        Assert.Equal(["c", "e"], users);
        Assert.Equal(result.Metrics[1].PerUser, metrics["NDCG@3"]);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("name\tvalue\n", "line 1")]
    [InlineData("user\tfold_in\theld_out\tx\na\t1\t2\n", "line 2: 3 fields")]
    [InlineData("user\tfold_in\theld_out\tx\na\t1\t2\tmuch\n", "'much'")]
    public void What_is_no_per_user_file_is_refused(string text, string message)
    {
        using var folder = TestData.NewFolder();
        Assert.Contains(message, Assert.Throws<InputException>(() => PerUserFile.Read(folder.Write("x.tsv", text))).Message);
    }
}
