using ManualVae.Data;
using ManualVae.Training;
using static ManualVae.Tools.Mechanisms.MechanismFigure;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Mechanisms;

/// <summary>The printed lines.</summary>
internal static class MechanismText
{
    /// <summary>Rows of the printed table; <c>figures.csv</c> has all figures.</summary>
    private static readonly MechanismFigure[] Printed =
    [
        Ndcg, Recall, Validation, BestEpoch, Converged, Helps, Local, Global, Unrelated, MaskedGlobal, Decay, RelativeDecay,
        FixedDecay, CosineDecay, ClickDecay, Control, LipschitzMedian, PositiveRadius, Inside, InsideOwn, InsideOwnPairs,
        NotHelped, FirstOrder, FarInput, FarLatent, NearInput, NearLatent, BelowInput, BelowLatent, AboveInput,
        AboveLatent, Kept, KeptClean, OwnDistance, MaskVariance, RelativeVariance, CentroidDistance, Overlap,
        LocalNeighbours, GlobalNeighbours, Purity, CutPurity, Straightness, Kl, Informative, MeanDistance,
    ];

    /// <summary>Rows of the table of each stage before the best epoch.</summary>
    private static readonly MechanismFigure[] Along =
        [Helps, Local, Global, Unrelated, MaskedGlobal, Decay, RelativeDecay, PositiveRadius, InsideOwn, Kept];

    /// <summary>The figures of every setting, then the claims.</summary>
    public static IEnumerable<string> Lines(
        PreparedDataset data, RunSettings run, ulong[] seeds, MechanismStages stages, IReadOnlyList<MechanismClaim> claims)
    {
        yield return $"{data.Directory}: {data.Train.Rows} training users, {data.ItemCount} items; at most {run.Epochs} "
            + $"epochs each, ended by {run.Patience} without improvement; beta to {run.Beta} half way";
        yield return $"seeds {string.Join(", ", seeds)}: mean and 95 % interval over "
            + $"users{(seeds.Length > 1 ? " and training" : "; one training run each")}";
        foreach (string stage in stages.Names.Reverse())
        {
            var (figures, printed) = (stages[stage], stage == MechanismStages.Best ? Printed : Along);
            foreach (string[] settings in figures.Settings.Chunk(Columns))
            {
                yield return "";
                yield return Row([stage == MechanismStages.Best ? "best epoch" : $"after {stage}", .. settings]);
                foreach (var figure in printed)
                    if (settings.Any(s => double.IsFinite(figures[s, figure].Value)))
                        yield return Row([figure, .. settings.Select(s => figures[s, figure])]);
            }
        }
        yield return "";
        foreach (var claim in claims)
            yield return $"{claim.Verdict,-13} {claim.Claim}; {claim.Stage}\n{"",-13} measured: {claim.Measured}";
    }
}
