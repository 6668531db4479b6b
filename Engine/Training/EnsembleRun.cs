using ManualVae.Data;

namespace ManualVae.Training;

/// <summary>
/// An ensemble as a run folder: <c>run.json</c> names the members, whose folders hold what they trained. It is evaluated,
/// compared and served like any other run.
/// </summary>
public static class EnsembleRun
{
    /// <summary>Name of the model.</summary>
    public const string Model = "ensemble";

    /// <summary>Creates the folder.</summary>
    /// <param name="path">The folder, new or empty.</param>
    /// <param name="members">The runs, trained on one dataset, and their weights; a run of weight 0 is left out.</param>
    /// <exception cref="InputException">The runs do not go together.</exception>
    public static RunFolder Create(string path, IReadOnlyList<(RunFolder Run, double Weight)> members)
    {
        Check([.. members.Select(member => member.Run)]);
        var first = members[0].Run;
        return RunFolder.Create(path, new RunManifest
        {
            Model = Model,
            Settings = new RunSettings { Model = Model, Device = first.Manifest.Settings.Device },
            BaselineSettings = [],
            Data = first.Manifest.Data,
            DataHash = first.Manifest.DataHash,
            Items = first.Manifest.Items,
            Members = [.. members.Where(member => member.Weight > 0).Select(member => new EnsembleMember(
                Path.GetRelativePath(path, member.Run.Path).Replace('\\', '/'), HashOf(member.Run), member.Weight))],
        }, first.ReadIds());
    }

    /// <summary>Refuses runs that make no ensemble.</summary>
    /// <exception cref="InputException">Fewer than two, an ensemble among them, one twice, or different data.</exception>
    public static void Check(IReadOnlyList<RunFolder> runs)
    {
        if (runs.Count < 2) throw new InputException("An ensemble needs at least two runs; give more.");
        foreach (var run in runs)
        {
            if (run.Manifest.Members is not null)
                throw new InputException($"{run.Path}: is an ensemble itself; give its members.");
            if (run.Manifest.DataHash != runs[0].Manifest.DataHash)
                throw new InputException($"{run.Path}: was trained on other data than {runs[0].Path}; give runs of one dataset.");
            if (runs.Count(other => Path.GetFullPath(other.Path) == Path.GetFullPath(run.Path)) > 1)
                throw new InputException($"{run.Path}: is given twice; give each run once.");
            run.RequireCheckpoint();
        }
    }

    /// <summary>The folder of a member.</summary>
    /// <exception cref="InputException">It is gone, or was trained anew.</exception>
    internal static RunFolder Open(RunFolder ensemble, EnsembleMember member)
    {
        var run = RunFolder.Open(Path.Combine(ensemble.Path, member.Run));
        run.RequireCheckpoint();
        if (run.Manifest.Items != ensemble.Manifest.Items)
            throw new InputException($"{run.Path}: has {run.Manifest.Items} items, {ensemble.Path} {ensemble.Manifest.Items}; "
                + "make the ensemble again.");
        return run.Manifest.Members is null && HashOf(run) == member.Checkpoint ? run : throw new InputException(
            $"{run.Path}: was trained anew since {ensemble.Path} was made of it; make the ensemble again.");
    }

    private static string HashOf(RunFolder run) => DatasetManifest.HashFile(run.UsedCheckpoint);
}
