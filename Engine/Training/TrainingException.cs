namespace ManualVae.Training;

/// <summary>Training went wrong; the message names layer, batch and user and says what to do.</summary>
public sealed class TrainingException(string message) : Exception(message);
