using System.CommandLine;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
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
            using var trained = model.Open(parsed, parsed.GetValue(run)!);
            var data = trained.Data;
            int index = History.Item(data, "--item", parsed.GetValue(item)!);
            RequireKnown(trained, index);
            var (neighbours, by) = Neighbours(trained, index, k);
            var ranked = neighbours.Select((n, r) => RankedItems.Describe(data, r, n.Item, n.Similarity)).ToList();
            if (parsed.GetValue(json))
                Terminal.WriteJson(new
                {
                    model = trained.Folder.Manifest.Model, item = data.ItemIds[index],
                    title = data.ItemTitles[index], by, similar = ranked
                });
            else RankedItems.WriteTable($"Most like {data.ItemTitles[index] ?? data.ItemIds[index]}, by {by}", ranked);
            return ExitCode.Done;
        }, [run, item, top, json, .. model.Options]);
    }

    // An item that nobody clicked is like nothing: its vector is where it started, or zero.
    private static void RequireKnown(TrainedModel trained, int item)
    {
        string id = trained.Data.ItemIds[item];
        if (!trained.Knows(item))
            throw new InputException(
                $"--item {id}: the run {trained.Folder.Path} does not know this item; train on data that has it.");
        bool ownData = trained.Data.ManifestHash == trained.Folder.Manifest.DataHash;
        bool hasVectors = trained.Fitted is Ials or Autoencoder;
        if ((ownData || !hasVectors) && !trained.Data.Train.ColumnIndices.Contains(item))
            throw new InputException(
                $"--item {id}: nobody clicked this item in training, so nothing is known about it; give another.");
    }

    /// <summary>By the decoder's item vectors where the model has them, else by who clicked what.</summary>
    private static ((int Item, float Similarity)[] Items, string By) Neighbours(TrainedModel trained, int item, int k)
    {
        if (trained.Fitted is Ials factors)
            return (ItemSimilarity.ByVectors(factors.ItemVectors, factors.ItemCount, item, k), "cosine of item factors");
        if (trained.Fitted is not Autoencoder model)
            return (ItemSimilarity.ByClicks(trained.Data.Train, item, k), "cosine of clicks");
        var weights = model.Decoder.Output.Weight.Value;
        var vectors = new float[weights.Length];
        model.Backend.Download(weights, vectors);
        return (ItemSimilarity.ByVectors(vectors, model.ItemCount, item, k), "cosine of decoder vectors");
    }
}
