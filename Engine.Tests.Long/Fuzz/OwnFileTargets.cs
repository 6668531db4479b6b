using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Serving;
using ManualVae.Training;

namespace ManualVae.Tests.Long.Fuzz;

/// <summary>Files that this program wrote: prepared datasets, baselines, checkpoints and everything in a run folder.</summary>
public static class OwnFileTargets
{
    /// <summary>The targets.</summary>
    /// <param name="place">Where the files are made.</param>
    public static IEnumerable<FuzzTarget> In(TemporaryFolder place) => [.. Datasets(place), .. Baselines(place), .. Runs(place)];

    private static IEnumerable<FuzzTarget> Datasets(TemporaryFolder place)
    {
        string folder = WithAttributes(place["own-data"]);
        foreach (string path in Directory.EnumerateFiles(folder).Order())
        {
            string file = Path.GetFileName(path);
            var kind = Path.GetExtension(file) switch
            {
                ".json" => FileKind.Json,
                ".tsv" => FileKind.Lines,
                _ => FileKind.Binary,
            };
            yield return new($"dataset {file}", path, kind, () => DatasetSummary.Of(PreparedDataset.Open(folder)),
                file == "manifest.json" ? () => Signing.Manifest(path) : () => Signing.InDataset(folder, file), IsSealed: true);
        }
        string matrix = place["matrix.csr"];
        CsrFile.Write(matrix, SmallData.Clicks());
        yield return new("matrix.csr", matrix, FileKind.Binary, () => CsrFile.Read(matrix), () => Signing.File(matrix),
            IsSealed: true, Weight: 3);
    }

    private static IEnumerable<FuzzTarget> Baselines(TemporaryFolder place)
    {
        var clicks = SmallData.Clicks().SelectRows([.. Enumerable.Range(0, 6)]);
        ItemAttribute[] features =
            [new("features", AttributeKind.Categorical, ["a", "b"], CsrMatrix.FromPairs(SmallData.Items, 2,
                [.. Enumerable.Range(0, SmallData.Items).Select(item => (item, item % 2))]))];
        foreach (string name in BaselineCatalogue.All.Select(baseline => baseline.Name))
        {
            string path = place[$"{name}.ckpt"];
            using (var model = BaselineCatalogue.Fit(name, new BaselineData(clicks, features), backend: Reference))
                BaselineFile.Save(path, model, null);
            yield return new($"baseline {name}", path, FileKind.Binary, () =>
            {
                using var model = BaselineFile.Load(path, Reference);
                if (model.ItemCount == clicks.Columns) model.Score(clicks, 0, 4, new float[4 * clicks.Columns]);
            }, () => Signing.File(path), IsSealed: true, Weight: 0.5);
        }
    }

    private static IEnumerable<FuzzTarget> Runs(TemporaryFolder place)
    {
        string data = SmallData.Save(place["run-data"]), run = place["own-run"];
        Commands.Succeed("train", "--data", data, "--output", run, "--hidden", "8", "--latent", "4", "--epochs", "3", "--device",
            "reference");
        Commands.Succeed("evaluate", "--run", run);
        Commands.Succeed("train", "--data", data, "--output", place["own-ease"], "--model", "ease");
        string[] recommend = ["recommend", "--run", run, "--items", "i1,i3", "--top", "2"];
        string[] report = ["report", run, "--output", place["report.html"]];
        foreach (string name in (string[])["best.ckpt", "last.ckpt"])
        {
            string path = Path.Combine(run, name);
            yield return new($"run {name}", path, FileKind.Binary, name == "best.ckpt"
                ? () => Recommender.Load(run).Dispose() : () => Checkpoint.ReadHeader(path), () => Signing.File(path),
                IsSealed: name == "best.ckpt");
            yield return new($"run {name}, resumed", path, FileKind.Binary, () =>
            {
                using var backend = Reference();
                using var model = RunFolder.Open(run).LoadModel(backend);
            }, () => Signing.File(path), Weight: 0.5);
        }
        foreach (var (file, command) in ((string, string[])[])[("run.json", recommend), ("run.json", report),
            ("metrics.jsonl", report), ("results.json", report), ("items.tsv", recommend), ("users.tsv", recommend)])
            yield return Of(run, file, command);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(run, "evaluations"), "*.json"))
            yield return Of(run, Path.Combine("evaluations", Path.GetFileName(file)), report);
        yield return Of(place["own-ease"], "run.json", ["recommend", "--run", place["own-ease"], "--items", "i1,i3"]);
        foreach (var target in Given(place, data, run)) yield return target;
    }

    // Files that a person gives to a command.
    private static IEnumerable<FuzzTarget> Given(TemporaryFolder place, string data, string run)
    {
        string config = Write(place["config.json"], """{"hidden": [8], "latent": 4, "likelihood": "multinomial"}""" + "\n");
        yield return Of(place.Path, "config.json", ["train", "--data", data, "--output", place["never"], "--config", config,
            "--device", "reference", "--epochs", "1", "--max-memory", "0.001"], 0.3);
        Write(place["lists.csv"], "user,item,rank\n" + string.Concat(Enumerable.Range(32, 8).Select(user =>
            $"u{user},i{user % 2},1\nu{user},i{user % 2 + 2},2\n")));
        yield return Of(place.Path, "lists.csv", ["evaluate", "--predictions", place["lists.csv"], "--data", data], 0.5);
        Write(place["people.tsv"], "p\ti1\np\ti3\nq\ti2\n");
        yield return Of(place.Path, "people.tsv",
            ["recommend", "--run", run, "--histories", place["people.tsv"], "--output", place["lists.out.csv"]], 0.3);
        Write(place["ids.txt"], "i1\ni5\ni7\n");
        yield return Of(place.Path, "ids.txt",
            ["recommend", "--run", run, "--items", "i1,i3", "--exclude", place["ids.txt"]]);
    }

    private static string Write(string path, string text)
    {
        File.WriteAllText(path, text);
        return path;
    }

    private static FuzzTarget Of(string folder, string file, string[] command, double weight = 0.3)
    {
        var kind = Path.GetExtension(file) == ".json" ? FileKind.Json : FileKind.Lines;
        return new($"{command[0]} {file}{(folder.EndsWith("ease", StringComparison.Ordinal) ? " of ease" : "")}",
            Path.Combine(folder, file), kind, () => Commands.ReadOrRefuse(command), Weight: weight);
    }

    private static IBackend Reference() => Backends.Create("reference");

    private static string WithAttributes(string folder)
    {
        SmallData.Save(folder);
        var data = PreparedDataset.Open(folder);
        float[] vector = [1, 2, 3];
        var vectors = VectorFile.Of("v", [.. Enumerable.Range(0, SmallData.Items)
            .Select(item => item % 5 == 1 ? default : (ReadOnlyMemory<float>)vector)]);
        var words = new ItemAttribute("plot", AttributeKind.Categorical, ["war", "peace"],
            CsrMatrix.FromPairs(SmallData.Items, 2, [.. Enumerable.Range(0, SmallData.Items).Select(item => (item, item % 2))]));
        Directory.Delete(folder, recursive: true);
        new PreparedDataset(data.Manifest, data.Train, data.Validation, data.Test, [.. data.UserIds], data.Items,
            [words, vectors]).Save(folder);
        return folder;
    }
}
