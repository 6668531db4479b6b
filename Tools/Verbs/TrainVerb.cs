using System.CommandLine;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae train</c>: trains a model, or fits a baseline, into a run folder.</summary>
internal static class TrainVerb
{
    // What a resumed run may change: how long and where, not what.
    private static readonly string[] Resumable = ["epochs", "patience", "threads", "device"];

    public static Command Create()
    {
        var flags = new TrainingFlags();
        var data = new Option<string?>("--data")
        {
            Description = "Prepared dataset (made by: manualvae data import).",
            HelpName = "folder"
        };
        var output = new Option<string>("--output")
        {
            Description = "Run folder to write.", HelpName = "folder",
            Required = true
        };
        var resume = new Option<bool>("--resume")
        {
            Description =
                "Go on with an interrupted run, to the same bits. May change: "
                    + $"{string.Join(", ", Resumable.Select(r => $"--{r}"))}.",
        };
        var from = new Option<string?>("--continue")
        {
            Description = "Go on from a finished run with newer data: items are matched by id, settings are the run's. "
                + "--epochs counts the further epochs.",
            HelpName = "run",
        };
        var board = TensorBoardLog.Flag();
        var (ranks, groups) = (Flags.Ranks(), Flags.UserGroups());
        var json = Flags.Json();
        return Verb.Create("train", "Train a model, or fit a baseline, into a run folder.", parsed =>
        {
            string folder = parsed.GetValue(output)!;
            PreparedDataset Data() => PreparedDataset.Open(parsed.GetValue(data)
                ?? throw new InputException("--data is missing: give a prepared dataset."));
            string? older = parsed.GetValue(from);
            if (older is not null && parsed.GetValue(resume))
                throw new InputException("--resume goes on with an interrupted run, --continue starts a new one from a finished "
                    + "run; give one of them.");
            Session.Join(parsed.GetValue(ranks)!, parsed.GetValue(groups));
            if (older is not null && Session.Ranks.Size > 1)
                throw new InputException("--continue is for one process; leave out --ranks.");
            var show = Session.Ranks.IsFirst ? TensorBoardLog.Beside(parsed.GetValue(board)) : TrainingDisplay.Silent;
            var outcome = parsed.GetValue(resume) ? Resume(folder, parsed.GetValue(data), flags, parsed, show)
                : older is not null ? Continue(RunFolder.Open(older), Data(), folder, flags, parsed, show)
                : TrainingJob.Start(Data(), flags.Resolve(parsed), folder, show);
            if (parsed.GetValue(json)) Terminal.WriteJson(outcome);
            else Console.Out.WriteLine(outcome.ToString());
            return ExitCode.Done;
        }, [data, output, from, resume, board, ranks, groups, json, .. flags.Options]);
    }

    private static TrainingOutcome Continue(RunFolder older, PreparedDataset data, string folder, TrainingFlags flags,
        ParseResult parsed, Func<RunSettings, TrainingDisplay> show)
    {
        if (flags.Start(parsed) is string start)
            throw new InputException($"{start}: a run that goes on from another has its settings; change single ones by flags.");
        return TrainingJob.Start(data, ContinuedSettings.Of(older, flags.Given(parsed), flags), folder, show, older: older);
    }

    private static TrainingOutcome Resume(string folder, string? data, TrainingFlags flags, ParseResult parsed,
        Func<RunSettings, TrainingDisplay> show)
    {
        using var claim = Session.Ranks.IsFirst ? OutputFolder.Claim(folder) : null;
        var run = RunFolder.Open(folder);
        if (claim is not null) UnfinishedFiles.RemoveIn(run.Path);
        if (run.Manifest.BaselineSettings is not null)
            throw new InputException($"{folder}: a baseline is fitted in one go; there is nothing to resume.");
        string mayChange = $"only {string.Join(", ", Resumable.Select(r => $"--{r}"))} may change";
        if (flags.Start(parsed) is string start)
            throw new InputException($"{start}: a run that is resumed keeps its settings; {mayChange}, by flags.");
        var all = JsonSerializer.SerializeToNode(run.Manifest.Settings, RunSettings.Json)!.AsObject();
        foreach (var (name, value) in flags.Given(parsed))
        {
            string now = SettingText.Write(value), then = SettingText.Write(all[name]);
            all[name] = value?.DeepClone();
            if (now != then && !Resumable.Contains(name))
                throw new InputException($"--{name} {now}: the run {folder} was started with {then}; {mayChange}. "
                    + "Start a new run for other settings.");
        }
        var prepared = PreparedDataset.Open(data ?? run.Manifest.Data);
        if (prepared.ManifestHash != run.Manifest.DataHash)
            throw new InputException(
                $"{prepared.Directory}: is not the data that {folder} was started on; resume with the same data.");
        var settings = all.Deserialize<RunSettings>(RunSettings.Json)!;
        settings.Validate();
        var deviations = ResolvedSettings.From(settings, run.Manifest.Preset).Deviations;
        var manifest = run.Manifest with { Settings = settings, Deviations = deviations };
        run = RankFolder.Same(() => run.Update(manifest), folder);
        return TrainingJob.Resume(prepared, run, show);
    }
}
