using System.CommandLine;
using ManualVae.Tools.Verbs.Study;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae study ...</c>: the laboratory. Each study writes numbers and figures into <c>RUN/studies/NAME</c>.
/// </summary>
internal static class StudyVerb
{
    public static Command Create() =>
        new("study", "Experiments on a trained run or a toy: gradients, radius ...")
    {
        StudyGradientsVerb.Create(),
        StudyInfluenceVerb.Create(),
        StudyLipschitzVerb.Create(),
        StudyRadiusVerb.Create(),
        StudyMaskingVerb.Create(),
        StudyCollapseVerb.Create(),
        StudyAnchorsVerb.Create(),
        StudyNeighboursVerb.Create(),
        StudyCohortsVerb.Create(),
        StudyGapVerb.Create(),
    };
}
