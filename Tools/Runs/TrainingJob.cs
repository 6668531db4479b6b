using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ManualVae.Compute;
using ManualVae.Compute.Ranks;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>Trains into a run folder and tells a person how it goes.</summary>
internal static class TrainingJob
{
    /// <summary>Starts a new run; nothing is written before everything that can be refused is checked.</summary>
    /// <param name="data">Prepared dataset.</param>
    /// <param name="settings">Every setting.</param>
    /// <param name="folder">The new run folder.</param>
    /// <param name="show">Makes the display; null for the one that suits where messages go.</param>
    /// <param name="header">Say first what the run is.</param>
    /// <param name="older">A finished run to go on from; null to start anew.</param>
    public static TrainingOutcome Start(PreparedDataset data, ResolvedSettings settings, string folder,
        Func<RunSettings, TrainingDisplay>? show = null, bool header = true, RunFolder? older = null)
    {
        if (!Session.Ranks.IsFirst) return StartClaimed(data, settings, folder, () => { }, show, header);
        using var claim = OutputFolder.Claim(folder, older is null ? [data.Directory] : [data.Directory, older.Path]);
        return StartClaimed(data, settings, folder, claim.Clear, show, header, older);
    }

    private static TrainingOutcome StartClaimed(PreparedDataset data, ResolvedSettings settings, string folder,
        Action clear, Func<RunSettings, TrainingDisplay>? show, bool header, RunFolder? older = null,
        Waypoints waypoints = default)
    {
        if (Session.Ranks.IsFirst) RunFolder.RefuseToReplace(folder);
        int batchSize = settings.Run.BatchSize;
        settings = settings.On(data);
        if (settings.Run.TrainedOn(data).Validation is { HasClicksToFind: true } validation)
            settings.Run.RequireValidationBy(validation);
        var display = (show ?? TrainingDisplay.Create)(settings.Run);
        var continuation = older is null ? null : Continuation.Open(older, data, settings.Run);
        if (settings.Baseline is not null && Session.Ranks.Size > 1)
            throw new InputException($"--model {settings.Run.Model}: ranks share autoencoders only; leave out --ranks.");
        if (settings.Baseline is not null) return Fit(data, settings, folder, header ? display.Say : null, continuation,
            waypoints.Cancellation ?? Session.Cancellation);
        using var device = Device.Open(settings.Run, header);
        continuation?.RequireSameShapes(settings.Run, device.Backend);
        var memory = MemoryEstimate.Of(settings.Run, data, device.Backend);
        (memory with { DataBytes = memory.DataBytes + (continuation?.Bytes(device.Backend) ?? 0) }).RequireFits(device.Backend);
        if (header && settings.Run.BatchSize != batchSize)
            display.Say(string.Create(CultureInfo.InvariantCulture,
                $"note       batches of {settings.Run.BatchSize} instead of {batchSize}, as suits "
                    + $"{data.Train.Rows:#,0} training users"));
        var ids = RunIds.Of(data, settings.Run);
        var run = RankFolder.Same(
            () => RunFolder.Create(folder, Manifest(data, settings, continuation), continuation?.Extend(ids) ?? ids), folder);
        try
        {
            return Train(data, run, device, display, header, waypoints);
        }
        catch (InputException) when (!File.Exists(run.LastCheckpoint)) // refused before there was anything to keep
        {
            clear();
            throw;
        }
    }

    /// <summary>
    /// Goes on with a run from its last checkpoint, or from the start if it has none. The caller has claimed its folder.
    /// </summary>
    public static TrainingOutcome Resume(PreparedDataset data, RunFolder run, Func<RunSettings, TrainingDisplay>? show = null,
        bool header = true, Waypoints waypoints = default)
    {
        using var device = Device.Open(run.Manifest.Settings, header);
        return Train(data, run, device, (show ?? TrainingDisplay.Create)(run.Manifest.Settings), header, waypoints);
    }

    /// <summary>Starts a run, goes on with the one that is there, or keeps it if it is finished.</summary>
    /// <exception cref="InputException">The folder holds another run, or something else.</exception>
    public static TrainingOutcome StartOrResume(PreparedDataset data, ResolvedSettings settings, string folder,
        Func<RunSettings, TrainingDisplay> show, Waypoints waypoints = default)
    {
        using var claim = OutputFolder.Claim(folder, data.Directory);
        return StartOrResume(data, settings, folder, show, claim.Clear, waypoints);
    }

    /// <summary>The same for a folder that the caller has claimed in its own way, with waypoints.</summary>
    /// <exception cref="InputException">The folder holds another run, or something else.</exception>
    public static TrainingOutcome StartOrResume(PreparedDataset data, ResolvedSettings settings, string folder,
        Func<RunSettings, TrainingDisplay> show, Action clear, Waypoints waypoints)
    {
        UnfinishedFiles.RemoveIn(folder);
        if (!File.Exists(Path.Combine(folder, "run.json")))
            return StartClaimed(data, settings, folder, clear, show, header: false, waypoints: waypoints);
        settings = settings.On(data);
        var run = RunFolder.Open(folder);
        var there = run.Manifest;
        if (there.DataHash != data.ManifestHash || there.Settings.DeviationsFrom(settings.Run).Count > 0
            || there.Settings.Seed != settings.Run.Seed || !JsonNode.DeepEquals(there.BaselineSettings, settings.Baseline))
            throw new InputException($"{folder}: holds a run with other settings or data; give another --output.");
        var outcome = TrainingOutcome.Of(run, run.ReadFinished());
        return settings.Baseline is not null || outcome.Epochs >= settings.Run.Epochs || outcome.RanOutOf(settings.Run.Patience)
            ? outcome
            : Resume(data, run, show, header: false, waypoints);
    }

    /// <summary>Where a run stops before its end, to go on later as if it had not, and where it keeps its weights.</summary>
    /// <param name="PauseAfter">Stops after this epoch; null for the last.</param>
    /// <param name="Cancellation">Stops between two updates, when this is signalled; none for that of the session.</param>
    /// <param name="Snapshots">Epochs after which the weights are kept; none for the best and the latest only.</param>
    public readonly record struct Waypoints(
        int? PauseAfter, CancellationToken? Cancellation, IReadOnlyCollection<int>? Snapshots = null);

    private static TrainingOutcome Train(
        PreparedDataset data, RunFolder run, Device device, TrainingDisplay display, bool header, Waypoints waypoints)
    {
        var settings = run.Manifest.Settings;
        var trained = settings.TrainedOn(data);
        int users = trained.Train.Rows;
        bool resume = File.Exists(run.LastCheckpoint);
        var watch = new CollapseWatch(display, display.Say);
        // What reading the data left goes back to the machine that the ranks share.
        if (Session.Ranks.Size > 1) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var trainer = new Trainer(data, settings, device.Backend, run, watch, resume)
        {
            PauseAfter = waypoints.PauseAfter, Snapshots = waypoints.Snapshots ?? [],
        };
        watch.Model = trainer.Model;
        run = RankFolder.Same(() => run.Update(run.Manifest with
        {
            Parameters = trainer.Model.Parameters.WholeCount,
            Backend = device.Backend.Description,
        }), run.Path);
        if (header) WriteHeader(trained, run, device, trainer.Memory);
        if (!resume && run.Manifest.ContinuedFrom is { } source)
        {
            var older = Continuation.Reopen(source, data, settings);
            if (header) foreach (string line in ContinuationText.Lines(older)) display.Say(line);
            trainer.ContinueFrom(older);
        }
        if (trainer.State.Start is { } start)
        {
            var from = run.Manifest.ContinuedFrom! with { Validation = start.Validation };
            run = run.Update(run.Manifest with { ContinuedFrom = from });
            if (header && start.Validation is double value)
                display.Say($"before     {settings.ValidationMetric} {value:0.0000} with the weights of the older run");
        }
        if (!settings.FitValidation && data.Validation is not { HasClicksToFind: true })
            display.Say("note       no validation: the data has no held-out clicks for it, so all epochs are trained and the "
                + "last counts");
        foreach (string line in TrainingAdvice.Before(settings, users, trainer.State.Start?.Updates ?? 0)) display.Say(line);
        if (resume && header)
            Console.Error.WriteLine($"resumed    after epoch {trainer.State.Epoch}, update {trainer.State.Updates}");
        try
        {
            var epochs = display.Watch(() => trainer.Run(waypoints.Cancellation ?? Session.Cancellation));
            foreach (string line in TrainingAdvice.After(run, epochs, users)) display.Say(line);
            var grid = Session.Grid;
            if (header && grid.All.Size > 1)
                display.Say(string.Create(CultureInfo.InvariantCulture,
                    $"exchange   rank 0 spent {grid.Seconds:0.0} s in exchanges (checkpoints and validation included) and sent "
                        + $"{grid.BytesSent / 1e6:#,0.0} MB"));
            var check = header && Session.Ranks.Size == 1 ? PopularityCheck.Of(run, epochs, data) : null;
            if (check?.Warning is string warning) display.Say(warning);
            return TrainingOutcome.Of(run, epochs) with { Popularity = check?.Popularity };
        }
        catch (OperationCanceledException) when (Session.Cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine($"saved      {run.LastCheckpoint}; go on with: manualvae train --resume --output {run.Path}");
            throw;
        }
    }

    private static TrainingOutcome Fit(PreparedDataset data, ResolvedSettings settings, string folder, Action<string>? report,
        Continuation? continuation, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        foreach (string line in continuation is null ? [] : ContinuationText.Lines(continuation)) report?.Invoke(line);
        var monitor = new FitMonitor(report, cancellation);
        PopularityCheck? check = null;
        AtomicFile.WriteFolder(folder, overwrite: false, unfinished =>
        {
            var start = continuation?.ItemStart();
            using var model = BaselineCatalogue.Fit(settings.Run.Model,
                BaselineData.Of(settings.Run.TrainedOn(data)) with { Start = start }, settings.Baseline, monitor,
                () => Session.Backend(settings.Run.Device, settings.Run.Threads, settings.Run.Precision));
            // A model that is fitted anew has seen none of the older users.
            var ids = RunIds.Of(data, settings.Run);
            foreach (var (name, value) in model.FromData) report?.Invoke($"note       --{name} {value}, from the data");
            var run = RunFolder.Create(unfinished, Manifest(data, settings, continuation) with
            {
                BaselineSettings = settings.Baseline,
                FromData = model.FromData.Count == 0 ? null
                    : [.. model.FromData.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))],
            },
                start is null ? ids : continuation!.Extend(ids));
            BaselineFile.Save(run.BestCheckpoint, model, settings.Baseline);
            if (report is not null) check = PopularityCheck.Of(model, data, settings.Run);
        });
        if (check?.Warning is string warning) report?.Invoke(warning);
        return TrainingOutcome.Of(RunFolder.Open(folder), []) with
        {
            Seconds = clock.Elapsed.TotalSeconds,
            Validation = check?.Model,
            Popularity = check?.Popularity,
        };
    }

    private static RunManifest Manifest(PreparedDataset data, ResolvedSettings settings, Continuation? continuation) => new()
    {
        Model = settings.Run.Model,
        Preset = settings.Preset,
        Deviations = settings.Deviations,
        Settings = settings.Run,
        Data = Path.GetFullPath(data.Directory),
        DataHash = data.ManifestHash,
        Items = data.ItemCount,
        ContinuedFrom = continuation?.Source,
    };

    private static void WriteHeader(PreparedDataset data, RunFolder run, Device device, MemoryEstimate memory)
    {
        var (settings, counts, manifest) = (run.Manifest.Settings, data.Manifest.Counts, run.Manifest);
        var message = Console.Error;
        message.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"model      {settings.Model}, {manifest.Parameters:#,0} weights"));
        message.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"data       {data.Directory}: {counts.TrainUsers:#,0} training users, {counts.Items:#,0} items, "
                + $"{counts.TrainClicks:#,0} clicks"));
        message.WriteLine($"device     {device.Backend.Description}{device.Note}");
        if (Session.Ranks is MpiCommunicator job)
            message.WriteLine("ranks      "
                + string.Join(", ", job.Processes.Select((p, rank) => $"{rank} is {p.Machine}:{p.Process}")));
        message.WriteLine($"memory     about {memory}{(Session.Ranks.Size > 1 ? ", on each rank" : "")}");
        message.WriteLine($"seed       {settings.Seed}");
        string deviations = manifest.Deviations.Count == 0 ? "no deviation"
            : $"{Readable.Count(manifest.Deviations.Count, "deviation")}:";
        message.WriteLine($"preset     {manifest.Preset ?? "none"}, {deviations}");
        foreach (string deviation in manifest.Deviations) message.WriteLine($"           {deviation}");
        message.WriteLine($"run        {run.Path}");
    }

    /// <summary>A backend, and the note for the header that <c>auto</c> found no GPU.</summary>
    private sealed record Device(IBackend Backend, string Note) : IDisposable
    {
        public static Device Open(RunSettings settings, bool header)
        {
            string note = "";
            var backend = Session.Backend(settings.Device, settings.Threads, settings.Precision, header ? Keep : null);
            return new(backend, note);

            void Keep(string line) => note = $" {line[line.IndexOf('(')..]}";
        }

        public void Dispose() => Backend.Dispose();
    }
}
