namespace ManualVae.Data.Import;

/// <summary>How far an import has read.</summary>
/// <param name="Rows">Rows (lines) read so far, of all files.</param>
/// <param name="Share">Share of the current file that has been read; null where its size is not known.</param>
public readonly record struct ImportProgress(long Rows, double? Share);
