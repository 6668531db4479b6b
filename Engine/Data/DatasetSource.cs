namespace ManualVae.Data;

/// <summary>Where the clicks came from.</summary>
/// <param name="Format">Name of the import format, or <c>synthetic</c>.</param>
/// <param name="Name">Name of the file or folder read, without its path, or of the synthetic shape.</param>
/// <param name="Sha256">SHA-256 of the files read, one after another in the order of their names; null if none was read.</param>
/// <param name="Bytes">Their total size.</param>
public sealed record DatasetSource(string Format, string Name, string? Sha256 = null, long? Bytes = null);
