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
            Description = "An item of the data: its id, its title, or a part of the title.", HelpName = "id|title",
            Required = true,
        };
        var output = new Option<string?>("--output")
        {
            Description = $"File to write: similar_to, rank, item, score, title; {RankedFile.Layouts}. {OutputFile.Help}",
            HelpName = "file",
        };
        var json = Flags.Json();
        var lists = new ListFlags();
        var model = new ModelFlags();
        return Verb.Create("similar", "The items most like a given one.", parsed =>
        {
            var wanted = lists.Read(parsed);
            string? target = parsed.GetValue(output);
            OutputFile.RefuseTwo("--output", target, parsed.GetValue(json));
            using var recommender = model.OpenForRecommending(parsed, parsed.GetValue(run)!, batch: 1);
            string text = parsed.GetValue(item)!;
            bool filtered = wanted.Exclude.Count > 0 || wanted.Allow is not null;
            var similar = recommender.Similar(recommender.ItemNamed(text) ?? text,
                filtered ? recommender.Items.Count : wanted.Top);
            var (excluded, allowed) = (wanted.Exclude.ToHashSet(), wanted.Allow?.ToHashSet());
            var ranked = RankedItems.Rows([.. similar.Items
                .Where(other => !excluded.Contains(other.Id) && allowed?.Contains(other.Id) != false).Take(wanted.Top)]);
            if (target is not null) RankedFile.Write(target, ranked.Select(row => ((string?)similar.Id, row)), key: "similar_to");
            if (parsed.GetValue(json))
                Terminal.WriteJson(
                    new { model = recommender.Model, item = similar.Id, similar.Title, similar.By, similar = ranked });
            else if (target is not null)
                OutputFile.Messages(target).WriteLine($"{target}: {Readable.Count(ranked.Count, "item")}");
            else RankedItems.WriteTable($"Most like {similar.Title ?? similar.Id}, by {similar.By}", ranked);
            return ExitCode.Done;
        }, [run, item, output, json, .. lists.Options, .. model.Options]);
    }
}
