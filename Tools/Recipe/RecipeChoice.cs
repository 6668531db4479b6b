namespace ManualVae.Tools.Recipe;

/// <summary>Which trial a recipe chooses, and the rows of its table.</summary>
internal static class RecipeChoice
{
    /// <summary>
    /// A simpler model (earlier in the list) within this share of the best value is preferred: less than noise, and it trains
    /// faster and is easier to explain.
    /// </summary>
    public const double Tie = 0.002;

    /// <summary>
    /// The best trial of the simplest candidate within <see cref="Tie"/> of the best; null if none has a value.
    /// </summary>
    /// <param name="candidates">Names, the simplest first.</param>
    /// <param name="trials">All trials.</param>
    public static RecipeTrial? Of(IEnumerable<string> candidates, IEnumerable<RecipeTrial> trials)
    {
        var valued = trials.Where(t => t.Validation is not null).ToList();
        if (valued.Count == 0) return null;
        double enough = valued.Max(t => t.Validation!.Value) * (1 - Tie);
        return candidates.Select(name => Best(name, valued)).FirstOrDefault(t => t?.Validation >= enough);
    }

    /// <summary>A row for each candidate, in the order of the list.</summary>
    /// <param name="candidates">The candidates.</param>
    /// <param name="trials">All trials.</param>
    /// <param name="chosen">The winner, or null before the end.</param>
    /// <param name="skipped">Why candidates had no further trial.</param>
    public static IReadOnlyList<RecipeRow> Rows(IEnumerable<RecipeCandidate> candidates, IReadOnlyList<RecipeTrial> trials,
        RecipeTrial? chosen, IReadOnlyDictionary<string, string> skipped)
    {
        double most = trials.Max(t => t.Validation) ?? 0;
        return [.. candidates.Select(candidate =>
        {
            var own = trials.Where(t => t.Candidate == candidate.Name).ToList();
            var best = Best(candidate.Name, own);
            string verdict = best is null ? $"skipped: {Why(candidate, own, skipped)}"
                : best.Candidate == chosen?.Candidate
                    ? best.Validation < most ? "chosen: simpler, level with the best" : "chosen: best"
                : chosen?.Validation is double won
                    ? best.Validation >= won ? "level with the chosen one, less simple"
                        : $"{(1 - best.Validation!.Value / won) * 100:0.0} % behind"
                : "not decided";
            if (best is not null && skipped.ContainsKey(candidate.Name)) verdict += " (search cut short)";
            return new RecipeRow(candidate.Name, candidate.Why, own.Count, best?.Validation,
                best?.Settings ?? new Dictionary<string, string>(), own.Sum(t => t.Seconds), verdict);
        })];
    }

    private static string Why(RecipeCandidate candidate, List<RecipeTrial> own, IReadOnlyDictionary<string, string> skipped) =>
        skipped.GetValueOrDefault(candidate.Name) ?? own.FirstOrDefault()?.Failed ?? "no time left";

    private static RecipeTrial? Best(string candidate, IEnumerable<RecipeTrial> trials) =>
        trials.Where(t => t.Candidate == candidate && t.Validation is not null).MaxBy(t => t.Validation);
}
