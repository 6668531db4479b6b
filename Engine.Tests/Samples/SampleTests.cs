using System.Net;
using System.Net.Http.Json;
using ManualVae.Serving;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Samples;

/// <summary>The programs in samples/ do what their first lines say.</summary>
[Collection(nameof(CommandLine))]
public sealed class SampleTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("TrainAndRecommend", 30)]
    [InlineData("WebService", 20)]
    public void A_sample_is_short(string name, int lines) =>
        Assert.InRange(SampleProcess.Source(name).TrimEnd().Split('\n').Length, 1, lines);

    [Fact]
    public void One_trains_and_recommends_in_ids()
    {
        string clicks = _folder.Write("clicks.csv", TwoTastes.Csv);
        string[] lines = SampleProcess.Run("TrainAndRecommend", clicks, "2", "4", "6", "none");
        Assert.Matches(@"^NDCG@100 (0\.[5-9]\d\d|1\.000) on 40 test users$", lines[0]);
        Assert.Equal("skipped none: no such item", lines[1]);
        int[] items = [.. lines[2..].Select(line => int.Parse(line.Split('\t')[0]))];
        Assert.Equal(10, items.Distinct().Count());
        Assert.All(items, item => Assert.True(item % 2 == 0 && item > 6, $"who clicked 2, 4 and 6 was given {item}"));
    }

    [Fact]
    public async Task One_answers_over_http_as_the_library_does()
    {
        string data = CommandLine.WriteToyData(_folder["data"]), run = _folder["run"];
        CommandLine.Run("train", "--data", data, "--output", run, "--model", "ease").Succeeded();
        using var recommender = Recommender.Load(run);
        using var service = SampleProcess.Start("WebService", "--run", run, "--urls", "http://127.0.0.1:0");
        try
        {
            using var client = new HttpClient { BaseAddress = await SampleProcess.Address(service) };
            static string[] Ids(IReadOnlyList<RankedItem> items) => [.. items.Select(item => item.Id)];

            var user = await client.GetFromJsonAsync<Recommendations>("recommend/u3?top=5");
            Assert.Equal(Ids(recommender.Recommend("u3", 5).Items), Ids(user!.Items));

            var query = new Query { Items = ["i1", "i3", "who"], Top = 4, Exclude = ["i5"] };
            var posted = await client.PostAsJsonAsync("recommend", query);
            var visitor = await posted.Content.ReadFromJsonAsync<Recommendations>();
            Assert.Equal(Ids(recommender.Recommend([query])[0].Items), Ids(visitor!.Items));
            Assert.Equal(["who"], visitor.Unknown);

            var similar = await client.GetFromJsonAsync<SimilarItems>("similar/i2?top=3");
            Assert.Equal(Ids(recommender.Similar("i2", 3).Items), Ids(similar!.Items));

            var nobody = await client.GetAsync("recommend/nobody");
            Assert.Equal(HttpStatusCode.BadRequest, nobody.StatusCode);
            Assert.Contains("no such user", await nobody.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            service.Kill();
        }
    }

    [Fact]
    public void One_shows_that_users_with_clicks_in_common_help_each_other()
    {
        string data = CommandLine.WriteToyData(_folder["data"]), run = _folder["run"];
        CommandLine.Run("train", "--data", data, "--output", run, "--epochs", "5", "--hidden", "16", "--latent", "8",
            "--device", "simd").Succeeded();
        string[] lines = SampleProcess.Run("GradientStudy", run, "20");
        Assert.Contains(lines, line => line.StartsWith("encoder.0: cosine of two draws", StringComparison.Ordinal));
        double Cosine(string group) => double.Parse(lines.Single(line => line.StartsWith($"pairs {group} clicks in common",
            StringComparison.Ordinal)).Split("mean cosine ")[1].Split(',')[0]);
        Assert.True(Cosine("with") > Cosine("without") + 0.1, string.Join('\n', lines));
    }
}
