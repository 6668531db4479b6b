namespace ManualVae.Tools.Sweep;

/// <summary>
/// Asynchronous successive halving (ASHA; Li et al. 2020, "A system for massively parallel hyperparameter tuning", algorithm 2):
/// of the trials that finished a rung, the best share 1 / eta may go on to the next, at any time.
/// </summary>
internal static class SuccessiveHalving
{
    /// <summary>Of how many trials one goes on.</summary>
    public const int Eta = 3;

    private const int FewestEpochs = 10;

    /// <summary>
    /// The first rung where none is given: a ninth of the epochs, and at least 10. A model that starts late, as those with the
    /// logistic likelihood do, would be judged before it has begun.
    /// </summary>
    /// <param name="epochs">Epochs of a whole trial.</param>
    public static int FirstOf(int epochs) => Math.Min(epochs, Math.Max(FewestEpochs, (epochs + Eta * Eta - 1) / (Eta * Eta)));

    /// <summary>
    /// The rungs in epochs: the first, and each later one eta times as high, up to the whole trial. One too near to the end (by
    /// less than the root of eta) is left out.
    /// </summary>
    /// <param name="first">Epochs of the first rung.</param>
    /// <param name="epochs">Epochs of a whole trial.</param>
    public static IReadOnlyList<int> Rungs(int first, int epochs)
    {
        var rungs = new List<int>();
        for (long rung = first; rung * Math.Sqrt(Eta) < epochs; rung *= Eta) rungs.Add((int)rung);
        return [.. rungs, epochs];
    }

    /// <summary>The trials of a rung that may go on now, the best first; of equal ones, the earlier.</summary>
    /// <param name="finished">All that finished the rung; a failed one has no value.</param>
    /// <param name="promoted">Those that went on already.</param>
    public static IReadOnlyList<int> Promotable(IReadOnlyCollection<(int Trial, double? Value)> finished, ISet<int> promoted) =>
        [.. Best(finished).Take(finished.Count / Eta).Where(trial => !promoted.Contains(trial))];

    /// <summary>The trials with a value, the best first.</summary>
    public static IEnumerable<int> Best(IEnumerable<(int Trial, double? Value)> finished) =>
        finished.Where(f => f.Value is not null).OrderByDescending(f => f.Value).ThenBy(f => f.Trial).Select(f => f.Trial);
}
