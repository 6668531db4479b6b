using System.CommandLine;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae similar</c>: the neighbours of an item.</summary>
internal static class SimilarVerb
{
    public static Command Create()
    {
        var run = Flags.Run();
        var item = new Option<string>("--item")
        {
            Description = "An item of the data, by original id.", HelpName = "id", Required = true,
        };
        var top = Flags.Top();
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create("similar", "The items most like a given one.", parsed =>
        {
            int k = Flags.Positive("--top", parsed.GetValue(top));
            using var recommender = model.OpenForRecommending(parsed, parsed.GetValue(run)!);
            var similar = recommender.Similar(parsed.GetValue(item)!, k);
            var ranked = RankedItems.Rows(similar.Items);
            if (parsed.GetValue(json))
                Terminal.WriteJson(
                    new { model = recommender.Model, item = similar.Id, similar.Title, similar.By, similar = ranked });
            else RankedItems.WriteTable($"Most like {similar.Title ?? similar.Id}, by {similar.By}", ranked);
            return ExitCode.Done;
        }, [run, item, top, json, .. model.Options]);
    }
}
