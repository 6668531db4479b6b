using System.Text.Json;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>What may be asked of a run, and what it records: nothing given is ignored, nothing recorded is untrue.</summary>
[Collection(nameof(CommandLine))]
public sealed class RunRulesTests : IDisposable
{
    private static readonly string[] Small =
        ["--hidden", "8", "--latent", "4", "--batch-size", "12", "--device", "simd", "--validation-metric", "NDCG@5"];

    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data;

    public RunRulesTests() => _data = CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ease", "--device gpu:7", "--device gpu:7: ease computes on the processor")]
    [InlineData("slim", "--device reference", "--device reference: slim computes on the processor")]
    [InlineData("ease", "--threads 1", "--threads 1: ease takes all threads")]
    [InlineData("ease", "--precision tf32", "--precision is not a setting of ease")]
    [InlineData("ease", "--seed 3", "--seed is not a setting of ease; it has --lambda.")]
    [InlineData("popularity", "--seed 3", "--seed is not a setting of popularity; it has none.")]
    public void A_baseline_refuses_flags_that_it_would_ignore(string model, string flags, string expected)
    {
        var result = CommandLine.Run(["train", "--data", _data, "--output", _folder["run"], "--model", model,
            .. flags.Split(' ')]);
        Refused(result, expected);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void A_baseline_records_its_own_settings_only()
    {
        CommandLine.Run("train", "--data", _data, "--output", _folder["run"], "--model", "ease", "--lambda", "10", "--device",
            "simd", "--threads", "0").Succeeded();
        var manifest = Manifest("run");
        Assert.Equal(["model", "device"], manifest.GetProperty("settings").EnumerateObject().Select(p => p.Name));
        Assert.Equal("""{"lambda":10}""", JsonSerializer.Serialize(manifest.GetProperty("baselineSettings")));
        Assert.Contains("\"model\": \"ease\"", CommandLine.Run("evaluate", "--run", _folder["run"], "--json").Succeeded().Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_baseline_took_from_the_data_is_recorded_apart_from_what_was_given()
    {
        var result = CommandLine.Run("train", "--data", _data, "--output", _folder["run"], "--model", "edlae", "--dropout", "0.5",
            "--json", "--validation-metric", "NDCG@5").Succeeded();
        var manifest = Manifest("run");
        Assert.Equal("""{"dropout":0.5}""", JsonSerializer.Serialize(manifest.GetProperty("baselineSettings")));
        double lambda = manifest.GetProperty("fromData").GetProperty("lambda").GetDouble();
        Assert.InRange(lambda, 1, 1000);
        Assert.Contains($"--lambda {lambda}, from the data", result.Messages, StringComparison.Ordinal);
        var outcome = result.Json;
        Assert.Equal(lambda, outcome.GetProperty("fromData").GetProperty("lambda").GetDouble());
        Assert.True(outcome.GetProperty("validation").GetDouble() > 0);
        Assert.True(outcome.GetProperty("popularity").GetDouble() > 0);
    }

    [Fact]
    public void A_preset_of_a_baseline_names_its_model_and_flags_win()
    {
        CommandLine.Run("train", "--data", _data, "--output", _folder["run"], "--preset", "edlae-gowalla", "--lambda", "7")
            .Succeeded();
        var manifest = Manifest("run");
        Assert.Equal(("edlae", "edlae-gowalla"),
            (manifest.GetProperty("model").GetString(), manifest.GetProperty("preset").GetString()));
        Assert.Equal("""{"lambda":7,"dropout":0.8}""", JsonSerializer.Serialize(manifest.GetProperty("baselineSettings")));
        Assert.Equal("lambda: 60 -> 7", Assert.Single(manifest.GetProperty("deviations").EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("--model ease --preset edlae-gowalla", "--preset edlae-gowalla: is for edlae; ease has ease-ml-20m")]
    [InlineData("--model ease --preset liang2018", "--preset liang2018: is for autoencoders; ease has ease-ml-20m")]
    [InlineData("--model slim --preset liang2018", "slim has no presets")]
    [InlineData("--model multvae --preset rdlae-msd", "--preset rdlae-msd: is for rdlae, not for multvae")]
    [InlineData("--model ease --preset ease-mds", "did you mean 'ease-msd'?")]
    public void A_preset_of_another_model_is_refused(string flags, string expected)
    {
        Refused(CommandLine.Run(["train", "--data", _data, "--output", _folder["run"], .. flags.Split(' ')]), expected);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void A_baseline_on_a_backend_computes_where_it_is_told()
    {
        string[] train = ["train", "--data", _data, "--output", _folder["run"], "--model", "cdae", "--epochs", "1"];
        Refused(CommandLine.Run([.. train, "--device", "gpu:77"]), "gpu:77");
        CommandLine.Run([.. train, "--device", "reference", "--threads", "1"]).Succeeded();
        Assert.Equal(["model", "threads", "device"],
            Manifest("run").GetProperty("settings").EnumerateObject().Select(p => p.Name));
        CommandLine.Run("evaluate", "--run", _folder["run"], "--metrics", "NDCG@5").Succeeded();
    }

    [Fact]
    public void A_baseline_that_draws_takes_a_seed()
    {
        CommandLine.Run("train", "--data", _data, "--output", _folder["run"], "--model", "random", "--seed", "7").Succeeded();
        Assert.Equal(7, Manifest("run").GetProperty("baselineSettings").GetProperty("seed").GetInt32());
    }

    [Fact]
    public void Data_that_changed_under_a_run_is_used_only_where_it_is_named()
    {
        Train("run", "--epochs", "1").Succeeded();
        Directory.Delete(_data, recursive: true);
        CommandLine.WriteToyData(_data, "checkerboard, imported anew");
        string[][] verbs =
        [
            ["recommend", "--run", _folder["run"], "--user", "u1"], ["evaluate", "--run", _folder["run"]],
            ["similar", "--run", _folder["run"], "--item", "i1"], ["compare", _folder["run"], _folder["run"]],
            .. new[]
            {
                "gradients", "influence", "radius", "lipschitz", "masking", "collapse", "anchors", "neighbours", "gap", "cohorts",
            }
                .Select(study => new[] { "study", study, "--run", _folder["run"] }),
        ];
        foreach (string[] verb in verbs) Refused(CommandLine.Run(verb), "has changed since this run was trained");
        var named = CommandLine.Run("study", "collapse", "--run", _folder["run"], "--users", "10", "--data", _data).Succeeded();
        Assert.Contains("is not the data that", named.Messages, StringComparison.Ordinal);
        CommandLine.Run("evaluate", "--run", _folder["run"], "--data", _data).Succeeded();
    }

    [Fact]
    public void A_run_that_a_study_trained_resumes()
    {
        Train("run", "--epochs", "1").Succeeded();
        CommandLine.Run("study", "collapse", "--run", _folder["run"], "--users", "10", "--betas", "2", "--epochs", "1")
            .Succeeded();
        string trained = Path.Combine("run", "studies", "collapse", "beta-2");
        Assert.Equal("liang2018", Manifest(trained).GetProperty("preset").GetString());
        Assert.Contains("beta: 0.2 -> 2", Manifest(trained).GetProperty("deviations").EnumerateArray()
            .Select(d => d.GetString()));
        CommandLine.Run("train", "--resume", "--output", _folder[trained], "--epochs", "2").Succeeded();
        Assert.Equal(2, File.ReadAllLines(_folder[trained, "metrics.jsonl"]).Length);
    }

    [Fact]
    public void A_run_without_a_preset_resumes()
    {
        Train("run", "--epochs", "1").Succeeded();
        string file = _folder["run", "run.json"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"preset\": \"liang2018\"", "\"preset\": null",
            StringComparison.Ordinal));
        CommandLine.Run("train", "--resume", "--output", _folder["run"], "--epochs", "2").Succeeded();
    }

    [Theory]
    [InlineData("--preset recvae", "--preset")]
    [InlineData("--config c.json", "--config")]
    [InlineData("--epochs 2", "--epochs is 2, but ")]
    [InlineData("--latent 7", "--latent 7")]
    public void A_resumed_run_refuses_what_it_would_ignore(string flags, string expected)
    {
        Train("run", "--epochs", "3").Succeeded();
        _folder.Write("c.json", """{ "latent": 99 }""");
        string before = File.ReadAllText(_folder["run", "run.json"]);
        Refused(CommandLine.Run(["train", "--resume", "--output", _folder["run"], .. flags.Split(' ')
            .Select(word => word == "c.json" ? _folder[word] : word)]), expected);
        Assert.Equal(before, File.ReadAllText(_folder["run", "run.json"]));
    }

    [Theory]
    [InlineData("study radius --run RUN --seed -1")]
    [InlineData("compare RUN RUN --seed -1")]
    [InlineData("train --data DATA --output OTHER --seed -1")]
    [InlineData("sweep --data DATA --output OTHER --vary latent=1,2 --random 1 --search-seed -1")]
    [InlineData("data synthesize --output OTHER --seed -1")]
    [InlineData("tables marec --data DATA --output OTHER --seed -1")]
    public void A_negative_seed_is_refused(string command)
    {
        Train("run", "--epochs", "1").Succeeded();
        var result = CommandLine.Run([.. command.Split(' ').Select(word =>
            word switch { "RUN" => _folder["run"], "DATA" => _data, "OTHER" => _folder["other"], _ => word })]);
        Refused(result, "seed '-1': give a whole number of 0 or more");
    }

    [Fact]
    public void A_table_refuses_a_run_that_was_trained_otherwise()
    {
        string[] table = ["tables", "liang", "--data", _data, "--output", _folder["tables"], "--rows", "Mult-VAE"];
        CommandLine.Run([.. table, "--epochs", "1"]).Succeeded();
        var result = CommandLine.Run([.. table, "--epochs", "2"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("holds a run with other settings or data; give another --output", result.Messages,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Training_names_its_device_once()
    {
        if (ManualVae.Compute.Backends.List(1).Any(d => d.Name == "gpu:0" && d.Available)) return;
        string[] messages = CommandLine.Run("train", "--data", _data, "--output", _folder["run"], "--hidden", "8", "--latent",
            "4", "--epochs", "1", "--validation-metric", "NDCG@5").Succeeded().Messages.Split('\n');
        Assert.Single(messages, line => line.StartsWith("device", StringComparison.Ordinal));
    }

    private static void Refused(CommandResult result, string expected)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.Single(result.Messages.Trim().Split('\n'));
    }

    private JsonElement Manifest(string run) => JsonDocument.Parse(File.ReadAllText(_folder[run, "run.json"])).RootElement;

    private CommandResult Train(string run, params string[] more) =>
        CommandLine.Run(["train", "--data", _data, "--output", _folder[run], .. Small, .. more]);
}
