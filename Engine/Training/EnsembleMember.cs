namespace ManualVae.Training;

/// <summary>A run in an ensemble.</summary>
/// <param name="Run">Its folder, as seen from the ensemble's.</param>
/// <param name="Checkpoint">SHA-256 of what it trained.</param>
/// <param name="Weight">Weight of its standardised scores, above 0.</param>
public sealed record EnsembleMember(string Run, string Checkpoint, double Weight);
