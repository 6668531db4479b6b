using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using Parquet;
using Parquet.Schema;
using Xunit;

namespace ManualVae.Tests.Evaluation;

/// <summary>Lists of other systems, read from a file.</summary>
public sealed class PredictionTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equals_an_independent_script()
    {
        // Fixtures/Predictions/score.py, plain Python, writes out every order of tied items.
        var clicks = File.ReadAllLines(TestData.Fixture("Predictions", "clicks.txt")).Select(line => line.Split('|')).ToArray();
        string[] items = [.. Enumerable.Range(0, 25).Select(i => $"i{i}")];
        CsrMatrix Clicks(int column) => FixedScores.Rows(items.Length, [.. clicks.Select(user => user[column]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => Array.IndexOf(items, id)).ToArray())]);
        string[] genres = [.. File.ReadAllLines(TestData.Fixture("Predictions", "genres.txt"))
            .Select(line => line.Split('|')[1].Replace(' ', '|'))];
        var data = Dataset(Clicks(1), Clicks(2), [.. clicks.Select(user => user[0])], items, genres);
        var expected = File.ReadAllLines(TestData.Fixture("Predictions", "expected.txt")).Select(line => line.Split(' '))
            .ToDictionary(fields => fields[0], fields => fields[1..]);
        var metrics = Metric.ParseList(string.Join(',', expected.Keys.Except(["users", "skipped", "known"])));
        using var predictions = Predictions.Read(TestData.Fixture("Predictions", "lists.csv"), data, data.Test!);

        var result = Evaluator.Evaluate(predictions, data.Test!, metrics, ItemFacts.Of(data));

        double Number(string name, int column) => double.Parse(expected[name][column], CultureInfo.InvariantCulture);
        Assert.Equal(Enum.GetValues<MetricKind>(), metrics.Select(metric => metric.Kind).Distinct().Order());
        Assert.Equal((Number("users", 0), Number("skipped", 0)), (result.Users, result.SkippedUsers));
        Assert.All(result.Metrics, metric =>
        {
            Assert.Equal(Number(metric.Metric.Name, 0), metric.Mean, 1e-9);
            Assert.Equal(expected[metric.Metric.Name][1] == "-", metric.StandardError is null);
            if (metric.StandardError is double error) Assert.Equal(Number(metric.Metric.Name, 1), error, 1e-9);
        });
        var counts = predictions.Counts;
        Assert.Equal((11, 1, 0, 1, 2), (counts.Users, counts.MissingUsers, counts.OtherUsers, counts.UnknownUsers,
            counts.UnknownItems));
        Assert.Equal(Number("known", 0), counts.KnownItems);
    }

    [Theory]
    [InlineData("a.csv", "user,item,score\nx,p,1\nx,q,3\nx,r,2\n")]
    [InlineData("a.csv", "Item ID;User ID;Rating\np;x;1\nq;x;3\nr;x;2\n")]
    [InlineData("a.inter", "user_id:token\titem_id:token\tscore:float\nx\tp\t1\nx\tq\t3\nx\tr\t2\n")]
    [InlineData("a.tsv", "x\tq\nx\tr\nx\tp\n")]                         // the order of the lines
    [InlineData("a.tsv", "user\trank\titem\tscore\nx\t1\tq\t7\nx\t2\tr\t9\nx\t3\tp\t8\n")] // a rank wins over a score
    [InlineData("a.csv", "x,p,0.1\nx,q,0.3\nx,r,0.2\n")]
    [InlineData("a.csv", "x,p,3\nx,q,1\nx,r,2\n")]                      // 1, 2, 3 without a header are ranks
    [InlineData("a.csv", "x,\"p\",2\r\nx,\"q\",0\r\nx,\"r\",1\r\n")]
    [InlineData("a.csv", "\uFEFFuser,item,rank\nx,p,30\nx,q,10\nx,r,20\n")]
    public void Every_layout_gives_the_same_list(string name, string text)
    {
        var data = Small();
        using var predictions = Predictions.Read(_folder.Write(name, text), data, data.Test!);
        var (items, scores) = (new int[4], new float[4]);
        predictions.Rank(data.Test!.FoldIn, 0, 1, 4, items, scores);
        Assert.Equal([1, 2, 0, -1], items); // q, r, p
    }

    [Theory]
    [InlineData("user,item,score\nx,p,1\nx,p,2\n", "a.csv:3: user x has item p twice")]
    [InlineData("user,item,score\nx,p,high\n", "a.csv:2: the score 'high' is not a number")]
    [InlineData("customer,thing,score\nx,p,1\n", "a.csv:1: the score 'score' is not a number; a header must name")]
    [InlineData("user,item,score\nx,p,NaN\n", "a.csv:2: the score 'NaN'")]
    [InlineData("user,item,score\nx,p\n", "a.csv:2: 2 fields, expected 3")]
    [InlineData("user,item,score\nx,,1\n", "a.csv:2: the item is empty")]
    [InlineData("x,p,1,2\n", "a.csv:1: 4 columns without a header")]
    [InlineData("user,item,score\n", "holds no predictions")]
    [InlineData("", "the file is empty")]
    [InlineData("PAR1...", "a.csv: cannot be read")]
    [InlineData("user,item\nw,p\n", "nobody of the users to be evaluated; its first user is 'w', theirs is 'x'")]
    [InlineData("user,item\nx,0\n", "none of the data's items; its first item is '0', the data's is 'p'")]
    public void What_cannot_be_read_is_named(string text, string expected)
    {
        var data = Small();
        string path = _folder.Write("a.csv", text);
        Assert.Contains(expected, Assert.Throws<InputException>(() => Predictions.Read(path, data, data.Test!)).Message);
    }

    [Theory]
    [InlineData("rank")]
    [InlineData("score")]
    [InlineData("")]
    public async Task Parquet_is_read_by_the_names_of_its_columns(string third)
    {
        var data = Dataset(FixedScores.Rows(4, [[3]]), FixedScores.Rows(4, [[1]]), ["7"], ["p", "q", "r", "s"]);
        string path = _folder["a.parquet"];
        var (user, item) = (new DataField<long>("user_id"), new DataField<string>("item"));
        var (rank, score) = (new DataField<int>("rank"), new DataField<double>("score"));
        await using (var file = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(third switch
        {
            "rank" => new ParquetSchema(item, rank, user),
            "score" => new ParquetSchema(item, score, user),
            _ => new ParquetSchema(item, user),
        }, file))
            foreach (var (items, ranks) in new[] { ((string[])["q", "r"], (int[])[1, 2]), (["p"], [3]) }) // two row groups
            {
                using var rows = writer.CreateRowGroup();
                await rows.WriteAsync(item, items);
                if (third == "rank") await rows.WriteAsync<int>(rank, ranks);
                if (third == "score") await rows.WriteAsync<double>(score, ranks.Select(r => 0.5 - r / 10.0).ToArray());
                await rows.WriteAsync<long>(user, ranks.Select(_ => 7L).ToArray());
            }
        using var predictions = Predictions.Read(path, data, data.Test!);
        var (listed, scores) = (new int[4], new float[4]);
        predictions.Rank(data.Test!.FoldIn, 0, 1, 4, listed, scores);
        Assert.Equal([1, 2, 0, -1], listed); // q, r, p
        Assert.Equal(3, predictions.Counts.Lines);
    }

    [Fact]
    public async Task Parquet_without_the_columns_says_which_there_are()
    {
        string path = _folder["a.parquet"];
        var (user, thing) = (new DataField<long>("user_id"), new DataField<string>("thing"));
        await using (var file = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(user, thing), file))
        {
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync<long>(user, new long[] { 1 });
            await rows.WriteAsync(thing, ["p"]);
        }
        var data = Small();
        Assert.EndsWith("a.parquet: its columns are user_id, thing; expected user, item, and score or rank.",
            Assert.Throws<InputException>(() => Predictions.Read(path, data, data.Test!)).Message);
    }

    [Fact]
    public void Items_that_are_not_listed_are_not_found()
    {
        // Only p is listed: q is no hit, however long the list may be, and the list is not filled up.
        var data = Small();
        using var predictions = Predictions.Read(_folder.Write("a.csv", "x,p,1\n"), data, data.Test!);
        var result = Evaluator.Evaluate(predictions, data.Test!, Metric.ParseList("Recall@4 Precision@2 Coverage@4"));
        Assert.Equal([0, 0, 0.25], result.Metrics.Select(m => m.Mean));
    }

    private static PreparedDataset Small() =>
        Dataset(FixedScores.Rows(4, [[3]]), FixedScores.Rows(4, [[1]]), ["x"], ["p", "q", "r", "s"]);

    private static PreparedDataset Dataset(CsrMatrix known, CsrMatrix heldOut, string[] users, string[] items,
        string[]? genres = null) => new(
        new DatasetManifest { Source = new("synthetic", "lists"), Split = SplitKind.Weak }, known, null,
        new EvaluationSplit(known, heldOut, 0), users, new ItemList(items, null, genres));
}
