using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Settings;
using ManualVae.Training;
using Spectre.Console;

namespace ManualVae.Tools;

/// <summary>
/// <c>manualvae tables liang</c>: the tables of Liang et al. 2018 made anew, models and likelihoods, with the published figures
/// beside ours where the data is the published one.
/// </summary>
internal static class TablesLiangVerb
{
    private static readonly string[] Metrics = ["Recall@20", "Recall@50", "NDCG@100"];

    /// <summary>Name in the table, and how it is trained: a preset and a model.</summary>
    private static readonly (string Name, string? Preset, string Model)[] Rows =
    [
        ("Mult-VAE", "liang2018", "multvae"), ("Gaussian-VAE", "gaussian-vae", "multvae"),
            ("Logistic-VAE", "logistic-vae", "multvae"),
        ("Mult-DAE", "liang2018", "multdae"), ("Gaussian-DAE", "gaussian-dae", "multdae"),
            ("Logistic-DAE", "logistic-dae", "multdae"),
        ("WMF", null, "ials"), ("SLIM", null, "slim"), ("CDAE", null, "cdae"), ("EASE", null, "ease"),
            ("popularity", null, "popularity"),
    ];

    /// <summary>
    /// By number of items: ML-20M, Netflix, MSD as Liang et al. prepared them. From the paper's tables, as a summary of the paper
    /// gives
    /// them; EASE from public result tables.
    /// </summary>
    private static readonly Dictionary<(int Items, string Row), double[]> Published = new()
    {
        [(20108, "Mult-VAE")] = [.395, .537, .426], [(20108, "Gaussian-VAE")] = [.383, .523, .415],
            [(20108, "Logistic-VAE")] = [.388, .523, .419],
        [(20108, "Mult-DAE")] = [.387, .524, .419], [(20108, "Gaussian-DAE")] = [.376, .515, .409],
            [(20108, "Logistic-DAE")] = [.381, .516, .414],
        [(20108, "WMF")] = [.360, .498, .386], [(20108, "SLIM")] = [.370, .495, .401], [(20108, "CDAE")] = [.391, .523, .418],
        [(20108, "EASE")] = [.391, .521, .420],
        [(17769, "Mult-VAE")] = [.351, .444, .386], [(17769, "Mult-DAE")] = [.344, .438, .380],
            [(17769, "WMF")] = [.316, .404, .351],
        [(17769, "SLIM")] = [.347, .428, .379], [(17769, "CDAE")] = [.343, .428, .376], [(17769, "EASE")] = [.362, .445, .393],
        [(41140, "Mult-VAE")] = [.266, .364, .316], [(41140, "Mult-DAE")] = [.266, .363, .313],
            [(41140, "WMF")] = [.211, .312, .257],
        [(41140, "CDAE")] = [.188, .283, .237], [(41140, "EASE")] = [.333, .428, .389],
    };

    public static Command Create()
    {
        var data = new Option<string[]>("--data") { Description = "Prepared datasets.", HelpName = "folder", Required = true,
            AllowMultipleArgumentsPerToken = true };
        var output = new Option<string>("--output") {
            Description = "Folder of the runs; what is there already is not trained again.", HelpName = "folder",
            Required = true };
        var rows = new Option<string?>("--rows") {
            Description = $"Which rows, of {string.Join(", ", Rows.Select(r => r.Name))}. [default: all but SLIM]",
            HelpName = "name,name,..." };
        var epochs = new Option<int?>("--epochs") { Description = "Epochs of the autoencoders. [default: the preset's]",
            HelpName = "n" };
        var betaSteps = new Option<long?>("--beta-steps") {
            Description = "Updates over which beta would rise to 1. [default: the preset's]", HelpName = "n" };
        var json = Verb.Json();
        return Verb.Create("liang", "Liang et al. 2018: models and likelihoods, published figures beside ours.", parsed =>
        {
            var chosen = Chosen(parsed.GetValue(rows));
            var changes = new JsonObject();
            if (parsed.GetValue(epochs) is int e) changes["epochs"] = e;
            if (parsed.GetValue(betaSteps) is long b) changes["beta-steps"] = b;
            var tables = parsed.GetValue(data)!.Select(folder =>
            {
                var prepared = PreparedDataset.Open(folder);
                TrainedModel.Part(prepared, "test");
                string place = Path.Combine(parsed.GetValue(output)!,
                    Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
                return (Folder: folder, prepared.ItemCount,
                    Results: chosen.Select(row => (row.Name,
                    Result: Measure(prepared, row, changes, Path.Combine(place, row.Name)))).ToList());
            }).ToList();
            if (parsed.GetValue(json))
                Terminal.WriteJson(tables.Select(t => new
                {
                    data = t.Folder,
                    rows = t.Results.Select(r => new { name = r.Name, metrics = r.Result.Metrics,
                        published = PublishedFor(t.ItemCount, r.Name) }),
                }));
            else foreach (var (folder, items, results) in tables) WriteTable(folder, items, results);
            return Program.Done;
        }, data, output, rows, epochs, betaSteps, json);
    }

    private static List<(string Name, string? Preset, string Model)> Chosen(string? names)
    {
        if (names is null) return [.. Rows.Where(r => r.Name != "SLIM")]; // days on large data
        return [.. names.Split(',', StringSplitOptions.TrimEntries)
            .Select(name => Rows.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is {
            Name: not null } row
            ? row
            : throw new InputException($"--rows {name}: there are {string.Join(", ", Rows.Select(r => r.Name))}."))];
    }

    private static ResultsDocument Measure(PreparedDataset data, (string Name, string? Preset, string Model) row,
        JsonObject changes, string folder)
    {
        Console.Error.WriteLine($"{row.Name} on {data.Directory}");
        var given = row.Preset is null ? [] : changes.DeepClone().AsObject();
        given["model"] = row.Model;
        bool started = File.Exists(Path.Combine(folder, "run.json"));
        if (!started) TrainingJob.Start(data, new SettingFlags().Resolve(row.Preset, null, given), folder, header: false);
        else if (row.Preset is not null) TrainingJob.Resume(data, RunFolder.Open(folder),
            quiet: true); // a finished one ends at once
        using var trained = TrainedModel.Open(folder, data.Directory);
        var document = EvaluateVerb.Document(trained, EvaluateVerb.Evaluate(trained, data.Test!, string.Join(',', Metrics)),
            "test");
        document.Save(trained.Run.Results);
        return document;
    }

    private static Dictionary<string, double>? PublishedFor(int items, string row) =>
        Published.TryGetValue((items, row), out var values) ? Metrics.Zip(values).ToDictionary(p => p.First, p => p.Second)
            : null;

    private static void WriteTable(string folder, int items, List<(string Name, ResultsDocument Result)> results)
    {
        bool published = results.Any(r => Published.ContainsKey((items, r.Name)));
        var table = Terminal.Table(["model", .. Metrics.SelectMany(m =>
            published ? new[] { $">{m}", ">published" } : [$">{m}"])]);
        foreach (var (name, result) in results)
            table.AddRow([$"[bold]{name}[/]", .. Metrics.SelectMany(metric =>
            {
                var value = result.Metrics[metric];
                string ours = string.Create(CultureInfo.InvariantCulture,
                    $"{value.Mean:0.0000} [grey]± {value.StandardError:0.0000}[/]");
                return published ? new[] { ours, PublishedFor(items, name)?[metric].ToString("0.000",
                    CultureInfo.InvariantCulture) ?? "" } : [ours];
            })]);
        var console = Terminal.Results;
        console.MarkupLine(
            $"[bold]{Markup.Escape(folder)}[/]{(published ? "" : " [grey]no published figures for this data[/]")}");
        console.Write(table);
    }
}
