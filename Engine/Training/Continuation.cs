using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using static ManualVae.Data.InputException;

namespace ManualVae.Training;

/// <summary>
/// A finished run that another one goes on from with newer data. Items are matched by id. Weights and Adam's moments come from
/// <c>last.ckpt</c>, which has both of the same update; <c>best.ckpt</c> has no moments.
/// </summary>
public sealed class Continuation
{
    private readonly int[] _known; // by column of the newer data
    private readonly PreparedDataset _newer;
    private ItemTransfer? _transfer;

    private Continuation(RunFolder run, RunIds ids, PreparedDataset newer, ContinuedFrom source)
    {
        (Run, Ids, _newer, Source) = (run, ids, newer, source);
        _known = DataChanges.Columns(newer.ItemIds, ids.Items.Ids);
    }

    /// <summary>The older run.</summary>
    public RunFolder Run { get; }

    /// <summary>What the new run says of it.</summary>
    public ContinuedFrom Source { get; }

    private RunIds Ids { get; }

    /// <summary>Opens a run to go on from.</summary>
    /// <param name="run">The older run.</param>
    /// <param name="data">The newer data.</param>
    /// <param name="settings">Settings of the new run.</param>
    /// <exception cref="InputException">The run cannot be gone on from, or not with this data or these settings.</exception>
    public static Continuation Open(RunFolder run, PreparedDataset data, RunSettings settings)
    {
        var (path, manifest) = (run.Path, run.Manifest);
        bool isBaseline = manifest.BaselineSettings is not null;
        if (manifest.KnowsTrainingUsersOnly())
            throw new InputException($"{path}: {manifest.Model} has weights of its training users and cannot go on with other "
                + "data; train on it anew.");
        if (!isBaseline && manifest.Settings.LinearPath == LinearPathKind.Ease)
            throw About($"{path}: {Setting(nameof(RunSettings.LinearPath))} ease belongs to the clicks of its fit; train anew.");
        string checkpoint = isBaseline ? run.BestCheckpoint : run.LastCheckpoint;
        if (!File.Exists(checkpoint))
            throw new InputException($"{path}: has no {Path.GetFileName(checkpoint)}, from which training goes on; train anew.");
        var ids = run.ReadIds() ?? throw new InputException(
            $"{path}: is of a version that did not keep item ids, so its items cannot be found in other data; train anew.");
        var state = isBaseline ? null : Checkpoint.ReadHeader(checkpoint).State;
        if (state is { Epoch: 0 })
            throw About($"{path}: has not finished an epoch; go on with it first, by {Setting("Resume")}.");
        var newer = settings.TrainedOn(data);
        var changes = DataChanges.Between(ids, OlderData(run), newer);
        if (2 * (changes.Items.Count - changes.Items.New) < changes.Items.Count)
            throw new InputException(FormattableString.Invariant(
                $"{data.Directory}: the run {path} knows only {changes.Items.Count - changes.Items.New:#,0} of its ")
                + FormattableString.Invariant($"{changes.Items.Count:#,0} items by their ids, less than half; train anew."));
        return new(run, ids, newer, new(Path.GetFullPath(path), DatasetManifest.HashFile(checkpoint), state is null ? 0
            : EpochsOf(state), state?.Updates ?? 0, changes));
    }

    /// <summary>Opens the run that another one went on from, to start that one again.</summary>
    /// <exception cref="InputException">The older run is gone, or changed since.</exception>
    public static Continuation Reopen(ContinuedFrom source, PreparedDataset data, RunSettings settings)
    {
        var again = Open(RunFolder.Open(source.Run), data, settings);
        return again.Source.CheckpointHash == source.CheckpointHash ? again : throw new InputException(
            $"{source.Run}: has changed since a run went on from it, and that one has no checkpoint yet; start it again.");
    }

    /// <summary>Refuses settings whose weights have other shapes than the run's.</summary>
    /// <exception cref="InputException">Names the settings.</exception>
    public void RequireSameShapes(RunSettings settings, IBackend backend)
    {
        var older = Run.Manifest.Settings;
        if (ItemDimensions.Shapes(settings, 1, backend).SequenceEqual(ItemDimensions.Shapes(older, 1, backend))) return;
        string[] shaping =
        [
            nameof(settings.Encoder), nameof(settings.Hidden), nameof(settings.DecoderHidden), nameof(settings.Prior),
            nameof(settings.PseudoInputs), nameof(settings.Levels), nameof(settings.Latent), nameof(settings.Anchors),
            nameof(settings.AnchorWeight), nameof(settings.AnchorWeighting), nameof(settings.AnchorsPerItem),
            nameof(settings.AnchorCodebook), nameof(settings.LinearPath), nameof(settings.LinearRank),
        ];
        string name = shaping.First(name => !Equal(settings, older, name));
        throw About(
            $"{Setting(name)} differs from that of {Run.Path}, whose weights have another shape; leave it out, or train anew.");
    }

    /// <summary>What a person should know before: users that the new run is judged by and the older one was trained on.</summary>
    public IEnumerable<string> Notes()
    {
        if (RunData.Seen(Run.Path, "validation", _newer, _newer.Validation, Ids) is { } validation) yield return validation;
        if (RunData.Seen(Run.Path, "test", _newer, _newer.Test, Ids) is { } test) yield return test;
    }

    /// <summary>The ids of the new run: its items, and all users whose clicks its weights have seen.</summary>
    public RunIds Extend(RunIds ids) => ids with { TrainedUsers = [.. ids.TrainedUsers.Union(Ids.TrainedUsers)] };

    /// <summary>Memory that carrying over takes for a while: co-clicks of new items, and sums of their vectors.</summary>
    public long Bytes(IBackend backend)
    {
        if (Source.Changes.Items.New == 0) return 0;
        var shapes = ItemDimensions.Shapes(Run.Manifest.Settings, 1, backend);
        return CoOccurrence.Bytes(_newer.Train) + sizeof(double) * Source.Changes.Items.New * shapes.Max(shape => shape.Columns);
    }

    /// <summary>Where the item vectors of ials and wmf start; null for the other baselines, which are fitted anew.</summary>
    /// <exception cref="InputException">The older run's file is damaged.</exception>
    public ItemStart? ItemStart()
    {
        if (Run.Manifest.Model is not ("ials" or "wmf")) return null;
        using var model = (FactorModel)Run.LoadBaseline(() => throw new InvalidOperationException("It needs no backend."));
        return new(model.ItemVectors.ToArray(), model.ItemVectors.Length / model.ItemCount, _known);
    }

    /// <summary>The weights that the older run is used with: those of its best epoch, or its last without validation.</summary>
    internal TrainingState LoadBest(Autoencoder model) => Load(Run.UsedCheckpoint, model, Checkpoint.AveragesAre.Weights);

    /// <summary>The weights and moments that training goes on with.</summary>
    internal TrainingState LoadLast(Autoencoder model) => Load(Run.LastCheckpoint, model, Checkpoint.AveragesAre.LeftOut);

    /// <summary>What the new run inherits from the older one's state.</summary>
    /// <param name="state">The older run's.</param>
    /// <param name="validation">The validation metric before the first update.</param>
    internal TrainingStart StartAfter(TrainingState state, double? validation)
    {
        var (settings, before) = (Run.Manifest.Settings, state.Start ?? new(0, 0, 0, 0, null));
        int passes = settings.EncoderPasses + settings.DecoderPasses;
        if (passes == 0) return new(EpochsOf(state), state.Updates, state.Updates, state.Updates, validation);
        // Each epoch had as many batches in each of its passes; only the last one may have been cut short.
        long batches = (state.Updates - before.Updates - state.BatchesOfEpoch) / (state.Epoch * (long)passes);
        long encoder = before.EncoderUpdates + state.Epoch * settings.EncoderPasses * batches
            + Math.Min(state.BatchesOfEpoch, settings.EncoderPasses * batches);
        return new(EpochsOf(state), state.Updates, encoder, before.DecoderUpdates + state.Updates - before.Updates
            - (encoder - before.EncoderUpdates), validation);
    }

    private TrainingState Load(string checkpoint, Autoencoder model, Checkpoint.AveragesAre averages)
    {
        _transfer ??= new ItemTransfer(model, _known, Ids.Items.Count, _newer.Train);
        return Checkpoint.Load(checkpoint, model, _transfer, averages).State;
    }

    // An epoch that was cut short counts: its order of the users is used up.
    private static int EpochsOf(TrainingState state) =>
        (state.Start?.Epochs ?? 0) + state.Epoch + (state.BatchesOfEpoch > 0 ? 1 : 0);

    private static PreparedDataset? OlderData(RunFolder run)
    {
        if (!Directory.Exists(run.Manifest.Data)) return null;
        try
        {
            var data = PreparedDataset.Open(run.Manifest.Data);
            return data.ManifestHash == run.Manifest.DataHash ? run.Manifest.Settings.TrainedOn(data) : null;
        }
        catch (InputException) // it was changed; only the counts of clicks need it
        {
            return null;
        }
    }

    private static bool Equal(RunSettings a, RunSettings b, string name)
    {
        var property = typeof(RunSettings).GetProperty(name)!;
        return System.Text.Json.JsonSerializer.Serialize(property.GetValue(a))
            == System.Text.Json.JsonSerializer.Serialize(property.GetValue(b));
    }
}
