using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.Recipe;
using ManualVae.Tools.Report;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae recipe</c>: finds a model that suits the data within a budget of time, and trains it.</summary>
internal static class RecipeVerb
{
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Prepared dataset with a validation part (made by: manualvae data import).", HelpName = "folder",
            Required = true,
        };
        var output = new Option<string>("--output")
        {
            Description = "Folder of recipe.json, preset.json, report.html and run, the trained winner.", HelpName = "folder",
            Required = true,
        };
        var budget = new Option<string>("--budget")
        {
            Description = "Time for everything: 90s, 30m, 2h.", HelpName = "time", DefaultValueFactory = _ => "30m",
        };
        var metric = new Option<string?>("--metric")
        {
            Description = "What the validation part is judged by. [default: NDCG@100; sampled-NDCG@10 where the data has sampled "
                + "candidates]",
            HelpName = "name",
        };
        var resume = new Option<bool>("--resume")
        {
            Description = "Go on with the recipe in the folder; --budget may be larger.",
        };
        var seed = Flags.Seed("--seed", "Seed of draws and of trainings.", 1);
        var threads = new Option<int>("--threads") { Description = "Threads of trainings; 0 for all.", HelpName = "n" };
        var device = new Option<string>("--device")
        {
            Description = "Where trainings compute, as for train.", HelpName = "name", DefaultValueFactory = _ => "auto",
        };
        var json = Flags.Json();
        return Verb.Create("recipe", "Find what suits the data within a budget, say why, and train it.", parsed =>
        {
            string folder = parsed.GetValue(output)!;
            var search = new RecipeSearch(PreparedDataset.Open(parsed.GetValue(data)!), new(folder,
                RecipeBudget.Parse(parsed.GetValue(budget)!), parsed.GetValue(metric), parsed.GetValue(seed),
                parsed.GetValue(threads), parsed.GetValue(device)!, parsed.GetValue(resume)));
            var result = search.Run();
            string report = Path.Combine(folder, "report.html");
            HtmlReport.Write(report, [folder]);
            if (parsed.GetValue(json)) Terminal.WriteJson(result);
            else
            {
                RecipeTable.Write(result, folder);
                Console.Out.WriteLine($"  {report}");
            }
            return ExitCode.Done;
        }, data, output, budget, metric, resume, seed, threads, device, json);
    }
}
