using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Studies;

/// <summary>What a study measures: the model of a run, or a toy.</summary>
/// <param name="Model">The model.</param>
/// <param name="Data">Its users' clicks, and the names of users and items.</param>
/// <param name="Objective">Weights of the loss's parts.</param>
/// <param name="BatchSize">Users in a batch of training.</param>
internal sealed record StudiedModel(Autoencoder Model, PreparedDataset Data, Objective Objective, int BatchSize)
{
    /// <summary>The model of a run.</summary>
    public static StudiedModel Of(TrainedModel run) => new(run.Model, run.Data, run.Objective, run.Settings.BatchSize);

    /// <summary>A toy.</summary>
    public static StudiedModel Of(StudyToy toy) => new(toy.Model, toy.Data, toy.Objective, toy.Users.Count);
}
