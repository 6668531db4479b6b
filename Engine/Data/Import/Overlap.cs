namespace ManualVae.Data.Import;

/// <summary>Held-out clicks that the user's fold-in holds too: they are never ranked, so they can never be found.</summary>
internal static class Overlap
{
    /// <summary>How many there are in a part.</summary>
    public static long Count(EvaluationSplit? part) => part is null ? 0 : part.HeldOut.EntryCount - Rest(part).LongCount();

    /// <summary>The part without them.</summary>
    public static EvaluationSplit? Drop(EvaluationSplit? part) => part is null ? null : part with
    {
        HeldOut = CsrMatrix.FromPairs(part.HeldOut.Rows, part.HeldOut.Columns, [.. Rest(part)]),
    };

    private static IEnumerable<(int Row, int Item)> Rest(EvaluationSplit part) =>
        from row in Enumerable.Range(0, part.HeldOut.Rows)
        from item in part.HeldOut.RowColumns(row).ToArray()
        where !part.FoldIn.Contains(row, item)
        select (row, item);
}
