using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Sweep;
using Spectre.Console;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae sweep</c>: grid or random search over settings. Every trial is a run folder named by its settings; a trial that
/// is
/// there is not run again, and one that was interrupted goes on. The test part is never touched.
/// </summary>
internal static class SweepVerb
{
    public static Command Create()
    {
        var flags = new TrainingFlags();
        var data = new Option<string>("--data")
        {
            Description = "Prepared dataset with a validation part.", HelpName = "folder", Required = true,
        };
        var output = new Option<string>("--output")
        {
            Description = "Folder of the trials and of sweep.json; given again, the sweep goes on.", HelpName = "folder",
            Required = true,
        };
        var vary = new Option<string[]>("--vary")
        {
            Description = "What to vary: name=v1,v2,v3 (lists: hidden=600|600,300), name=low..high or name=log:low..high. "
                + "Repeat for more.",
            HelpName = "name=values", Required = true,
        };
        var random = new Option<int>("--random")
        {
            Description = "Draw this many trials instead of the whole grid.", HelpName = "n",
        };
        var searchSeed = Flags.Seed("--search-seed", "Seed of the draws.", 1);
        var json = Flags.Json();
        return Verb.Create("sweep", "Grid or random search over settings; may be interrupted.", parsed =>
        {
            var space = new SweepSpace(parsed.GetValue(vary)!);
            int draws = parsed.GetValue(random);
            var trials = draws > 0 ? space.Draw(draws, parsed.GetValue(searchSeed)) : space.Grid();
            var prepared = PreparedDataset.Open(parsed.GetValue(data)!);
            HeldOut.Part(prepared, "validation");
            // All are checked before the first is trained.
            var resolved = trials.Select(trial => flags.Resolve(parsed, trial)).ToList();
            var results = SweepRun.Run(prepared, trials, resolved, parsed.GetValue(output)!);
            if (parsed.GetValue(json)) Terminal.WriteJson(SweepRun.Document(resolved[0], results));
            else SweepRun.WriteTable(resolved[0].Run.ValidationMetric, results);
            return results.Any(r => r.Validation is not null) ? ExitCode.Done : ExitCode.Failed;
        }, [data, output, vary, random, searchSeed, json, .. flags.Options]);
    }
}
