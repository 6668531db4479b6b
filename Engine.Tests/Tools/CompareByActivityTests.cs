using System.Text.Json;
using System.Xml.Linq;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tests.Evaluation;
using ManualVae.Tools;
using ManualVae.Tools.Runs;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Groups of users by the clicks that the models are shown: in <c>compare</c>, its page, and the report.</summary>
[Collection(nameof(CommandLine))]
public sealed class CompareByActivityTests : IDisposable
{
    private const int Users = 25, Items = 12;
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string[] _runs;

    // The same users in training and test. User u has 2 + u % 5 training clicks, one of validation and one of the test.
    public CompareByActivityTests()
    {
        int[] Row(int user, int first, int count) => [.. Enumerable.Range(first, count).Select(k => (user + k) % Items).Order()];
        CsrMatrix Clicks(int first, Func<int, int> count) =>
            FixedScores.Rows(Items, [.. Enumerable.Range(0, Users).Select(u => Row(u, first, count(u)))]);
        var (train, validation, test) = (Clicks(0, u => 2 + u % 5), Clicks(7, _ => 1), Clicks(9, _ => 1));
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", "weak"), Split = SplitKind.Weak }, train,
            new(train, validation, 0), new(CsrMatrix.Union(train, validation), test, 0),
            [.. Enumerable.Range(0, Users).Select(u => $"u{u:00}")],
            new ItemList([.. Enumerable.Range(0, Items).Select(i => $"i{i}")])).Save(_folder["data"]);
        _runs = [Train("popularity"), Train("itemknn")];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fifths_of_the_users_by_the_clicks_shown_are_compared_and_corrected_together()
    {
        var json = Compare("--by-activity", "--json").Json;
        // At the test the models are shown the validation click too.
        Assert.Equal(["3", "4", "5", "6", "7"], Names(json));
        var first = json.GetProperty("activity")[0];
        Assert.Equal((3, 3, 5), (Int(first, "leastFoldIn"), Int(first, "mostFoldIn"), Int(first, "users")));
        var rows = json.GetProperty("comparisons").EnumerateArray().ToList();
        Assert.Equal(["all", "3", "4", "5", "6", "7"], rows.Select(row => row.GetProperty("group").GetString()));
        Assert.All(rows, row =>
        {
            double p = row.GetProperty("adjustedP").GetDouble();
            Assert.Equal(p < .001 ? "***" : p < .01 ? "**" : p < .05 ? "*" : "", row.GetProperty("stars").GetString());
            Assert.True(row.GetProperty("meanError").GetDouble() >= 0 && row.GetProperty("baselineError").GetDouble() >= 0);
        });
        // Against the values of single users in the file of evaluate.
        var users = File.ReadAllLines(_folder["users.tsv"]).Skip(1).Select(line => line.Split('\t'))
            .Where(fields => fields[1] == "5").Select(fields => double.Parse(fields[3])).ToList();
        Assert.Equal(5, users.Count);
        Assert.Equal(users.Average(), rows[3].GetProperty("mean").GetDouble(), 12);
        double mean = users.Average();
        Assert.Equal(Math.Sqrt(users.Sum(v => (v - mean) * (v - mean)) / 25), rows[3].GetProperty("meanError").GetDouble(), 12);
    }

    [Fact]
    public void What_is_shown_depends_on_part_and_protocol()
    {
        Assert.Equal(["2", "3", "4", "5", "6"], Names(Compare("--by-activity", "5", "--split", "validation", "--json").Json));
        Assert.Equal(["2", "3", "4", "5", "6"], Names(Compare("--by-activity", "--protocol", "diffrec", "--json").Json));
        Assert.Equal(["3 to 4", "5 to 7"], Names(Compare("--by-activity", "2", "--json").Json));
        Assert.Empty(Names(Compare("--json").Json));
    }

    [Fact]
    public void The_terminal_says_what_the_groups_and_stars_are()
    {
        string output = Compare("--by-activity", "2").Output;
        foreach (string part in new[] { "3 to 4", "5 to 7", "±", "(fold-in)", "itemknn against popularity: ", "*** p < .001",
            "of p (Holm)", "NDCG@3: itemknn is " })
            Assert.Contains(part, output, StringComparison.Ordinal);
        Assert.DoesNotContain("fold-in", Compare().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_and_a_figure_show_the_groups()
    {
        Compare("--by-activity", "--output", _folder["page.html"], "--json");
        string page = File.ReadAllText(_folder["page.html"]);
        Assert.Contains("<title>itemknn against popularity</title>", page, StringComparison.Ordinal);
        Assert.Contains("NDCG@3 by activity", page, StringComparison.Ordinal);
        Assert.Contains("itemknn minus popularity", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme:dark", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        var onOutput = Compare("--by-activity", "--output", "-").Output;
        Assert.Equal(page, onOutput); // the page alone
        Compare("--by-activity", "--output", _folder["figure.svg"]);
        var svg = XDocument.Load(_folder["figure.svg"]).Root!;
        string[] texts = [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        foreach (string text in new[] { "3 clicks", "7 clicks", "popularity", "itemknn", "NDCG@3" }) Assert.Contains(text, texts);
        Assert.Equal(10, svg.Descendants().Count(e => e.Name.LocalName == "title" && e.Value.Contains("clicks: ")));
    }

    [Fact]
    public void The_report_of_runs_has_the_same_figure()
    {
        foreach (string run in _runs) CommandLine.Run("evaluate", "--run", run, "--metrics", "NDCG@3").Succeeded();
        string Report(params string[] runs)
        {
            CommandLine.Run(["report", .. runs, "--output", _folder["report.html"]]).Succeeded();
            return File.ReadAllText(_folder["report.html"]);
        }
        string page = Report(_runs);
        Assert.Contains("<h3>By activity</h3>", page, StringComparison.Ordinal);
        Assert.Contains("itemknn minus popularity", page, StringComparison.Ordinal);
        Assert.Contains("3 clicks: popularity 0.", page, StringComparison.Ordinal);
        var row = Compare("--by-activity", "--json").Json.GetProperty("comparisons")[5];
        double difference = row.GetProperty("difference").GetDouble();
        Assert.Contains(difference.ToString("+0.0000;−0.0000;0.0000"), page, StringComparison.Ordinal);
        string alone = Report(_runs[0]);
        Assert.Contains("<h3>By activity</h3>", alone, StringComparison.Ordinal);
        Assert.DoesNotContain("t-test", alone, StringComparison.Ordinal);
        // An evaluation of an older version says nothing of what was shown.
        string file = _folder["popularity", "evaluations/test.json"], text = File.ReadAllText(file);
        int from = text.IndexOf(",\"foldIn\":", StringComparison.Ordinal);
        File.WriteAllText(file, text[..from] + "}");
        Assert.DoesNotContain("<h3>By activity</h3>", Report(_runs[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--by-activity 1", "2 or more")]
    [InlineData("--by-activity run", "after the runs")]
    [InlineData("--by-activity 3 --by-clicks 5,10", "one of the two")]
    [InlineData("--output figure.svg", "--by-activity")]
    [InlineData("--by-activity --output figure.pdf", ".html or .svg")]
    [InlineData("--output - --json", "--json")]
    public void What_cannot_be_is_refused_before_the_work(string flags, string expected)
    {
        var result = CommandLine.Run(["compare", .. _runs, .. flags.Split(' ')]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain("evaluating", result.Messages, StringComparison.Ordinal);
    }

    /// <summary>Twelve users, two metrics: the model is above in one, for all users and for those with most clicks.</summary>
    [Fact]
    public void Words_say_what_the_stars_say()
    {
        int[] users = [.. Enumerable.Range(0, 12)];
        double[] zero = new double[12], gain = [.. users.Select(u => u < 6 ? (u % 2 - .5) / 10 : .5 + u / 100.0)];
        var runs = new[] { zero, gain }.Select(first => new PooledRuns([new("data", [.. users.Select(u => $"{u:00}")],
            [.. Enumerable.Range(3, 12)], [.. Enumerable.Range(2, 12)],
            new Dictionary<string, double[]> { ["NDCG@3"] = first, ["Recall@3"] = zero })])).ToArray();
        var groups = runs[0].ByActivity(2);
        var comparison = new Comparison([new("r/a", "a", runs[0]), new("r/b", "b", runs[1])],
            PairedComparison.WithFirst([("r/a", runs[0].Values), ("r/b", runs[1].Values)],
                groups: [.. groups.Select(group => (group.Name, group.Users))]), groups);
        Assert.Equal(["b against a: higher in NDCG@3; no difference beyond chance in Recall@3."], comparison.Summaries());
        Assert.Equal(["NDCG@3: b is above a for users with 8 to 13 *** clicks shown. Other groups: no difference beyond chance."],
            comparison.Verdicts("NDCG@3"));
        Assert.Equal(["Recall@3: b is neither above nor below a in any of 2 groups beyond chance."],
            comparison.Verdicts("Recall@3"));
    }

    [Fact]
    public void Pooled_runs_have_short_names()
    {
        Assert.Equal(["vae (2 runs)", "ease"], Comparison.Labels([["r/vae-1", "r/vae-2"], ["r/ease"]]));
        Assert.Equal(["fp32 (2 runs)"], Comparison.Labels([["r/fp32-1", "r/fp32-2"]])); // the number is part of the name
        Assert.Equal(["one (2 runs)"], Comparison.Labels([["r/one", "s/two"]])); // nothing in common: the first
        Assert.Equal(["vae (3 runs)"], Comparison.Labels([["a/vae-1", "a/vae-12", "b/vae-1"]])); // no number in it
        Assert.Equal(["r/vae", "s/vae"], Comparison.Labels([["r/vae"], ["s/vae"]])); // two of one name: as given
    }

    private string Train(string model)
    {
        CommandLine.Run("train", "--data", _folder["data"], "--output", _folder[model], "--model", model).Succeeded();
        if (model == "itemknn")
            CommandLine.Run("evaluate", "--run", _folder[model], "--metrics", "NDCG@3", "--per-user", _folder["users.tsv"])
                .Succeeded();
        return _folder[model];
    }

    private CommandResult Compare(params string[] flags) =>
        CommandLine.Run(["compare", .. _runs, "--metrics", "NDCG@3", .. flags]).Succeeded();

    private static string[] Names(JsonElement json) =>
        [.. json.GetProperty("activity").EnumerateArray().Select(group => group.GetProperty("group").GetString()!)];

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    [Theory]
    [InlineData(0.01234, "+0.0123")]
    [InlineData(-0.00006, "-0.0001")]
    [InlineData(-0.00004, "0.0000")] // not -+0.0000
    [InlineData(0, "0.0000")]
    public void A_difference_has_one_sign_or_none(double difference, string shown) =>
        Assert.Equal(shown, Readable.Signed(difference));
}
