namespace ManualVae.Tools.Studies;

/// <summary>Text of studies: rows of printed tables.</summary>
internal static class StudyText
{
    /// <summary>A row of a printed table: the first cell to the left, the others right-aligned.</summary>
    public static string Row(params string[] cells) =>
        cells[0].PadRight(34) + string.Concat(cells.Skip(1).Select(cell => cell.PadLeft(24)));

    /// <summary>Invariant text.</summary>
    public static string Text(FormattableString text) => FormattableString.Invariant(text);
}
