using System.Globalization;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Training;

/// <summary>The data that a run is used on: one rule for everything that opens runs.</summary>
public static class RunData
{
    private static readonly SettingName Data = Setting(nameof(Data));

    /// <summary>
    /// Opens the run's own data, or other data in the columns of the run's model, with notes about what does not fit. Data that
    /// changed since the training is used only where it is named.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="data">Another prepared dataset, or null for the run's.</param>
    /// <param name="keepUnknown">Give items that the run does not know columns of their own.</param>
    /// <param name="note">Takes each note, a line about what does not fit; null if nobody wants them.</param>
    /// <exception cref="InputException">No such data, or it does not fit the run.</exception>
    public static PreparedDataset Open(RunFolder run, string? data, bool keepUnknown, Action<string>? note = null)
    {
        var (path, manifest) = (run.Path, run.Manifest);
        if (data is null && !Directory.Exists(manifest.Data))
            throw About($"{manifest.Data}: the run's data is missing; say where it is with {Data}.");
        var prepared = PreparedDataset.Open(data ?? manifest.Data);
        if (prepared.ManifestHash == manifest.DataHash)
        {
            // A run that goes on from another has the training users of both.
            if (note is not null && manifest.ContinuedFrom is not null && prepared.Manifest.Split == SplitKind.Strong
                && run.ReadIds() is { } own && Seen(path, "test", prepared, prepared.Test, own) is { } leak) note(leak);
            return prepared;
        }
        if (data is null)
            throw About($"{manifest.Data}: has changed since this run was trained; import it as before, or give it by {Data}.");
        var ids = run.ReadIds() ?? throw new InputException(
            $"{data}: is not the data that {path} was trained on, and the run is of a version that did not keep item ids; use it "
            + "on its own data, or train again.");
        if (manifest.KnowsTrainingUsersOnly()
            && !prepared.UserIds.AsSpan(0, prepared.Train.Rows).SequenceEqual(ids.TrainedUsers.ToArray()))
            throw new InputException($"{data}: its training users are not those of {path}, in the same order, and "
                + $"{manifest.Model} knows its training users only; use it on its own data, or train on this.");
        var aligned = AlignedDataset.Of(prepared, ids.Items, keepUnknown);
        int known = prepared.ItemCount - aligned.Unknown.Count;
        if (2 * known < prepared.ItemCount)
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"{data}: the run {path} knows only {known:#,0} of its {prepared.ItemCount:#,0} items by their ids, less than ")
                + $"half (it does not know {Examples(aligned.Unknown)}); use data of the same catalogue, or train on this.");
        if (note is null) return aligned.Data;
        note(Matched(path, prepared, known, aligned.Unknown));
        if (Seen(path, "test", prepared, prepared.Test, ids) is { } test) note(test);
        if (Seen(path, "validation", prepared, prepared.Validation, ids) is { } validation) note(validation);
        return aligned.Data;
    }

    private static string Matched(string run, PreparedDataset data, int known, IReadOnlyList<string> unknown) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{data.Directory} is not the data that {run} was trained on; items are matched by id: {known:#,0} of its ")
            + string.Create(CultureInfo.InvariantCulture, $"{data.ItemCount:#,0} are known")
            + (unknown.Count == 0 ? "." : string.Create(CultureInfo.InvariantCulture,
                $", {unknown.Count:#,0} are not ({Examples(unknown)}): never recommended, and not found where held out."));

    /// <summary>A note if a part's users were trained on; null if none was.</summary>
    internal static string? Seen(string run, string name, PreparedDataset data, EvaluationSplit? part, RunIds ids)
    {
        if (part is null) return null;
        var trained = ids.TrainedUsers.ToHashSet(StringComparer.Ordinal);
        int[] users = [.. Enumerable.Range(0, part.HeldOut.Rows).Where(row => part.HeldOut.RowLength(row) > 0)];
        int seen = users.Count(row => trained.Contains(data.UserIds[part.FirstUser + row]));
        return seen == 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{run} was trained on {seen:#,0} of the {users.Length:#,0} {name} users of {data.Directory}; its results there may ")
            + "be too good, as their held-out clicks may have been trained on.";
    }

    private static string Examples(IReadOnlyList<string> ids) =>
        string.Join(", ", ids.Take(3)) + (ids.Count > 3 ? ", ..." : "");
}
