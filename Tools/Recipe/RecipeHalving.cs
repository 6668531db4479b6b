using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Recipe;

/// <summary>Which trials of the family go on after a rung.</summary>
internal static class RecipeHalving
{
    // A model within this of popularity has not begun: logistic losses stay there for some epochs, and rise then.
    private const double LevelOfPopularity = 1.15;
    private const int MostLate = 3;

    /// <summary>True if a value says nothing yet.</summary>
    public static bool HasNotBegun(double value, double popularity) => value <= LevelOfPopularity * popularity;

    /// <summary>
    /// The best third, at least one, the best first. After the first rung also up to three that are still at popularity's level,
    /// and, where candidates are first compared, the best of each: few epochs say little across different losses.
    /// </summary>
    /// <param name="finished">Trials, names of their candidates, and their values; one without a value ends here.</param>
    /// <param name="popularity">The value of popularity; 0 if unknown.</param>
    /// <param name="first">True for the first rung: who has not begun after the second does not go on.</param>
    /// <param name="each">Whether the best of each candidate goes on.</param>
    public static IReadOnlyList<int> GoOn(IReadOnlyCollection<(int Trial, string Candidate, double? Value)> finished,
        double popularity, bool first, bool each = false)
    {
        int[] ranked = [.. SuccessiveHalving.Best(finished.Select(f => (f.Trial, f.Value)))];
        int[] best = [.. ranked.Take(Math.Max(1, finished.Count / SuccessiveHalving.Eta))];
        var ofEach = ranked.Where(_ => each).DistinctBy(trial => finished.First(f => f.Trial == trial).Candidate);
        var late = finished.Where(f => first && f.Value is double value && HasNotBegun(value, popularity)).Select(f => f.Trial);
        return [.. best, .. ofEach.Except(best), .. late.Except(best).Except(ofEach).Order().Take(MostLate)];
    }
}
