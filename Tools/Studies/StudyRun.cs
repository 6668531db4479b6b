using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Training;

namespace ManualVae.Tools.Studies;

/// <summary>A run opened for a study: its model with room for the users, its data and the chosen users.</summary>
internal sealed class StudyRun : IDisposable
{
    private readonly IBackend _backend;

    private StudyRun(RunFolder folder, PreparedDataset data, IBackend backend, Autoencoder model) =>
        (Folder, Data, _backend, Model) = (folder, data, backend, model);

    public RunFolder Folder { get; }

    public PreparedDataset Data { get; }

    public Autoencoder Model { get; }

    public RunSettings Settings => Folder.Manifest.Settings;

    /// <summary>The objective of the run's last update.</summary>
    public Objective Objective
    {
        get
        {
            var epochs = Folder.ReadMetrics();
            return new(epochs.Count == 0 ? Settings.Beta : epochs[^1].Beta, Settings.AnchorWeight);
        }
    }

    /// <summary>Opens a run.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="data">Another prepared dataset, or null for the run's.</param>
    /// <param name="device">Where to compute, or null for the run's device.</param>
    /// <param name="threads">Threads; 0 for all.</param>
    /// <param name="batch">Users (or user x draw rows) in one pass.</param>
    /// <exception cref="InputException">Not a run of an autoencoder, no checkpoint, or other data.</exception>
    public static StudyRun Open(string path, string? data, string? device, int threads, int batch)
    {
        var folder = RunFolder.Open(path);
        var manifest = folder.Manifest;
        if (manifest.Model is not ("multvae" or "multdae"))
            throw new InputException($"{path}: a run of {manifest.Model}; the studies need a multvae or multdae run.");
        var prepared = PreparedDataset.Open(data ?? manifest.Data);
        if (prepared.ItemCount != manifest.Items)
            throw new InputException(
                $"{prepared.Directory}: has {prepared.ItemCount} items, the run was trained on {manifest.Items}.");
        if (prepared.ManifestHash != manifest.DataHash) Console.Error.WriteLine(
            "note: not the data that the run was trained on.");
        var backend = Session.Backend(device ?? manifest.Settings.Device, threads, asked: device is not null);
        try
        {
            return new(folder, prepared, backend, folder.LoadModel(backend, batch));
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    /// <summary>A random sample of the training users, or those of the given ids.</summary>
    /// <exception cref="InputException">An id that is not a training user's, or too many users.</exception>
    public Population Users(int count, string? ids, ulong seed)
    {
        if (string.IsNullOrEmpty(ids)) return Population.Sample(Data.Train, count, seed);
        var index = new Dictionary<string, int>();
        for (int user = 0; user < Data.Train.Rows; user++) index[Data.UserIds[user]] = user;
        var users = new SortedSet<int>();
        foreach (string id in ids.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!index.TryGetValue(id, out int user))
                throw new InputException(
                    $"--user-ids {id}: no training user has that id; they are in the second column of {Path.Combine(Data.Directory, "users.tsv")}.");
            if (Data.Train.RowLength(user) == 0) throw new InputException($"--user-ids {id}: this user has no training clicks.");
            users.Add(user);
        }
        if (users.Count == 0) throw new InputException($"--user-ids {ids}: names no user; give ids separated by commas.");
        return new(Data.Train, [.. users]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _backend.Dispose();
    }
}
