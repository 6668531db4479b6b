using System.Globalization;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tools.Sweep;
using Xunit;

namespace ManualVae.Tests.Tools;

[Collection(nameof(CommandLine))]
public sealed class SearchAndCompareTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data;

    public SearchAndCompareTests() => _data = CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_comparison_is_paired_and_corrected()
    {
        foreach (string model in new[] { "popularity", "itemknn", "ease" })
            CommandLine.Run("train", "--data", _data, "--output", _folder[model], "--model", model).Succeeded();
        string[] runs = [_folder["popularity"], _folder["itemknn"], _folder["ease"]];
        var json = CommandLine.Run(["compare", .. runs, "--metrics", "NDCG@5,Recall@5,Coverage@5", "--json"]).Succeeded().Json;
        Assert.Equal(runs[0], json.GetProperty("baseline").GetString());
        var rows = json.GetProperty("comparisons").EnumerateArray().ToList();
        Assert.Equal(4, rows.Count); // two runs, two metrics; coverage is not a mean over users
        Assert.All(rows, row =>
        {
            double difference = Number(row, "mean") - Number(row, "baselineMean");
            Assert.Equal(difference, Number(row, "difference"), 12);
            Assert.InRange(difference, Number(row, "low") - 1e-12, Number(row, "high") + 1e-12);
            Assert.True(Number(row, "adjustedP") >= Number(row, "tTestP"));
        });
        Assert.Contains("Holm", CommandLine.Run(["compare", .. runs]).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run("compare", runs[0]).ExitCode);

        // Two runs of a deterministic model count as one and change nothing; groups of users are corrected for as well.
        var pooled = CommandLine.Run("compare", $"{runs[0]},{runs[0]}", runs[2], "--metrics", "NDCG@5", "--by-clicks", "4,100",
            "--json").Succeeded().Json;
        var groups = pooled.GetProperty("comparisons").EnumerateArray().ToList();
        Assert.Equal("all", groups[0].GetProperty("group").GetString());
        Assert.Equal(Number(rows[1], "difference"), Number(groups[0], "difference"), 12);
        Assert.Equal(groups[0].GetProperty("users").GetInt32(), groups.Skip(1).Sum(g => g.GetProperty("users").GetInt32()));
        Assert.Equal(0, pooled.GetProperty("runs")[0].GetProperty("metrics").GetProperty("NDCG@5")
            .GetProperty("seedDeviation").GetDouble());
        Assert.Contains("--by-clicks", CommandLine.Run("compare", runs[0], runs[1], "--by-clicks", "50,10").Messages,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_sweep_ranks_by_validation_and_does_nothing_twice()
    {
        string[] sweep = ["sweep", "--data", _data, "--output", _folder["sweep"], "--vary", "latent=2,4", "--vary",
            "hidden=none|8", "--epochs", "3",
            "--batch-size", "8", "--device", "simd", "--validation-metric", "NDCG@5"];
        var first = CommandLine.Run([.. sweep, "--json"]).Succeeded().Json;
        var trials = first.GetProperty("trials").EnumerateArray().ToList();
        Assert.Equal(4, trials.Count);
        double[] values = [.. trials.Select(t => Number(t, "validation"))];
        Assert.Equal(values.OrderDescending(), values);
        Assert.Equal(trials[0].GetProperty("run").GetString(), first.GetProperty("best").GetProperty("run").GetString());
        string best = trials[0].GetProperty("run").GetString()!;
        Assert.False(File.Exists(Path.Combine(best, "results.json"))); // the test part was not touched
        var written = File.GetLastWriteTimeUtc(Path.Combine(best, "best.ckpt"));

        // Again, with one more value: the four are there already.
        var second = CommandLine.Run([.. sweep[..6], "latent=2,4,6", .. sweep[7..], "--json"]).Succeeded().Json;
        Assert.Equal(6, second.GetProperty("trials").GetArrayLength());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(best, "best.ckpt")));
        Assert.Equal(6, JsonDocument.Parse(File.ReadAllText(_folder["sweep", "sweep.json"])).RootElement.GetProperty(
            "trials").GetArrayLength());
    }

    [Fact]
    public void An_interrupted_sweep_goes_on()
    {
        string[] sweep = ["sweep", "--data", _data, "--vary", "latent=2,4", "--epochs", "2", "--hidden", "8", "--batch-size",
            "8", "--device", "simd", "--json"];
        var whole = CommandLine.Run([.. sweep, "--output", _folder["whole"]]).Succeeded().Json;
        Assert.Equal(130, CommandLine.RunUntil("trial 2/2", [.. sweep, "--output", _folder["stopped"]]).ExitCode);
        var resumed = CommandLine.Run([.. sweep, "--output", _folder["stopped"]]).Succeeded().Json;
        Assert.Equal(
            whole.GetProperty("trials").EnumerateArray().Select(t => Number(t, "validation")),
            resumed.GetProperty("trials").EnumerateArray().Select(t => Number(t, "validation")));
    }

    [Fact]
    public void Random_draws_stay_in_their_ranges_and_more_begin_with_the_fewer()
    {
        var space = new SweepSpace(["dropout=0.2..0.8", "learning-rate=log:0.0001..0.01", "latent=64..256",
            "likelihood=multinomial,logistic"]);
        var trials = space.Draw(50, seed: 3);
        Assert.Equal(trials.Take(5).Select(t => t["dropout"]), space.Draw(5, seed: 3).Select(t => t["dropout"]));
        Assert.All(trials, t =>
        {
            Assert.InRange(double.Parse(t["dropout"], CultureInfo.InvariantCulture), 0.2, 0.8);
            Assert.InRange(double.Parse(t["learning-rate"], CultureInfo.InvariantCulture), 0.0001, 0.01);
            Assert.InRange(int.Parse(t["latent"], CultureInfo.InvariantCulture), 64, 256);
        });
        Assert.InRange(trials.Count(t => double.Parse(t["learning-rate"], CultureInfo.InvariantCulture) < 0.001), 15,
            35); // half of a log range
        Assert.Equal(2, trials.Select(t => t["likelihood"]).Distinct().Count());
    }

    [Theory]
    [InlineData("beta")]
    [InlineData("beta=")]
    [InlineData("beta=1..0")]
    [InlineData("beta=log:0..1")]
    [InlineData("beta=a..b")]
    public void A_dimension_that_is_none_is_refused(string text) =>
        Assert.Contains("--vary", Assert.Throws<InputException>(() => new SweepSpace([text])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("colour=1,2", "--vary colour")]
    [InlineData("latent=1,x", "--vary latent 'x'")]
    [InlineData("latent=0,1", "--latent is 0")]
    [InlineData("beta=0..1", "--random")]
    public void An_impossible_sweep_trains_nothing(string vary, string expected)
    {
        var result = CommandLine.Run("sweep", "--data", _data, "--output", _folder["sweep"], "--vary", vary);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["sweep"]));
    }

    [Fact]
    public void The_demo_does_the_whole_job()
    {
        var result = CommandLine.Run("demo", "--output", _folder["demo"], "--epochs", "2", "--json").Succeeded();
        var models = result.Json.GetProperty("results").EnumerateArray()
            .ToDictionary(r => r.GetProperty("model").GetString()!,
                r => Number(r.GetProperty("metrics").GetProperty("NDCG@100"), "mean"));
        Assert.Equal(["multvae", "ease", "itemknn", "popularity"], models.Keys);
        Assert.True(models["ease"] > 1.5 * models["popularity"],
            "personal models must clearly beat popularity, or the data is no use");
        Assert.DoesNotContain("warning", result.Messages, StringComparison.Ordinal);
        Assert.Equal(0.2, Number(JsonDocument.Parse(File.ReadLines(_folder["demo/multvae/metrics.jsonl"]).Last()).RootElement,
            "beta"));
        Assert.Contains("<svg", File.ReadAllText(result.Json.GetProperty("report").GetString()!), StringComparison.Ordinal);
        var again = CommandLine.Run("demo", "--output", _folder["demo"], "--epochs", "1").Succeeded(); // replaces its own folder
        foreach (string line in again.Output.Split('\n').Where(line => line.StartsWith("  manualvae ", StringComparison.Ordinal)))
            CommandLine.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]).Succeeded();
        Assert.Contains("  manualvae recommend", again.Output, StringComparison.Ordinal);
        _folder.Write("demo/ease/notes.txt", "keep");
        var refused = CommandLine.Run("demo", "--output", _folder["demo"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("holds ease/notes.txt", refused.Messages, StringComparison.Ordinal);
        _folder.Write("mine/notes.txt", "keep");
        Assert.Equal(2, CommandLine.Run("demo", "--output", _folder["mine"]).ExitCode); // and no other
        Assert.True(File.Exists(_folder["mine", "notes.txt"]));
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
