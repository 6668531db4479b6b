using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>The page: nothing missing in silence, bold only by comparison, readable by everybody.</summary>
[Collection(nameof(CommandLine))]
public sealed partial class ReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data;

    public ReportTests() => _data = CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Metrics_of_an_earlier_evaluation_stay_in_the_page()
    {
        Train("vae", "multvae");
        Evaluate("vae", "--metrics", "NDCG@5");
        Evaluate("vae", "--metrics", "Recall@3");
        Evaluate("vae", "--metrics", "Recall@3", "--split", "validation");
        string page = Report("vae");
        Assert.Contains(">NDCG@5<", page);
        Assert.Contains("Results: test", page);
        Assert.Contains("Results: validation", page);
        // The contract of results.json: the latest alone.
        string latest = File.ReadAllText(_folder["vae", "results.json"]);
        Assert.Contains("\"split\": \"validation\"", latest);
        Assert.DoesNotContain("NDCG@5", latest);
    }

    [Fact]
    public void Metrics_of_other_weights_do_not_stay()
    {
        Train("vae", "multvae", "--epochs", "1");
        Evaluate("vae", "--metrics", "NDCG@5");
        CommandLine.Run("train", "--resume", "--output", _folder["vae"], "--epochs", "40").Succeeded();
        Assert.Contains("was evaluated at epoch 1", Report("vae"));
        Evaluate("vae", "--metrics", "Recall@3");
        string page = Report("vae");
        Assert.DoesNotContain(">NDCG@5</th>", page);
        Assert.DoesNotContain("was evaluated at epoch", page);
    }

    [Fact]
    public void A_run_without_results_is_named_with_the_command_that_makes_them()
    {
        Train("ease", "ease");
        Train("pop", "popularity");
        Evaluate("ease");
        string page = Report("ease", "pop");
        Assert.Contains($"not evaluated here: <code>manualvae evaluate --run {_folder["pop"]}</code>", page);
        Assert.DoesNotContain("class=\"best\"", page); // one run: nothing to be best of
        File.Delete(_folder["ease", "results.json"]);
        Directory.Delete(_folder["ease", "evaluations"], recursive: true);
        Assert.Contains("Not evaluated yet: ", Report("ease", "pop"));
    }

    [Fact]
    public void Several_runs_are_compared_by_metric_with_significance_activity_and_lists()
    {
        Train("ease", "ease");
        Train("pop", "popularity");
        foreach (string run in new[] { "ease", "pop" }) Evaluate(run, "--metrics", "NDCG@5,Recall@3");
        Evaluate("ease", "--metrics", "MRR@3"); // alone in having it: not bold
        string page = Report("ease", "pop");
        Assert.Equal(2, Bold().Count(page));
        Assert.Contains("<h3>Significance</h3>", page);
        Assert.Contains("Differences from <strong>ease</strong>", page);
        Assert.Contains($"manualvae compare {_folder["ease"]} {_folder["pop"]}", page);
        Assert.Contains("items recommended to anybody", page);
        Assert.Contains("<title>NDCG@5: ease ", page); // grouped by metric, the value under the pointer
        Assert.Contains("Five users, by ease", page);
        Assert.Contains("Title 4", page);
        Assert.DoesNotContain("NaN", page);
        var compared = CommandLine.Run("compare", _folder["ease"], _folder["pop"], "--metrics", "NDCG@5,Recall@3", "--json")
            .Succeeded().Json.GetProperty("comparisons")[0];
        double difference = compared.GetProperty("difference").GetDouble();
        Assert.Contains(difference.ToString("+0.0000;−0.0000;0.0000"), page);
    }

    [Fact]
    public void Figures_tables_and_details_can_be_read_aloud_and_reached_by_keyboard()
    {
        Train("vae", "multvae");
        Evaluate("vae");
        string page = Report("vae");
        Assert.Equal(Count(page, "<table>"), Count(page, "<caption"));
        Assert.DoesNotContain("<th>", page);
        Assert.Contains("<th scope=\"col\"", page);
        Assert.Contains("<th scope=\"row\"", page);
        Assert.True(Count(page, "<figure>") > 2);
        Assert.Equal(Count(page, "<figure>"), Count(page, "<figcaption"));
        const string scroll = "class=\"scroll\"";
        Assert.Equal(Count(page, scroll), Count(page, scroll + " tabindex=\"0\" role=\"group\" aria-label=\""));
        Assert.Contains("::details-content{content-visibility:visible", page); // open in print
        Assert.DoesNotContain("<script", page);
        Assert.Contains("<a href=\"run.json\">run.json</a>", page);
        Assert.Contains("target 0.2", page);
        foreach (Match svg in Figure().Matches(page))
        {
            var figure = XDocument.Parse(svg.Value).Root!;
            Assert.NotEqual("", figure.Elements().First(e => e.Name.LocalName == "desc").Value);
            Assert.Contains(figure.Descendants(), e => e.Name.LocalName == "title");
        }
    }

    [Fact]
    public void Links_lead_from_the_page_to_the_files()
    {
        Train("a run", "multvae");
        CommandLine.Run("study", "collapse", "--run", _folder["a run"]).Succeeded();
        string path = _folder["pages", "page.html"];
        CommandLine.Run("report", _folder["a run"], "--output", path).Succeeded();
        var links = Link().Matches(File.ReadAllText(path)).Select(m => Uri.UnescapeDataString(m.Groups[1].Value).Split('#')[0])
            .Where(link => link.Length > 0).ToArray();
        Assert.Contains("../a run/studies/collapse/dimensions.csv", links);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(_folder["pages"], link)), link));
    }

    [Fact]
    public void A_study_reads_as_a_lesson()
    {
        Train("vae", "multvae");
        foreach (string study in new[] { "collapse", "gradients", "gap" })
            CommandLine.Run("study", study, "--run", _folder["vae"]).Succeeded();
        string page = Report("vae");
        foreach (string part in new[] { "Question.", "Found.", "How to read the figures." }) Assert.Equal(3, Count(page, part));
        Assert.Equal(3, Count(page, "<math"));
        Assert.Contains("study.md", page);
        int[] order = [.. new[] { ">One user&#39;s gradient<", ">What sharing a code costs<", ">Is the latent code used<" }
            .Select(title => page.LastIndexOf(title, StringComparison.Ordinal))];
        Assert.All(order, place => Assert.True(place > 0));
        Assert.Equal(order.Order(), order);
        Assert.Contains("ceiling ln 2 a click", page);
        Assert.DoesNotContain("g_u", page);
        Assert.DoesNotContain("||x", page);
    }

    [Fact]
    public void Quality_is_drawn_against_beta_for_an_annealing_run_and_a_sweep()
    {
        string[] small = ["--data", _data, "--model", "multvae", "--epochs", "4", "--hidden", "8", "--latent", "2"];
        CommandLine.Run(["train", .. small, "--output", _folder["rising"], "--beta-schedule", "anneal", "--beta-steps", "3"])
            .Succeeded();
        CommandLine.Run(["sweep", .. small, "--output", _folder["fixed"], "--vary", "beta=0,0.5"]).Succeeded();
        CommandLine.Run("report", _folder["rising"], _folder["fixed"], "--output", _folder["both.html"]).Succeeded();
        string page = File.ReadAllText(_folder["both.html"]);
        Assert.Contains("Quality and β", page, StringComparison.Ordinal);
        Assert.Matches(@"<desc>rising: β [0-9.]+ to 1, validation NDCG@100 .*fixed: β 0 to 0.5, validation NDCG@100 .*"
            + @"line: rising: [0-9.]+; line: fixed: 0(\.5)?</desc>", page);
        CommandLine.Run(["train", .. small, "--output", _folder["constant"], "--beta-schedule", "constant"]).Succeeded();
        Assert.DoesNotContain("Quality and β", Report("constant"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sweep_has_a_page_with_its_best_trial_and_the_next_command()
    {
        CommandLine.Run("sweep", "--data", _data, "--output", _folder["sweep"], "--model", "ease", "--vary",
            "lambda=1,10,1000", "--validation-metric", "NDCG@5").Succeeded();
        string page = Report("sweep");
        Assert.Contains("Best trial", page);
        Assert.Contains("NDCG@5 and lambda", page);
        Assert.Contains("Next, the test part: <code>manualvae evaluate --run ", page);
        Assert.Equal(3, Count(page, "/run.json\">"));
        // What the shell makes of sweep/*: runs, and the file beside them.
        var all = CommandLine.Run(["report", .. Directory.GetFileSystemEntries(_folder["sweep"]).Order(), "--output",
            _folder["all.html"]]).Succeeded();
        Assert.Contains("sweep.json is not a run; it is left out", all.Messages);
        File.WriteAllText(_folder["sweep", "sweep.json"], "{}");
        var damaged = CommandLine.Run("report", _folder["sweep"]);
        Assert.Equal(2, damaged.ExitCode);
        Assert.Contains("no readable sweep", damaged.Messages);
    }

    [Fact]
    public void A_damaged_evaluation_is_named()
    {
        Train("ease", "ease");
        Evaluate("ease");
        File.WriteAllText(_folder["ease", "evaluations", "test.json"], "{\"results\":");
        var result = CommandLine.Run("report", _folder["ease"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("test.json: no readable evaluation", result.Messages);
        Evaluate("ease"); // a new evaluation takes its place
        Assert.Contains("Results", Report("ease"));
    }

    [Fact]
    public void The_runs_of_a_table_are_shown_side_by_side()
    {
        CommandLine.Run("tables", "liang", "--data", _data, "--output", _folder["tables"], "--rows", "EASE,popularity")
            .Succeeded();
        string page = Report("tables");
        Assert.Contains("2 runs on data", page);
        Assert.Contains("<h3>Significance</h3>", page);
    }

    private void Train(string run, string model, params string[] flags)
    {
        string[] net = model == "multvae" ? ["--hidden", "8", "--latent", "4", "--batch-size", "12", "--device", "simd",
            "--validation-metric", "NDCG@5", .. flags.Contains("--epochs") ? Array.Empty<string>() : ["--epochs", "4"]] : [];
        CommandLine.Run(["train", "--data", _data, "--output", _folder[run], "--model", model, .. net, .. flags]).Succeeded();
    }

    private void Evaluate(string run, params string[] flags) =>
        CommandLine.Run(["evaluate", "--run", _folder[run], .. flags]).Succeeded();

    private string Report(params string[] runs)
    {
        CommandLine.Run(["report", .. runs.Select(run => _folder[run])]).Succeeded();
        return File.ReadAllText(_folder[runs[0], "report.html"]);
    }

    private static int Count(string page, string text) => page.Split(text).Length - 1;

    [GeneratedRegex("<span class=\"best\">")]
    private static partial Regex Bold();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Figure();

    [GeneratedRegex("<a href=\"(.*?)\"")]
    private static partial Regex Link();
}
