using System.Text.Json;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Study;

/// <summary>The laboratory from the command line, on a toy run.</summary>
[Collection(nameof(CommandLine))]
public sealed class StudyVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _run;

    public StudyVerbTests()
    {
        string data = CommandLine.WriteToyData(_folder["data"]);
        Train("run", data, "multvae", "--epochs", "4", "--batch-size", "12", "--beta-steps", "10").Succeeded();
        _run = _folder["run"];
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gradients", "parts", "norms", "--users", "20", "--draws", "2")]
    [InlineData("influence", "matrix", "signs", "--users", "20", "--clusters", "2")]
    [InlineData("influence", "matrix", "signs", "--user-ids", "u1,u2,u4", "--clusters", "2", "--part", "all")]
    [InlineData("radius", "pairs", "helps", "--users", "20", "--pairs", "60", "--draws", "2")]
    [InlineData("lipschitz", "pairs", "distance", "--users", "20", "--pairs", "60", "--cuts", "0,0.5")]
    [InlineData("masking", "regimes", "regimes", "--users", "20", "--pairs", "30", "--neighbours", "5", "--draws", "3")]
    [InlineData("masking", "drift", "drift", "--users", "20", "--pairs", "30", "--neighbours", "5", "--draws", "3")]
    [InlineData("collapse", "dimensions", "sigma", "--users", "20")]
    [InlineData("collapse", "betas", "contraction", "--users", "20", "--betas", "0,2", "--epochs", "2")]
    [InlineData("anchors", "weights", "variance", "--users", "20", "--draws", "3", "--weights", "0,4", "--epochs", "2")]
    [InlineData("neighbours", "maps", "shares", "--users", "20", "--neighbours", "4", "--perplexity", "3")]
    [InlineData("gap", "pairs", "gap", "--users", "20", "--pairs", "30")]
    [InlineData("cohorts", "helps", "helps", "--users", "20", "--sizes", "2,4", "--pairs", "20", "--draws", "2")]
    public void Every_study_writes_numbers_and_figures(string verb, string table, string figure, params string[] flags)
    {
        var result = CommandLine.Run(["study", verb, "--run", _run, "--json", .. flags]).Succeeded();
        string folder = Path.Combine(_run, "studies", verb);
        Assert.Equal(result.Output.Trim(), File.ReadAllText(Path.Combine(folder, "results.json")).Trim());
        Assert.NotEqual("", result.Json.ToString());
        Assert.True(File.ReadAllLines(Path.Combine(folder, table + ".csv")).Length > 1);
        Assert.StartsWith("<svg", File.ReadAllText(Path.Combine(folder, figure + ".svg")), StringComparison.Ordinal);
        // The same seeds give the same bytes.
        var files = Directory.EnumerateFiles(folder).ToDictionary(f => f, File.ReadAllText);
        Assert.NotEqual("", CommandLine.Run(["study", verb, "--run", _run, "--threads", "1", .. flags]).Succeeded().Output);
        foreach (var (file, text) in files) Assert.Equal(text, File.ReadAllText(file));
    }

    [Theory]
    [InlineData("--pairs 0", "radius", "--users", "10", "--pairs", "0")]
    [InlineData("only 90", "radius", "--users", "10", "--pairs", "91")]
    [InlineData("only 24", "radius", "--users", "25")]
    [InlineData("no training user has that id", "influence", "--user-ids", "u1,nobody")]
    [InlineData("--users 0", "gradients", "--users", "0")]
    [InlineData("--draws 1", "gradients", "--users", "10", "--draws", "1")]
    [InlineData("--cuts 2", "lipschitz", "--users", "10", "--pairs", "20", "--cuts", "0.5,2")]
    [InlineData("only 90", "lipschitz", "--users", "10", "--pairs", "91")]
    [InlineData("--rates", "masking", "--users", "10", "--rates", "0.5,2")]
    [InlineData("--neighbours 10", "neighbours", "--users", "10", "--neighbours", "10")]
    [InlineData("--users 2: give at least 3", "neighbours", "--users", "2", "--neighbours", "1", "--map", "false")]
    [InlineData("--perplexity 30", "neighbours", "--users", "20", "--neighbours", "4", "--perplexity", "30")]
    [InlineData("--clusters 11", "influence", "--users", "10", "--clusters", "11")]
    [InlineData("--part 'encoder': give one of decoder, all", "influence", "--users", "10", "--part", "encoder")]
    [InlineData("--users 1", "influence", "--users", "1")]
    [InlineData("names no user", "influence", "--user-ids", ",")]
    [InlineData("--draws 513", "radius", "--users", "10", "--pairs", "20", "--draws", "513")]
    [InlineData("--move 0", "radius", "--users", "10", "--pairs", "20", "--move", "0")]
    [InlineData("only 90", "masking", "--users", "10", "--pairs", "91", "--neighbours", "3")]
    [InlineData("--neighbours 10", "masking", "--users", "10", "--pairs", "20", "--neighbours", "10")]
    [InlineData("only 90", "gap", "--users", "10", "--pairs", "91")]
    [InlineData("--draws 0", "gap", "--users", "10", "--pairs", "20", "--draws", "0")]
    [InlineData("--sizes 4,2", "cohorts", "--users", "10", "--sizes", "4,2")]
    [InlineData("--sizes 50,350: no 24 users have more than", "cohorts", "--users", "24", "--sizes", "50,350")]
    [InlineData("--sources 600", "cohorts", "--users", "10", "--sources", "600")]
    [InlineData("--betas", "collapse", "--users", "10", "--betas", "a")]
    [InlineData("--epochs 0", "anchors", "--users", "10", "--weights", "1", "--epochs", "0")]
    [InlineData("is not a run", "neighbours", "--users", "24", "--neighbours", "4", "--perplexity", "3", "--compare", "nowhere")]
    public void Bad_requests_get_one_line(string expected, string verb, params string[] flags)
    {
        var result = CommandLine.Run(["study", verb, "--run", _run, .. flags]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.Single(result.Messages.Trim().Split('\n'));
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData("radius", "two-users", "inside")]
    [InlineData("radius", "inside", "layers")]
    [InlineData("gap", "two-users", "pairs")]
    [InlineData("gap", "duplicates", "pairs")]
    [InlineData("gradients", "two-users", "parts")]
    [InlineData("gradients", "inside", "users")]
    [InlineData("masking", "two-users", "pairs")]
    [InlineData("masking", "duplicates", "drift")]
    public void A_toy_is_printed_or_kept_in_a_folder(string verb, string toy, string table)
    {
        string[] study = ["study", verb, "--toy", toy];
        var printed = CommandLine.Run([.. study, "--json"]).Succeeded();
        Assert.DoesNotContain("wrote", printed.Messages, StringComparison.Ordinal);
        Assert.NotEqual("", CommandLine.Run(study).Succeeded().Output);
        CommandLine.Run([.. study, "--output", _folder["toy"]]).Succeeded();
        Assert.Equal(printed.Output.Trim(), File.ReadAllText(_folder["toy", "results.json"]).Trim());
        Assert.True(File.ReadAllLines(_folder["toy", table + ".csv"]).Length > 1);
        CommandLine.Run([.. study, "--output", _folder["toy"]]).Succeeded(); // a study of the same kind is replaced
        File.WriteAllText(_folder["toy", "notes.md"], "mine");
        Refused(CommandLine.Run([.. study, "--output", _folder["toy"]]), "notes.md");
    }

    [Theory]
    [InlineData("Give --run FOLDER to study a run, or --toy NAME: two-users, inside, duplicates", "radius")]
    [InlineData("--run and --toy", "radius", "--run", "x", "--toy", "inside")]
    [InlineData("--toy insde: unknown (did you mean 'inside'?)", "radius", "--toy", "insde")]
    [InlineData("--toy-spread -1: give a number above 0", "radius", "--toy", "inside", "--toy-spread", "-1")]
    [InlineData("--toy-spread is a flag for the toy 'inside'", "radius", "--toy", "two-users", "--toy-spread", "1")]
    [InlineData("--device is a flag for a run", "gap", "--toy", "inside", "--device", "simd")]
    [InlineData("--name is a flag for a run", "gap", "--toy", "inside", "--name", "x")]
    [InlineData("--output is a flag for a toy", "masking", "--run", "x", "--output", "y")]
    [InlineData("--segment-points -1: give at least 0", "radius", "--toy", "inside", "--segment-points", "-1")]
    [InlineData("only 2 ordered pairs", "radius", "--toy", "two-users", "--pairs", "3")]
    public void What_a_toy_does_not_take_gets_one_line(string expected, params string[] words) =>
        Refused(CommandLine.Run(["study", .. words]), expected);

    [Fact]
    public void A_folder_of_another_study_is_not_replaced_by_a_toys()
    {
        CommandLine.Run("study", "gap", "--toy", "two-users", "--output", _folder["toy"]).Succeeded();
        Refused(CommandLine.Run("study", "radius", "--toy", "two-users", "--output", _folder["toy"]), "has a study of gap");
        var other = CommandLine.Run("study", "gap", "--toy", "duplicates", "--output", _folder["toy"]).Succeeded();
        Assert.Contains("replaces the study", other.Messages, StringComparison.Ordinal);
    }

    private static void Refused(CommandResult result, string expected)
    {
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.Single(result.Messages.Trim().Split('\n'));
        Assert.Equal("", result.Output);
    }

    [Fact]
    public void A_run_without_checkpoint_and_a_folder_that_is_no_run_get_one_line()
    {
        File.Delete(Path.Combine(_run, "best.ckpt"));
        File.Delete(Path.Combine(_run, "last.ckpt"));
        foreach (var (path, expected) in new[] { (_run, "no checkpoint"), (_folder["data"], "is not a run") })
        {
            var result = CommandLine.Run("study", "collapse", "--run", path);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
            Assert.Single(result.Messages.Trim().Split('\n'));
        }
    }

    [Fact]
    public void A_run_without_posteriors_and_a_baseline_get_one_line()
    {
        Train("dae", _folder["data"], "multdae", "--epochs", "1").Succeeded();
        CommandLine.Run(
            "train", "--data", _folder["data"], "--output", _folder["popularity"], "--model", "popularity").Succeeded();
        string[] needPosteriors = ["radius", "lipschitz", "collapse", "anchors", "gap"];
        string[] all = [.. needPosteriors, "gradients", "influence", "masking", "neighbours"];
        foreach (var (run, studies, expected) in new[]
            { ("dae", needPosteriors, "give a run of a VAE"), ("popularity", all, "a run of popularity") })
            foreach (string study in studies)
            {
                var result = CommandLine.Run("study", study, "--run", _folder[run], "--users", "10");
                Assert.Equal(2, result.ExitCode);
                Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
                Assert.Single(result.Messages.Trim().Split('\n'));
            }
    }

    [Theory]
    [InlineData("--users 25", "--users", "25")]
    [InlineData("only 552", "--users", "24", "--pairs", "553")]
    [InlineData("--users 600", "--betas", "")]
    [InlineData("--seeds 'a'", "--seeds", "a")]
    [InlineData("--masks 1", "--masks", "0,1")]
    [InlineData("--stages 0", "--stages", "0,3")]
    [InlineData("--patience 0", "--patience", "0")]
    [InlineData("--priors normal", "--priors", "normal")]
    [InlineData("--settings early", "--users", "24", "--pairs", "20", "--settings", "early")]
    [InlineData("--anchor-weights 0", "--anchor-weights", "0,1")]
    [InlineData("--preset hvamp", "--users", "24", "--pairs", "20", "--preset", "hvamp")]
    [InlineData("--preset liang2018-dae", "--users", "24", "--pairs", "20", "--preset", "liang2018-dae")]
    public void The_mechanisms_table_refuses_bad_requests_before_it_trains(string expected, params string[] flags)
    {
        string output = _folder["none"];
        var result = CommandLine.Run(
            ["tables", "mechanisms", "--data", _folder["data"], "--output", output, "--device", "simd", .. flags]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.Single(result.Messages.Trim().Split('\n'));
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public void The_mechanisms_table_trains_measures_and_judges()
    {
        string[] Command(string stages, params string[] more) =>
        [
            "tables", "mechanisms", "--data", _folder["data"], "--output", _folder["mechanisms"], "--epochs", "2", "--users",
            "24", "--pairs", "100", "--betas", "0,50", "--device", "simd", "--seeds", "1,2", "--stages", stages,
            "--anchor-weights", "1", "--masks", "0,0.25", "--priors", "vamp", "--sweep-stages", "1", "--json", .. more,
        ];
        var claims = CommandLine.Run(Command("1")).Succeeded().Json.GetProperty("claims").EnumerateArray().ToArray();
        Assert.True(claims.Length >= 12);
        string[] verdicts = ["agrees", "disagrees", "inconclusive"];
        Assert.All(claims, c => Assert.Contains(c.GetProperty("verdict").GetString(), verdicts));
        Assert.Contains(File.ReadAllLines(_folder["mechanisms", "studies", "mechanisms", "figures.csv"]), line =>
            line.StartsWith("masked,epoch 1,P(helps) global,", StringComparison.Ordinal)
                && line.Split(',')[^1].Split(' ').Length == 2);
        Assert.Contains(claims, c => c.GetProperty("claim").GetString() == "Influence decays with latent distance (beta-50)"
            && c.GetProperty("stage").GetString() == "epoch 1");
        Assert.Contains(claims, c => c.GetProperty("claim").GetString()!.Contains("(masked, vamp)", StringComparison.Ordinal));
        CommandLine.Run("report", _folder["mechanisms"]).Succeeded();
        string page = File.ReadAllText(_folder["mechanisms", "report.html"]);
        Assert.Contains("Claims and verdicts", page);
        Assert.Equal(12, page.Split("<figure>").Length - 1);
        Assert.DoesNotContain("NaN", page);
        // Finished runs are kept: the second time says the same.
        string first = File.ReadAllText(_folder["mechanisms", "studies", "mechanisms", "results.json"]);
        CommandLine.Run(Command("1")).Succeeded();
        Assert.Equal(first, File.ReadAllText(_folder["mechanisms", "studies", "mechanisms", "results.json"]));
        // One part alone says the same of its settings; another stage needs another training.
        var part = CommandLine.Run(Command("1", "--settings", "clean,masked")).Succeeded().Json;
        var whole = JsonDocument.Parse(first).RootElement.GetProperty("stages");
        foreach (string stage in (string[])["epoch 1", "best"])
            Assert.Equal(whole.GetProperty(stage).GetProperty("masked").GetRawText(),
                part.GetProperty("stages").GetProperty(stage).GetProperty("masked").GetRawText());
        Assert.False(part.GetProperty("settings").TryGetProperty("vamp", out _));
        var other = CommandLine.Run(Command("2", "--settings", "clean"));
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("kept no weights of epoch 2", other.Messages);
    }

    [Fact]
    public void Training_says_once_that_the_posterior_has_collapsed()
    {
        string[] Alarms(string name, string beta) => [.. Train(
            name, _folder["data"], "multvae", "--epochs", "60", "--batch-size", "12", "--learning-rate", "0.01",
            "--beta", beta, "--beta-schedule", "constant").Succeeded().Messages.Split('\n')
            .Where(line => line.Contains("posterior collapse", StringComparison.Ordinal))];
        Assert.Single(Alarms("collapsed", "50"));
        Assert.Empty(Alarms("healthy", "0.01"));
    }

    private CommandResult Train(string name, string data, string model, params string[] flags) => CommandLine.Run(
        ["train", "--data", data, "--output", _folder[name], "--model", model, "--hidden", "8", "--latent", "4",
            "--device", "simd", "--validation-metric", "NDCG@5", .. flags]);
}
