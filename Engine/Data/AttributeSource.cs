namespace ManualVae.Data;

/// <summary>How an attribute of the items was made, for the manifest.</summary>
/// <param name="Settings">What was asked for, with the settings that were left open.</param>
/// <param name="File">Name of the file that was read, without its path.</param>
/// <param name="Sha256">SHA-256 of that file; null for the dataset's own items.</param>
public sealed record AttributeSource(string Settings, string File, string? Sha256 = null);
