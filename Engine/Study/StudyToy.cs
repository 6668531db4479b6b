using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// A small model with its users, made by a formula, on which a study can be followed by hand.
/// </summary>
/// <remarks>All toys by name: <see cref="StudyToyCatalogue"/>.</remarks>
public sealed class StudyToy : IDisposable
{
    private readonly IBackend _backend;

    /// <summary>Builds a model of a toy; the caller sets its weights.</summary>
    /// <param name="backend">Where it computes; stays the caller's.</param>
    /// <param name="settings">Which parts.</param>
    /// <param name="clicks">Users x items.</param>
    /// <param name="userIds">Name of each user.</param>
    /// <param name="itemIds">Name of each item.</param>
    /// <param name="rows">Most rows of one pass.</param>
    internal StudyToy(
        IBackend backend, AutoencoderSettings settings, CsrMatrix clicks, string[] userIds, string[] itemIds, int rows)
    {
        _backend = backend;
        Data = new(new DatasetManifest { Source = new("toy", "made by a formula"), Split = SplitKind.None }, clicks, null, null,
            userIds, new ItemList(itemIds));
        Model = new(backend, settings, clicks.Columns, Math.Max(rows, clicks.Rows), seed: null);
    }

    /// <summary>The users' clicks, all of training, and the names of users and items.</summary>
    public PreparedDataset Data { get; }

    /// <summary>The model.</summary>
    public Autoencoder Model { get; }

    /// <summary>All users.</summary>
    public Population Users => new(Data.Train, [.. Enumerable.Range(0, Data.Train.Rows)]);

    /// <summary>Weights of the loss's parts in which the toy is studied: beta 0.2, and no anchors.</summary>
    public Objective Objective { get; } = new(0.2);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    /// <summary>Sets a parameter.</summary>
    /// <param name="name">Its name, such as <c>decoder.0.weight</c>.</param>
    /// <param name="values">All its values, row by row.</param>
    internal void Set(string name, params ReadOnlySpan<double> values) => _backend.Upload(values, Model.Parameters[name].Value);

    /// <summary>Plain Adam on all users at once, with masks and noise as in training.</summary>
    /// <param name="steps">Updates.</param>
    /// <param name="rate">Learning rate.</param>
    internal void Train(uint steps, double rate)
    {
        using var batch = _backend.AllocateBatch(Data.Train.Rows, Data.ItemCount, (int)Data.Train.EntryCount);
        batch.Load(Data.Train, Users.Users);
        for (uint step = 0; step < steps; step++)
        {
            Model.Parameters.ZeroGradients();
            Model.Forward(batch, Model.TrainingMask(1, step), new(1, step, RandomPurpose.LatentNoise));
            Model.Backward(batch, Objective);
            foreach (var parameter in Model.Parameters.All) _backend.Adam(parameter, new AdamStep(rate, step + 1));
        }
    }
}
