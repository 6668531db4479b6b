using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Sweep;

/// <summary>A run of a trial: its folder, which is named by its settings, and all settings.</summary>
internal sealed record TrialRun(string Folder, ResolvedSettings Settings)
{
    /// <summary>Epochs of the whole run; 1 for a baseline.</summary>
    public int Epochs => Settings.Baseline is null ? Settings.Run.Epochs : 1;
}

/// <summary>A point of the search: what was varied, and a run for each seed.</summary>
/// <param name="Number">From 0, in the order in which trials are chosen.</param>
/// <param name="Settings">The settings that were varied, without those that the model does not read.</param>
/// <param name="Runs">The runs.</param>
internal sealed record SweepTrial(int Number, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<TrialRun> Runs)
{
    /// <summary>The varied settings for people.</summary>
    public static string Shown(IReadOnlyDictionary<string, string> settings) =>
        string.Join(' ', settings.Select(s => $"{s.Key}={s.Value}"));

    /// <summary>Makes the trial.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="settings">What was varied and is read.</param>
    /// <param name="resolved">All settings.</param>
    /// <param name="seeds">Number of runs.</param>
    /// <param name="data">The data.</param>
    /// <param name="output">Folder of the sweep.</param>
    public static SweepTrial Of(int number, IReadOnlyDictionary<string, string> settings, ResolvedSettings resolved, int seeds,
        PreparedDataset data, string output) => new(number, settings,
        [.. WithSeeds(resolved, seeds).Select((run, k) =>
        {
            string shown = Shown(settings) + (k > 0 ? $" seed={run.Run.Seed}" : "");
            return new TrialRun(Path.Combine(output, Name(shown, run, data)), run);
        })]);

    // The settings that were varied, for people, and a hash of all of them and of the data, so that no two trials share a folder.
    private static string Name(string shown, ResolvedSettings settings, PreparedDataset data)
    {
        string all = JsonSerializer.Serialize(settings.Run with { Threads = 0, Device = "" }, RunSettings.Json)
            + (settings.Baseline?.ToJsonString() ?? "") + data.ManifestHash;
        string safe = string.Concat(shown.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '=' ? c : '_'));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
        return $"{safe[..Math.Min(80, safe.Length)]}-{hash[..8]}";
    }

    // The settings for each of several seeds; a baseline that draws nothing has one run.
    private static IEnumerable<ResolvedSettings> WithSeeds(ResolvedSettings settings, int seeds)
    {
        yield return settings;
        if (seeds == 1 || !ReadSettings.By(settings.Run.Model, "seed")) yield break;
        for (int k = 1; k < seeds; k++)
            if (settings.Baseline is null)
            {
                yield return settings with { Run = settings.Run with { Seed = settings.Run.Seed + (ulong)k } };
            }
            else
            {
                var own = settings.Baseline.DeepClone().AsObject();
                var first = BaselineCatalogue.Complete(settings.Run.Model, settings.Baseline)["seed"]!;
                own["seed"] = first.GetValue<ulong>() + (ulong)k;
                yield return settings with { Baseline = own };
            }
    }
}
