using ManualVae.Evaluation;

namespace ManualVae.Tools.Runs;

/// <summary>A run, or several that count as one.</summary>
/// <param name="Name">What the user named: a folder, a file, or several joined by commas.</param>
/// <param name="Label">A short name, unique in the comparison.</param>
/// <param name="Runs">The values of its users.</param>
internal sealed record ComparedRuns(string Name, string Label, PooledRuns Runs);

/// <summary>Runs over the same users, each against the first.</summary>
/// <param name="Models">The runs; the first is the baseline.</param>
/// <param name="Rows">The differences; a row's model is a <see cref="ComparedRuns.Name"/>.</param>
/// <param name="Activity">Groups of users by the clicks that the models are shown; none where nobody asked.</param>
internal sealed record Comparison(
    IReadOnlyList<ComparedRuns> Models, IReadOnlyList<PairedComparison> Rows, IReadOnlyList<UserGroup> Activity)
{
    /// <summary>What others are compared with.</summary>
    public ComparedRuns Baseline => Models[0];

    /// <summary>The metrics compared.</summary>
    public IReadOnlyList<string> Metrics => [.. Rows.Select(row => row.Metric).Distinct()];

    /// <summary>The short name of a row's model.</summary>
    public string LabelOf(PairedComparison row) => Models.First(model => model.Name == row.Model).Label;

    /// <summary>
    /// Short names: a folder's own; of several runs what their folders' names begin with, and how many they are. Names as given
    /// where two would be the same.
    /// </summary>
    /// <param name="parts">The folders or files of each model.</param>
    public static string[] Labels(IReadOnlyList<string[]> parts)
    {
        string[] labels = [.. parts.Select(Label)];
        return labels.Distinct().Count() == labels.Length ? labels : [.. parts.Select(runs => string.Join(',', runs))];
    }

    private static string Label(string[] runs)
    {
        string[] names = [.. runs.Select(Readable.Folder)];
        if (names.Length == 1) return names[0];
        int shared = Enumerable.Range(0, names.Min(name => name.Length))
            .TakeWhile(i => names.All(name => name[i] == names[0][i])).Count();
        string stem = names[0][..shared];
        // vae-1, vae-2: vae; run11, run12: run; fp32-1, fp32-2: fp32.
        if (stem.Length > 0 && char.IsAsciiDigit(stem[^1])) stem = stem.TrimEnd([.. "0123456789"]);
        stem = stem.TrimEnd([.. "-_. "]);
        return $"{(stem.Length > 0 ? stem : names[0])} ({names.Length} runs)";
    }

    /// <summary>In words, over all users: in which metrics a model is above the baseline, and in which below.</summary>
    public IEnumerable<string> Summaries() => Models.Skip(1).Select(model =>
    {
        var rows = Rows.Where(row => row.Model == model.Name && row.Group == PairedComparison.AllUsers).ToList();
        string[] found =
        [
            Said("higher in", row => row.Stars.Length > 0 && row.Difference > 0),
            Said("lower in", row => row.Stars.Length > 0 && row.Difference < 0),
            Said("no difference beyond chance in", row => row.Stars.Length == 0),
        ];
        return $"{model.Label} against {Baseline.Label}: {string.Join("; ", found.Where(text => text.Length > 0))}.";

        string Said(string words, Func<PairedComparison, bool> holds) =>
            rows.Where(holds).Select(row => row.Metric).ToArray() is { Length: > 0 } metrics
                ? $"{words} {string.Join(", ", metrics)}" : "";
    });

    /// <summary>In words: for which groups of activity a model is above the baseline, and for which below.</summary>
    public IEnumerable<string> Verdicts(string metric)
    {
        foreach (var model in Models.Skip(1))
        {
            var groups = Rows.Where(row => row.Metric == metric && row.Model == model.Name
                && row.Group != PairedComparison.AllUsers).ToList();
            if (groups.Count == 0) continue;
            string[] found = [Side("above", 1), Side("below", -1)];
            yield return $"{metric}: {model.Label} is " + (found.All(text => text.Length == 0)
                ? $"neither above nor below {Baseline.Label} in any of {groups.Count} groups beyond chance."
                : $"{string.Join(", and ", found.Where(text => text.Length > 0))}. Other groups: no difference beyond chance.");

            string Side(string word, int sign)
            {
                string[] names = [.. groups.Where(row => row.Stars.Length > 0 && Math.Sign(row.Difference) == sign)
                    .Select(row => $"{row.Group} {row.Stars}")];
                return names.Length == 0 ? "" : $"{word} {Baseline.Label} for users with {string.Join(", ", names)} clicks shown";
            }
        }
    }
}
