namespace ManualVae.Tools.Studies;

/// <summary>The printed tables of studies.</summary>
internal static class StudyText
{
    private const int First = 34, Other = 24;

    /// <summary>How many columns fit beside the first one, 4 at most.</summary>
    public static int Columns => Math.Clamp((Terminal.Width - First) / Other, 1, 4);

    /// <summary>A row; the first cell is aligned to the left, the others to the right.</summary>
    public static string Row(params object[] cells) =>
        $"{cells[0],-First}" + string.Concat(cells.Skip(1).Select(cell => $"{cell,Other}"));
}
