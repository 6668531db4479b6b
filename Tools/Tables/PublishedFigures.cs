namespace ManualVae.Tools.Tables;

/// <summary>Published figures of a row.</summary>
/// <param name="Values">One a metric of the table, in its order.</param>
/// <param name="Source">Where they are from, and whether they were read there or elsewhere.</param>
internal sealed record PublishedFigures(double[] Values, string Source);
