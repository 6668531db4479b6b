namespace ManualVae.Tools.Studies;

/// <summary>The printed tables of studies.</summary>
internal static class StudyText
{
    /// <summary>A row; the first cell is aligned to the left, the others to the right.</summary>
    public static string Row(params object[] cells) =>
        $"{cells[0],-34}" + string.Concat(cells.Skip(1).Select(cell => $"{cell,24}"));
}
