using System.Globalization;
using ManualVae.Data;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Recipe;

/// <summary>
/// The baselines of a recipe: each searches its growing grid within its share of the time. What would not fit into the rest of
/// it, or into memory, is skipped with a reason.
/// </summary>
internal sealed class BaselineStage(PreparedDataset data, RecipeTrials trials, RecipeBudget budget)
{
    /// <summary>Reasons of what was skipped, by candidate.</summary>
    public Dictionary<string, string> Skipped { get; } = [];

    /// <summary>Tries them in order.</summary>
    public void Run(IReadOnlyList<RecipeCandidate> candidates)
    {
        for (int c = 0; c < candidates.Count; c++)
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            // Popularity is fitted whatever the budget; the others share what is left.
            double left = budget.Plan.Baselines - budget.Spent;
            double end = candidates[c].Axes.Count == 0 ? budget.Plan.End : budget.Spent + left / (candidates.Count - c);
            Search(candidates[c], end);
            trials.KeepLeaders([]);
        }
    }

    private void Search(RecipeCandidate candidate, double end)
    {
        double longest = 0;
        bool over = false; // one reason is enough
        GrowingGrid.Best(candidate.Axes, candidate.Most, point =>
        {
            var own = point.ToDictionary(p => p.Key, p => p.Value.ToString(CultureInfo.InvariantCulture));
            double left = end - budget.Spent;
            if (over || Refused(candidate, point, longest, left) is string reason && Skip(candidate, reason))
            {
                over = true;
                return null;
            }
            using var until = budget.Until(end);
            var trial = trials.Try(candidate, own, 1, until.Token);
            longest = Math.Max(longest, trial.Seconds);
            if (trial.Failed is not null) over = Skip(candidate, trial.Failed);
            return trial.Validation;
        });
    }

    private string? Refused(RecipeCandidate candidate, IReadOnlyDictionary<string, double> point, double longest, double left)
    {
        try
        {
            double seconds = longest > 0 ? longest : candidate.Axes.Count == 0 ? 0
                : FitEstimate.Seconds(candidate.Model, data.Train, (int)point.GetValueOrDefault("factors", 128));
            return seconds <= Math.Max(0, left) ? null : double.IsInfinity(seconds) ? "the catalogue is too large for it"
                : $"a fit takes about {Readable.Clock(TimeSpan.FromSeconds(seconds))}, and "
                    + $"{Readable.Clock(TimeSpan.FromSeconds(Math.Max(0, left)))} of its time were left";
        }
        catch (InputException problem)
        {
            return problem.Message;
        }
    }

    private bool Skip(RecipeCandidate candidate, string reason)
    {
        Skipped[candidate.Name] = reason;
        Console.Error.WriteLine($"         {candidate.Name,-13} no further fit: {reason}");
        return true;
    }
}
