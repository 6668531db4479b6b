using ManualVae.Models.Baselines;

namespace ManualVae.Models;

/// <summary>
/// Which clicks brought an item up: what each click of a history contributes to the item's score. Exact where scores are sums
/// over clicks, so that the contributions add up to the score: the item-item models (EASE and its kin, SLIM, neighbours, MARec),
/// <see cref="ElsaModel"/> and <see cref="FactorModel"/>. All other models are asked what changes without the click
/// (<see cref="LeaveOneOut"/>).
/// </summary>
public static class Explanations
{
    /// <summary>
    /// The contributions, items x clicks, row-major; empty for a model that knows no reasons, as it does not look at the history:
    /// popularity, random scores, a model that tells its users by their row.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="history">The clicks, strictly increasing.</param>
    /// <param name="items">The items, in any order.</param>
    /// <param name="turn">
    /// Runs each pass of a model that takes one caller at a time, so that others have their turns between; null runs it at once.
    /// </param>
    public static float[] Of(IRecommender model, int[] history, int[] items, Action<Action>? turn = null)
    {
        if (model is Popularity or RandomScores || model.KnowsTrainingUsersOnly) return [];
        var contributions = new float[checked(items.Length * history.Length)];
        switch (model)
        {
            case FactorModel factors: factors.Contributions(history, items, contributions); break;
            case ElsaModel linear: linear.Contributions(history, items, contributions); break;
            case ItemItemModel linear: linear.Contributions(history, items, contributions); break;
            case SparseItemItemModel linear: linear.Contributions(history, items, contributions); break;
            default: LeaveOneOut.Contributions(model, history, items, contributions, turn ?? (pass => pass())); break;
        }
        return contributions;
    }
}
