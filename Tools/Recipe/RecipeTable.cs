using Spectre.Console;

namespace ManualVae.Tools.Recipe;

/// <summary>A recipe for people: what was tried, why the winner was chosen, and what to do next.</summary>
internal static class RecipeTable
{
    /// <summary>Writes it.</summary>
    /// <param name="result">The recipe.</param>
    /// <param name="folder">Its folder, as the user wrote it.</param>
    public static void Write(RecipeResult result, string folder)
    {
        var table = new FittedTable("model", ">trials", $">validation {result.Metric}", ">time", "verdict", "settings")
        {
            MayDrop = ["settings", "trials"],
        };
        foreach (var row in result.Rows)
        {
            bool chosen = row.Candidate == result.Chosen;
            table.AddRow(chosen ? $"[bold green]{row.Candidate}[/]" : row.Candidate, $"{row.Tried}",
                row.Validation is double value ? chosen ? $"[bold green]{value:0.0000}[/]" : $"{value:0.0000}" : "–",
                Readable.Clock(TimeSpan.FromSeconds(row.Seconds)), Markup.Escape(row.Verdict),
                Markup.Escape(RecipeTrial.ShownOf(row.Settings)));
        }
        table.Write(Terminal.Results);
        Console.Out.WriteLine($"\nchosen     {result.Reason}");
        if (EnsembleLine(result, folder) is string together) Console.Out.WriteLine($"together   {together}");
        Console.Out.WriteLine($"spent      {Readable.Clock(TimeSpan.FromSeconds(result.SpentSeconds))} of "
            + $"{Readable.Clock(TimeSpan.FromSeconds(result.BudgetSeconds))}; {Readable.Bytes(result.BytesKept)} kept in "
            + folder);
        Console.Out.WriteLine("next");
        foreach (string command in Next(result, folder)) Console.Out.WriteLine($"  {command}");
    }

    /// <summary>What the leading models reach together, and where they are; null if no more than the winner.</summary>
    public static string? EnsembleLine(RecipeResult result, string folder) => result.Ensemble is not { } ensemble ? null
        : $"{ensemble.Validation:0.0000} with {Readable.Count(ensemble.Members.Count, "model")} "
            + $"({string.Join(", ", ensemble.Members.Select(m => FormattableString.Invariant(
                $"{result.Trials.First(t => t.Run == m.Key).Candidate} {m.Value:0.00}")))}): "
            + $"{Path.Combine(folder, RecipeEnsemble.RunName)}, a run like any other, slower to serve";

    /// <summary>The commands that follow.</summary>
    public static IReadOnlyList<string> Next(RecipeResult result, string folder)
    {
        string run = Path.Combine(folder, RecipeResult.RunName), preset = Path.Combine(folder, RecipeResult.PresetFile);
        string refit = $"manualvae train --data {result.Data} --preset {preset} --fit-validation true"
            + (result.Winner is { BestEpoch: > 0 } winner ? $" --epochs {winner.BestEpoch} --patience 0" : "")
            + $" --output {Path.Combine(folder, "final")}";
        return [$"manualvae evaluate --run {run}", $"manualvae recommend --run {run} --user USER", $"manualvae serve {run}",
            $"{refit}    # on validation clicks too, to go into service"];
    }
}
