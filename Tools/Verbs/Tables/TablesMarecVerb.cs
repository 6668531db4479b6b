using System.CommandLine;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Tables;

namespace ManualVae.Tools.Verbs.Tables;

/// <summary>
/// <c>manualvae tables marec</c>: items that nobody has clicked, found by their genres (Monteil et al. 2024). Its splits are not
/// published; data is divided into warm and cold items here, so the published figures are no target.
/// </summary>
internal static class TablesMarecVerb
{
    private const string Metrics = "Recall@10,NDCG@10,Recall@25,NDCG@25";

    private const string Note = "published figures are of other data and splits: not comparable";

    private const string Table3 = "Monteil et al. 2024, table 3, cold items of MovieLens10M with five kinds of features (read)";

    private static readonly TableRow[] Rows =
    [
        new("random", "random"), new("popularity", "popularity"), new("genre-cosine", "featurecosine"),
        new("MARec-printed", "marec", Settings: _ => new() { ["form"] = "printed" }),
        new("MARec-exact", "marec", Settings: _ => new() { ["form"] = "exact" }),
    ];

    private static readonly Dictionary<string, PublishedFigures> Published = new()
    {
        ["genre-cosine"] = new([.0961, .0865, .1525, .1054], Table3),
        ["MARec-printed"] = new([.1094, .0938, .1956, .1236], Table3),
    };

    public static Command Create()
    {
        var flags = new TableFlags(Rows);
        var settings = new SettingFlags<ColdItemOptions>(new());
        return Verb.Create("marec", "Items nobody has clicked (Monteil et al. 2024), drawn from your data.", parsed =>
        {
            var options = settings.Read(parsed, new());
            var (cold, drawn) = (options.ColdShare, options.Seed);
            return flags.Run(parsed, data => Check(data, cold, drawn), (data, rows, folder) =>
            {
                string place = Path.Combine(folder, $"cold-{cold}-seed-{drawn}");
                return Measure(data, Divided(data, cold, drawn, Path.Combine(place, "data")), rows, place);
            });
        }, [.. flags.Options, .. settings.Options]);
    }

    private static void Check(PreparedDataset data, double share, uint seed)
    {
        if (ItemFeatures.FromGenres(data.Items) is null)
            throw new InputException($"{data.Directory}: items.tsv has no genres; import a source that has them, such as "
                + "MovieLens with its file of movies beside the ratings.");
        ItemDivision.Draw(data.ItemCount, share, seed);
    }

    /// <summary>The division as a prepared folder, so that a run can be opened and evaluated like any other.</summary>
    private static PreparedDataset Divided(PreparedDataset data, double share, uint seed, string folder)
    {
        if (!Directory.Exists(folder)) return ItemDivision.Divide(data, share, seed).Save(folder);
        var divided = PreparedDataset.Open(folder);
        return divided.Manifest.SplitSettings?.GetValueOrDefault(ItemDivision.DividedData) == data.ManifestHash ? divided
            : throw new InputException($"{folder}: is a division of other data than {data.Directory}; give another --output.");
    }

    private static IEnumerable<MeasuredTable> Measure(PreparedDataset source, PreparedDataset data, IReadOnlyList<TableRow> rows,
        string folder)
    {
        List<MeasuredRow> amongAll = [], amongCold = [];
        bool[] cold = ItemDivision.Cold(data.Train);
        foreach (var row in rows)
        {
            using var trained = TableRun.Open(data, row, [], folder);
            amongAll.Add(new(row.Name, TableRun.Measure(trained, Metrics), Published.GetValueOrDefault(row.Name)));
            var alone = Evaluator.Evaluate(new RestrictedRecommender(trained.Recommender, cold), data.Test!,
                Metric.ParseList(Metrics),
                cancellation: Session.Cancellation);
            amongCold.Add(new(row.Name, HeldOut.Document(trained, alone, "test").Metrics, null));
        }
        return [new(source.Directory, "all items", amongAll, Note), new(source.Directory, "cold items alone", amongCold, Note)];
    }
}
