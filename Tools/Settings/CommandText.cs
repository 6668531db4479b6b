using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Training;

namespace ManualVae.Tools.Settings;

/// <summary>The settings of a run as a command line that can be copied.</summary>
internal static class CommandText
{
    /// <summary>The command that trains with the same settings.</summary>
    /// <param name="run">What they are the settings of.</param>
    /// <param name="output">The new run.</param>
    public static string Train(RunManifest run, string output)
    {
        IEnumerable<(string Name, JsonNode? Value)> flags;
        string start;
        if (run.BaselineSettings is { } own)
            (start, flags) = ($"--model {run.Model}", own.Select(p => (p.Key, p.Value)));
        else
        {
            string preset = run.Preset ?? "liang2018";
            var from = JsonSerializer.SerializeToNode(Preset.Load(preset, run.Model), RunSettings.Json)!.AsObject();
            start = $"--preset {preset}" + ((string?)from["model"] == run.Model ? "" : $" --model {run.Model}");
            flags = JsonSerializer.SerializeToNode(run.Settings, RunSettings.Json)!.AsObject()
                .Where(p => p.Key is not ("model" or "threads" or "device") && !JsonNode.DeepEquals(p.Value, from[p.Key]))
                .Select(p => (p.Key, p.Value));
        }
        return $"manualvae train --data {Quoted(run.Data)} --output {Quoted(output)} {start}"
            + string.Concat(flags.Select(flag => $" --{flag.Name} {Quoted(SettingText.Write(flag.Value))}"));
    }

    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./,:@+".Contains(c, StringComparison.Ordinal)) && text.Length > 0
            ? text : $"'{text}'";
}
