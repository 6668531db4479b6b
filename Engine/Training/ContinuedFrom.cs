namespace ManualVae.Training;

/// <summary>The run that another one goes on from, as <c>run.json</c> records it.</summary>
/// <param name="Run">Its folder.</param>
/// <param name="CheckpointHash">SHA-256 of the checkpoint that was carried over.</param>
/// <param name="Epochs">Epochs that were trained before, those of still earlier runs included; 0 for a baseline.</param>
/// <param name="Updates">Gradient updates before.</param>
/// <param name="Changes">What the newer data brought and lost.</param>
/// <param name="Validation">The validation metric before the first update; null without validation users.</param>
public sealed record ContinuedFrom(
    string Run, string CheckpointHash, int Epochs, long Updates, DataChanges Changes, double? Validation = null);
