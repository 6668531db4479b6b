namespace ManualVae.Training;

/// <summary>A run in an ensemble.</summary>
/// <param name="Run">Its folder, as seen from the ensemble's.</param>
/// <param name="Checkpoint">SHA-256 of what it trained.</param>
/// <param name="Weight">Weight of its standardised scores, above 0.</param>
public sealed record EnsembleMember(string Run, string Checkpoint, double Weight)
{
    /// <summary>False for what a damaged file may say.</summary>
    internal bool IsSound => !string.IsNullOrWhiteSpace(Run) && !Run.Contains('\0') && Checkpoint is not null
        && Weight > 0 && Weight <= float.MaxValue;
}
