using System.Text.Json.Serialization;
using ManualVae.Data;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Recipe;

/// <summary>A trial of a recipe.</summary>
/// <param name="Candidate">Name of the candidate.</param>
/// <param name="Settings">What differs from other trials of the candidate.</param>
/// <param name="Run">Its folder, relative to the recipe's.</param>
/// <param name="Validation">Best value of the metric; null if it failed or was stopped before it had one.</param>
/// <param name="BestEpoch">Epoch of it; 0 for a baseline.</param>
/// <param name="Epochs">Epochs trained; 1 for a fitted baseline.</param>
/// <param name="Seconds">Time of fitting or training and of validation, all sessions together.</param>
/// <param name="Failed">Why it has no value; null if it has one.</param>
internal sealed record RecipeTrial(string Candidate, IReadOnlyDictionary<string, string> Settings, string Run,
    double? Validation, int BestEpoch, int Epochs, double Seconds, string? Failed = null)
{
    /// <summary>Its settings for people, without those of length, which follow from the data.</summary>
    [JsonIgnore]
    public string Shown => ShownOf(Settings);

    /// <summary>Settings for people, without those of length.</summary>
    public static string ShownOf(IReadOnlyDictionary<string, string> settings) =>
        SweepTrial.Shown(settings.Where(s => s.Key is not ("epochs" or "patience" or "batch-size")).ToDictionary());
}

/// <summary>A candidate in the table: its best trial, and what became of it.</summary>
/// <param name="Candidate">Its name.</param>
/// <param name="Why">Why it was tried.</param>
/// <param name="Tried">Number of trials.</param>
/// <param name="Validation">The best value; null without one.</param>
/// <param name="Settings">Settings of the best trial.</param>
/// <param name="Seconds">Time of all its trials.</param>
/// <param name="Verdict">Chosen, behind by how much, or why skipped.</param>
internal sealed record RecipeRow(string Candidate, string Why, int Tried, double? Validation,
    IReadOnlyDictionary<string, string> Settings, double Seconds, string Verdict);

/// <summary>The contents of <c>recipe.json</c>.</summary>
internal sealed record RecipeResult(string Data, string DataHash, string Metric, ulong Seed, DataShape Shape,
    double BudgetSeconds, double SpentSeconds, bool Finished, string? Chosen, string Reason, IReadOnlyList<RecipeRow> Rows,
    IReadOnlyList<RecipeTrial> Trials, long BytesKept, RecipeEnsemble? Ensemble = null)
{
    /// <summary>Name of the file.</summary>
    public const string File = "recipe.json";

    /// <summary>Name of the settings of the winner, for <c>--preset</c>.</summary>
    public const string PresetFile = "preset.json";

    /// <summary>Name of the winner's run folder.</summary>
    public const string RunName = "run";

    /// <summary>The trial that won, or null before the end.</summary>
    [JsonIgnore]
    public RecipeTrial? Winner => Trials.FirstOrDefault(trial => trial.Run == RunName);

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public static RecipeResult Read(string folder) =>
        JsonFile.Read<RecipeResult>(Path.Combine(folder, File), "recipe", "give another --output", Wrong);

    private static string? Wrong(RecipeResult result)
    {
        // A run is a folder of the recipe: links and clean-up must not lead elsewhere.
        static bool IsWithin(string run) => run.Length > 0 && !Path.IsPathRooted(run) && !run.Contains('\0')
            && !run.Split('/', '\\').Contains("..");
        static bool IsTime(double seconds) => seconds is >= 0 and < 1e9;
        return result.Trials.FirstOrDefault(trial => !IsWithin(trial.Run) || !IsTime(trial.Seconds)
                || !double.IsFinite(trial.Validation ?? 0)) is { } trial ? $"a trial of {trial.Candidate} is impossible"
            : result.Rows.FirstOrDefault(row => !IsTime(row.Seconds) || !double.IsFinite(row.Validation ?? 0)) is { } row
                ? $"the row of {row.Candidate} is impossible"
            : !IsTime(result.SpentSeconds) || !IsTime(result.BudgetSeconds) ? "its time is impossible" : null;
    }
}
