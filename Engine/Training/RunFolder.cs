using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using static ManualVae.Data.InputException;

namespace ManualVae.Training;

/// <summary>What <c>run.json</c> says: everything needed to know, and to repeat, what was done.</summary>
public sealed record RunManifest
{
    /// <summary>Version of this file's format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>Model.</summary>
    public required string Model { get; init; }

    /// <summary>Preset the settings started from, if any.</summary>
    public string? Preset { get; init; }

    /// <summary>Where the settings deviate from the preset, as "name: preset -> run".</summary>
    public IReadOnlyList<string> Deviations { get; init; } = [];

    /// <summary>Every setting.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>Settings of a baseline that differ from its defaults; null for an autoencoder.</summary>
    public JsonObject? BaselineSettings { get; init; }

    /// <summary>Settings of a baseline that were left to the data, with the values taken; null where there are none.</summary>
    public JsonObject? FromData { get; init; }

    /// <summary>
    /// All settings by name: of an autoencoder, of a baseline with its defaults, or the weight of each member of an ensemble.
    /// </summary>
    public JsonObject CompleteSettings() =>
        Members is not null ? [.. Members.Select(member => KeyValuePair.Create(member.Run, (JsonNode?)member.Weight))]
        : BaselineSettings is not null ? BaselineCatalogue.Complete(Model, [.. Cloned(BaselineSettings), .. Cloned(FromData)])
        : JsonSerializer.SerializeToNode(Settings, RunSettings.Json)!.AsObject();

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Cloned(JsonObject? settings) =>
        (settings ?? []).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()));

    /// <summary>True if the model knows its training users only (<see cref="IRecommender.KnowsTrainingUsersOnly"/>).</summary>
    public bool KnowsTrainingUsersOnly() =>
        BaselineSettings is not null && Members is null && BaselineCatalogue.KnowsTrainingUsersOnly(Model, BaselineSettings);

    /// <summary>Folder of the prepared dataset.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the dataset's manifest.</summary>
    public required string DataHash { get; init; }

    /// <summary>Number of items.</summary>
    public int Items { get; init; }

    /// <summary>SHA-256 of the files of <see cref="RunIds"/>; null for a run of an older version, which has none.</summary>
    public string? IdsHash { get; init; }

    /// <summary>The members of an ensemble; null for any other run.</summary>
    public IReadOnlyList<EnsembleMember>? Members { get; init; }

    /// <summary>The run that this one goes on from; null for one that starts anew.</summary>
    public ContinuedFrom? ContinuedFrom { get; init; }

    /// <summary>Number of weights; 0 for a model without parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>The backend's own description.</summary>
    public string Backend { get; init; } = "";

    /// <summary>Operating system, architecture and number of processors.</summary>
    public string Machine { get; init; } =
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors";

    /// <summary>Version of this program and of the runtime.</summary>
    public string Versions { get; init; } =
        $"manualvae {typeof(RunManifest).Assembly.GetName().Version?.ToString(3)}, {RuntimeInformation.FrameworkDescription}";
}

/// <summary>
/// A run: <c>run.json</c>, <c>items.tsv</c>, <c>users.tsv</c>, <c>metrics.jsonl</c>, <c>best.ckpt</c>, <c>last.ckpt</c>,
/// <c>results.json</c>, <c>evaluations/</c>, <c>report.html</c>.
/// Every file is moved into place complete, so a kill at any moment leaves a run that resumes.
/// </summary>
public sealed class RunFolder
{
    private static readonly JsonSerializerOptions Json = new(RunSettings.Json)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    private static readonly JsonSerializerOptions JsonLine = new(Json) { WriteIndented = false };

    /// <summary>A run and the studies of it.</summary>
    public static FolderKind Kind { get; } = new("run", folder => File.Exists(System.IO.Path.Combine(folder, "run.json"))
        ? file => file.StartsWith("studies/", StringComparison.Ordinal)
            || file.StartsWith("evaluations/", StringComparison.Ordinal)
            || file is "run.json" or "items.tsv" or "users.tsv" or "metrics.jsonl" or "best.ckpt" or "last.ckpt"
                or "results.json" or "report.html" or "trial.json"
            || (file.StartsWith("epoch-", StringComparison.Ordinal) && file.EndsWith(".ckpt", StringComparison.Ordinal))
        : null);

    private RunFolder(string path, RunManifest manifest) => (Path, Manifest) = (path, manifest);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The content of <c>run.json</c>.</summary>
    public RunManifest Manifest { get; }

    /// <summary>Weights of the best epoch.</summary>
    public string BestCheckpoint => System.IO.Path.Combine(Path, "best.ckpt");

    /// <summary>Everything at the latest save.</summary>
    public string LastCheckpoint => System.IO.Path.Combine(Path, "last.ckpt");

    /// <summary>Weights after an epoch, if the training kept them (<see cref="Trainer.Snapshots"/>).</summary>
    /// <param name="epoch">From 1.</param>
    public string Snapshot(int epoch) => System.IO.Path.Combine(Path, $"epoch-{epoch}.ckpt");

    /// <summary>What the run is used with: its best epoch, or its latest where there was no validation.</summary>
    internal string UsedCheckpoint => File.Exists(BestCheckpoint) ? BestCheckpoint : LastCheckpoint;

    /// <summary>Where evaluation writes its results.</summary>
    public string Results => System.IO.Path.Combine(Path, "results.json");

    /// <summary>The report for people.</summary>
    public string Report => System.IO.Path.Combine(Path, "report.html");

    private string MetricsFile => System.IO.Path.Combine(Path, "metrics.jsonl");

    /// <summary>Throws if <see cref="Create"/> would, because something is there.</summary>
    /// <exception cref="InputException">The folder holds something already.</exception>
    public static void RefuseToReplace(string path) =>
        AtomicFile.RefuseToReplace(path, overwrite: false, "give another name, or resume the run that is there");

    /// <summary>Starts a run in a folder that is new or empty.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="manifest">What the run is.</param>
    /// <param name="ids">What its columns stand for, and whom it trains on; null for a run for its own data only.</param>
    /// <exception cref="InputException">The folder holds something already, or cannot be made.</exception>
    public static RunFolder Create(string path, RunManifest manifest, RunIds? ids = null)
    {
        RefuseToReplace(path);
        RunFolder? run = null;
        void Fill(string folder) => run = new RunFolder(folder, manifest with { IdsHash = ids?.Save(folder) }).Write();
        // A new folder appears with all that a run needs to be resumed.
        if (Directory.Exists(path)) Fill(path);
        else AtomicFile.WriteFolder(path, overwrite: false, Fill);
        return new RunFolder(path, run!.Manifest);
    }

    /// <summary>The ids that the run was trained with, or null for a run of an older version.</summary>
    /// <exception cref="InputException">Their files are missing or were changed.</exception>
    public RunIds? ReadIds() => Manifest.IdsHash is null ? null : RunIds.Read(Path, Manifest.IdsHash);

    /// <summary>The same run described anew: <c>run.json</c> is replaced.</summary>
    /// <exception cref="InputException">More epochs are finished than the manifest allows.</exception>
    public RunFolder Update(RunManifest manifest)
    {
        int epochs = File.Exists(LastCheckpoint) ? Checkpoint.ReadHeader(LastCheckpoint).State.Epoch : 0;
        var (setting, given) = (Setting(nameof(RunSettings.Epochs)), manifest.Settings.Epochs);
        if (given < epochs) throw About($"{setting} is {given}, but {Path} has finished {epochs} epochs; give at least as many.");
        return new RunFolder(Path, manifest).Write();
    }

    /// <summary>Opens a run.</summary>
    /// <exception cref="InputException">The folder is not a run.</exception>
    public static RunFolder Open(string path)
    {
        string file = System.IO.Path.Combine(path, "run.json");
        if (!File.Exists(file))
            throw new InputException($"{path}: is not a run (it has no run.json); give the folder of a training.");
        try
        {
            var manifest = JsonSerializer.Deserialize<RunManifest>(File.ReadAllText(file), Json.WithKebabSettings());
            if (manifest is not { Model: not null, Settings: not null, Data: not null, DataHash: not null, Deviations: not null })
                throw new JsonException("model, settings, data, dataHash and deviations must not be null");
            if (manifest.Deviations.Any(deviation => deviation?.Contains(": ", StringComparison.Ordinal) != true))
                throw new JsonException("a deviation is not written as name: preset -> run");
            if (manifest.Members is { } members && (members.Count == 0 || members.Any(member => member is not { IsSound: true })))
                throw new JsonException("an ensemble has members with a folder, a checksum and a weight above 0");
            if (manifest.BaselineSettings is null) manifest.Settings.Validate();
            else manifest.Settings.RequireValues();
            return new(path, manifest);
        }
        catch (Exception problem) when (problem is JsonException or InputException)
        {
            throw new InputException(
                $"{file}: is not a run manifest of this version ({problem.Message.TrimEnd('.')}); train again.", problem);
        }
    }

    /// <summary>The epochs so far.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public IReadOnlyList<EpochMetrics> ReadMetrics()
    {
        if (!File.Exists(MetricsFile)) return [];
        var epochs = new List<EpochMetrics>();
        foreach (var (number, line) in File.ReadLines(MetricsFile).Index())
            try
            {
                if (line.Length > 0) epochs.Add(JsonSerializer.Deserialize<EpochMetrics>(line, JsonLine)
                    ?? throw new JsonException("it is null"));
            }
            catch (JsonException problem)
            {
                throw new InputException($"{MetricsFile}, line {number + 1}: is not an epoch; remove the line, or train again.",
                    problem);
            }
        return epochs;
    }

    /// <summary>
    /// The epochs that no resumed run trains again. Metrics are written before <c>last.ckpt</c>: after a kill between the two
    /// they have an epoch more than that. A run whose checkpoints were deleted keeps the epochs that it had.
    /// </summary>
    /// <exception cref="InputException">A line or <c>last.ckpt</c> is damaged.</exception>
    public IReadOnlyList<EpochMetrics> ReadFinished()
    {
        var epochs = ReadMetrics();
        try
        {
            int saved = File.Exists(LastCheckpoint) ? Checkpoint.ReadHeader(LastCheckpoint).State.Epoch
                : epochs.Count == 1 && File.Exists(BestCheckpoint) ? 0 : int.MaxValue; // the first epoch leaves that one first
            return [.. epochs.Where(epoch => epoch.Epoch <= saved)];
        }
        catch (InputException) when (!File.Exists(LastCheckpoint))
        {
            return epochs; // another process deleted it meanwhile
        }
    }

    /// <summary>Writes the epochs so far.</summary>
    public void WriteMetrics(IEnumerable<EpochMetrics> epochs)
    {
        var text = new StringBuilder();
        foreach (var epoch in epochs) text.Append(JsonSerializer.Serialize(epoch, JsonLine)).Append('\n');
        AtomicFile.WriteText(MetricsFile, text.ToString());
    }

    /// <summary>Refuses a run that has trained no epoch.</summary>
    /// <exception cref="InputException">It has no checkpoint.</exception>
    public void RequireCheckpoint()
    {
        if (!File.Exists(UsedCheckpoint))
            throw About($"{Path}: the run has no checkpoint yet; go on training it with {Setting("Resume")}.");
    }

    /// <summary>The trained model, from its best epoch (or its latest where there was no validation), for scoring only.</summary>
    /// <param name="backend">Where it shall compute.</param>
    /// <param name="batchSize">Largest batch.</param>
    /// <param name="training">Gradients and moments too, for studies.</param>
    /// <param name="epoch">The epoch of a <see cref="Snapshot"/> to load instead; null for the best.</param>
    /// <exception cref="InputException">No checkpoint, or a damaged one.</exception>
    public Autoencoder LoadModel(IBackend backend, int batchSize = 500, bool training = false, int? epoch = null)
    {
        RequireCheckpoint();
        string file = epoch is int at ? Snapshot(at) : UsedCheckpoint;
        if (!File.Exists(file)) throw new InputException($"{Path}: the run kept no weights of epoch {epoch}; train it anew.");
        Checkpoint.RequireModel(file, Manifest.Settings, Manifest.Items, backend);
        var model = new Autoencoder(backend, Manifest.Settings, Manifest.Items, batchSize, seed: null, training);
        try
        {
            Checkpoint.Load(file, model);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The fitted baseline.</summary>
    /// <param name="backend">Makes the backend of a baseline that computes on one, which then owns it.</param>
    /// <exception cref="InputException">Its file is missing, damaged, or of other items than the run.</exception>
    public IBaseline LoadBaseline(Func<IBackend> backend)
    {
        var model = BaselineFile.Load(BestCheckpoint, backend);
        if (model.ItemCount == Manifest.Items && model.Name == Manifest.Model) return model;
        model.Dispose();
        throw new InputException($"{BestCheckpoint}: holds {model.Name} of {model.ItemCount} items, the run is {Manifest.Model} "
            + $"of {Manifest.Items}; train again.");
    }

    private RunFolder Write()
    {
        var json = JsonSerializer.SerializeToNode(Manifest, Json.WithKebabSettings())!;
        if (Manifest.BaselineSettings is not null)
        {
            // Of the settings that all models share, a baseline used those that were given: its name, at least.
            RunSettings.RemoveDefaults(json["settings"]!.AsObject());
        }
        AtomicFile.WriteText(System.IO.Path.Combine(Path, "run.json"), json.ToJsonString(Json) + "\n");
        return this;
    }
}

internal static class RunJson
{
    /// <summary>Camel case for the manifest, kebab case (the flags' names) for the settings inside it.</summary>
    public static JsonSerializerOptions WithKebabSettings(this JsonSerializerOptions options) =>
        new(options) { Converters = { new SettingsConverter() } };

    private sealed class SettingsConverter : System.Text.Json.Serialization.JsonConverter<RunSettings>
    {
        public override RunSettings? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<RunSettings>(ref reader, RunSettings.Json);

        public override void Write(Utf8JsonWriter writer, RunSettings value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, RunSettings.Json);
    }
}
