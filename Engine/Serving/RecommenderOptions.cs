using ManualVae.Compute;

namespace ManualVae.Serving;

/// <summary>How a run is opened for recommendations.</summary>
public sealed record RecommenderOptions
{
    /// <summary>Prepared dataset with the histories of the users; null for the one that the run was trained on.</summary>
    public string? Data { get; init; }

    /// <summary>Where to compute, one of <see cref="Backends.Names"/>; null for the run's device.</summary>
    public string? Device { get; init; }

    /// <summary>Threads; 0 for all. The results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Precision of the products; that of the training does not matter.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Most people answered in one pass of an autoencoder, which holds a score for each of them and each item.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// A user's history is what an evaluation would show: clicks that are held out for validation or the test are left out, and
    /// may be recommended. By default a history is all that is known.
    /// </summary>
    public bool HideHeldOut { get; init; }

    /// <summary>Takes each note, such as what other data lacks; null if nobody wants them.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Makes the backend of a device's name, in place of <see cref="Backends.Create"/>.</summary>
    public Func<string, IBackend>? Backend { get; init; }
}
