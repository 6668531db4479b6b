using Spectre.Console;

namespace ManualVae.Tools.Sweep;

/// <summary>The trials for people.</summary>
internal static class SweepTable
{
    /// <summary>Writes the table, and below it the whole path of every run.</summary>
    public static void Write(SweepResult result)
    {
        string[] names = [.. result.Trials.SelectMany(t => t.Settings.Keys).Distinct()];
        bool spread = result.Trials.Any(t => t.Spread is not null), rungs = result.Trials.Any(t => t.Rung is not null);
        var table = new FittedTable([$">validation {result.ValidationMetric}", .. spread ? [">+-"] : Array.Empty<string>(),
            ">epoch", .. rungs ? [">of", ">rung"] : Array.Empty<string>(), .. names.Select(n => $">{n}"), ">trial"]);
        foreach (var trial in result.Trials)
            table.AddRow([
                trial.Validation is double value ? $"{value:0.0000}" : "[red]failed[/]",
                .. spread ? [$"{trial.Spread:0.0000}"] : Array.Empty<string>(),
                $"{trial.BestEpoch}",
                .. rungs ? [$"{trial.Epochs}", $"{trial.Rung}"] : Array.Empty<string>(),
                .. names.Select(n => Markup.Escape(trial.Settings.GetValueOrDefault(n) ?? "")),
                $"{trial.Number}"]);
        table.Write(Terminal.Results);
        foreach (var trial in result.Trials) // a path is never broken, nor cut off
            foreach (string run in trial.Runs ?? [trial.Run]) Console.Out.WriteLine($"{trial.Number,5}  {run}");
    }
}
