using System.CommandLine;

namespace ManualVae.Tools;

/// <summary>
/// <c>manualvae study ...</c>: the laboratory. Each study writes numbers and figures into <c>RUN/studies/NAME</c>.
/// </summary>
internal static class StudyVerb
{
    public static Command Create() =>
        new("study", "Single gradients, influence, the sharing radius, masking, collapse, anchors, neighbours, gap.")
    {
        StudyGradientsVerb.Create(),
        StudyInfluenceVerb.Create(),
        StudyRadiusVerb.Create(),
        StudyMaskingVerb.Create(),
        StudyCollapseVerb.Create(),
        StudyAnchorsVerb.Create(),
        StudyNeighboursVerb.Create(),
        StudyGapVerb.Create(),
    };

    /// <summary>A row of a printed table: the first cell to the left, the others right-aligned.</summary>
    public static string Row(params string[] cells) =>
        cells[0].PadRight(34) + string.Concat(cells.Skip(1).Select(cell => cell.PadLeft(24)));

    /// <summary>Invariant text.</summary>
    public static string Text(FormattableString text) => FormattableString.Invariant(text);
}
