using ManualVae.Data;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>
/// Folders that commands go on with (sweeps, recipes, ensembles, studies, tables, evaluations in parts) with a file changed:
/// the command does its work or ends with one line.
/// </summary>
[Collection(nameof(CommandLine))]
public sealed class MutatedFolderTests : IDisposable
{
    private const int Mutants = 25;

    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data;

    public MutatedFolderTests() => _data = CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sweep.json", "report")]
    [InlineData("sweep.json", "sweep")]
    [InlineData("search.json", "sweep")]
    [InlineData("best.json", "train")]
    [InlineData("trial.json", "sweep")]
    [InlineData("metrics.jsonl", "sweep")]
    [InlineData("run.json", "sweep")]
    public void A_sweep(string file, string command)
    {
        string[] model = file == "trial.json" ? ["--model", "ease", "--vary", "lambda=1,10"]
            : ["--hidden", "none", "--latent", "3", "--epochs", "2", "--device", "reference", "--vary", "beta=0,0.5"];
        string[] sweep = ["sweep", "--data", _data, "--output", _folder["s"], "--validation-metric", "NDCG@5", .. model];
        CommandLine.Run(sweep).Succeeded();
        string changed = Directory.GetFiles(_folder["s"], file, SearchOption.AllDirectories).Min(StringComparer.Ordinal)!;
        AllEndWell(changed, command switch
        {
            "report" => ["report", _folder["s"], "--output", _folder["report.html"]],
            "sweep" => sweep,
            _ => ["train", "--data", _data, "--preset", changed, "--epochs", "1", "--output", _folder["new"]],
        }, command == "sweep" ? [changed] : [_folder["new"]]);
    }

    [Theory]
    [InlineData("recipe.json", "report")]
    [InlineData("recipe.json", "recipe")]
    [InlineData("preset.json", "train")]
    public void A_recipe(string file, string command)
    {
        string[] recipe = ["recipe", "--data", _data, "--output", _folder["r"], "--budget", "5s", "--metric", "NDCG@5"];
        CommandLine.Run(recipe).Succeeded();
        AllEndWell(_folder["r", file], command switch
        {
            "report" => ["report", _folder["r"], "--output", _folder["report.html"]],
            "recipe" => [.. recipe, "--resume"],
            _ => ["train", "--data", _data, "--preset", _folder["r", file], "--output", _folder["new"]],
        }, [_folder["new"]], command == "report" ? Mutants : 2);
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("items.tsv")]
    [InlineData("users.tsv")]
    public void An_ensemble(string file)
    {
        foreach (string model in new[] { "ease", "ials" })
            CommandLine.Run("train", "--data", _data, "--model", model, "--output", _folder[model]).Succeeded();
        CommandLine.Run("ensemble", _folder["ease"], _folder["ials"], "--output", _folder["both"], "--weights", "1,2")
            .Succeeded();
        AllEndWell(_folder["both", file], ["evaluate", "--run", _folder["both"], "--metrics", "NDCG@5"], []);
    }

    [Theory]
    [InlineData("evaluations/test.json")]
    [InlineData("studies/radius/study.json")]
    [InlineData("studies/radius/summary.json")]
    [InlineData("studies/radius/results.json")]
    public void What_a_report_reads(string file)
    {
        CommandLine.Run("train", "--data", _data, "--output", _folder["run"], "--hidden", "8", "--latent", "4", "--epochs", "2",
            "--device", "reference").Succeeded();
        CommandLine.Run("evaluate", "--run", _folder["run"]).Succeeded();
        CommandLine.Run("study", "radius", "--run", _folder["run"], "--users", "20").Succeeded();
        AllEndWell(_folder["run", file], ["report", _folder["run"], "--output", _folder["report.html"]], []);
    }

    [Fact]
    public void Evaluations_in_parts()
    {
        CommandLine.Run("train", "--data", _data, "--model", "ease", "--output", _folder["run"]).Succeeded();
        string[] parts = [_folder["1.tsv"], _folder["2.tsv"]];
        foreach (var (part, file) in parts.Index())
            CommandLine.Run("evaluate", "--run", _folder["run"], "--part", $"{part + 1}/2", "--per-user", file).Succeeded();
        AllEndWell(parts[0], ["evaluate", "--merge", .. parts, "--json"], []);
    }

    [Theory]
    [InlineData("choices.json")]
    [InlineData("draw-1/weights.json")]
    [InlineData("draw-1/random.json")]
    [InlineData("draw-1/cosine-genres.json")]
    [InlineData("draw-1/data/manifest.json")]
    public void A_table_of_cold_items(string file)
    {
        var clicks = ToyClicks.Checkerboard(8, 10);
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", "genres"), Split = SplitKind.Strong }, clicks, null,
            null, [.. Enumerable.Range(0, 8).Select(u => $"u{u}")],
            new ItemList([.. Enumerable.Range(0, 10).Select(i => $"i{i}")], null,
                [.. Enumerable.Range(0, 10).Select(i => i % 2 == 0 ? "Even" : "Odd")])).Save(_folder["genres"]);
        string[] table = ["tables", "marec", "--data", _folder["genres"], "--output", _folder["t"], "--warm-share", "0.2",
            "--draws", "1", "--rows", "random,cosine,mixture"];
        CommandLine.Run(table).Succeeded();
        string changed = Directory.GetFiles(_folder["t"], "*.json", SearchOption.AllDirectories).Single(path =>
            path.Replace('\\', '/').EndsWith($"/{file}", StringComparison.Ordinal));
        AllEndWell(changed, table, []);
    }

    /// <summary>Runs a command on many changes of a file.</summary>
    /// <param name="file">The file that is changed, and made sound again in the end.</param>
    /// <param name="command">What reads it.</param>
    /// <param name="made">What the command makes, removed after each run.</param>
    /// <param name="mutants">How many changes.</param>
    private static void AllEndWell(string file, string[] command, string[] made, int mutants = Mutants)
    {
        byte[] sound = File.ReadAllBytes(file);
        int refused = 0;
        for (int seed = 0; seed < Mutations.Count(mutants); seed++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Mutations.File(file, sound, new Random(seed)));
            var result = CommandLine.Run(command);
            Assert.True(result.ExitCode is 0 or 2, $"{Path.GetFileName(file)}, seed {seed}: {result.Messages}");
            if (result.ExitCode == 2) Assert.Contains("manualvae: ", result.Messages.TrimEnd().Split('\n')[^1]);
            refused += result.ExitCode / 2;
            foreach (string folder in made.Where(Directory.Exists)) Directory.Delete(folder, recursive: true);
        }
        File.WriteAllBytes(file, sound);
        Assert.InRange(refused, 0, Mutations.Count(mutants));
    }
}
