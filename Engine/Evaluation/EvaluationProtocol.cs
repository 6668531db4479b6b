using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>
/// What a model is shown of a user whose later clicks it must find, and what is kept out of the ranking. They differ where the
/// same users are in training, validation and test; a strong split knows only <see cref="Known"/>.
/// </summary>
public enum EvaluationProtocol
{
    /// <summary>All clicks known before the part are shown, and none of them is ranked.</summary>
    Known,
    /// <summary>Training clicks are shown; validation clicks are only kept out of the ranking (DiffRec's tables).</summary>
    DiffRec,
    /// <summary>Training clicks are shown; validation clicks are ranked like any other item (LightGCN++'s tables).</summary>
    LightGcn,
}

/// <summary>Parts of a dataset under a protocol.</summary>
public static class EvaluationProtocols
{
    /// <summary>The part under the protocol.</summary>
    /// <exception cref="InputException">The users evaluated have no training clicks (strong generalisation).</exception>
    public static EvaluationSplit Under(this PreparedDataset data, EvaluationProtocol protocol, EvaluationSplit part) =>
        protocol switch
        {
            EvaluationProtocol.DiffRec => data.ShowingTraining(part),
            EvaluationProtocol.LightGcn => data.ShowingTraining(part) with { Excluded = null },
            _ => part,
        };
}
