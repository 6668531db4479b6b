using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Tables;
using ManualVae.Training;

namespace ManualVae.Tools.Verbs.Tables;

/// <summary>
/// <c>manualvae tables ncf</c>: the sampled protocol of He et al. 2017 (one held-out click among 99 drawn items), with the
/// figures that were published on MovieLens-1M and Pinterest.
/// </summary>
internal static class TablesNcfVerb
{
    private const string Metrics = "sampled-HitRate@10,sampled-NDCG@10";

    private const string Marec = "MARec";

    private static readonly TableRow[] Neural =
    [
        new("GMF", "gmf"), new("MLP", "mlp"), new("NeuMF", "neumf"),
        new("NeuMF-pretrained", "neumf", Settings: _ => new() { ["pretrain"] = true }),
    ];

    private static readonly TableRow[] Rows =
    [
        new("popularity", "popularity"), new("itemknn", "itemknn"),
        // Chosen on a carved validation part of MovieLens-1M (docs/appendix/results-ncf.md).
        new("SLIM", "slim", Settings: _ => new() { ["l1"] = 1, ["l2"] = 600 }),
        new("EASE", "ease", Settings: _ => new() { ["lambda"] = 1000 }),
        // Rendle et al. 2022's settings for 64 factors on either data.
        new("iALS", "ials", Settings: data => NcfPublished.DataOf(data.ItemCount) == NcfData.Pinterest
            ? new() { ["factors"] = 64, ["epochs"] = 16, ["regularisation"] = 0.02, ["unobserved-weight"] = 0.007 }
            : new() { ["factors"] = 64, ["epochs"] = 12, ["regularisation"] = 0.007, ["unobserved-weight"] = 0.3 }),
        .. Neural,
        // The epochs that the preset was chosen with.
        new("Mult-DAE", "multdae", "ncf", _ => new() { ["epochs"] = 48, ["patience"] = 0 }),
        // Monteil et al. 2024 on either data: all items are warm, so beta is 0 and no features are needed.
        new(Marec, "marec", Settings: data => new()
        {
            ["backbone"] = "slim", ["beta"] = 0, ["lambda"] = 300,
            ["negative-weight"] = NcfPublished.DataOf(data.ItemCount) == NcfData.Pinterest ? 0.05 : 0.25,
            ["diagonal-penalty"] = NcfPublished.DataOf(data.ItemCount) == NcfData.Pinterest ? 100 : 800,
        }),
    ];

    public static Command Create()
    {
        var flags = new TableFlags(Rows, [.. Neural.Select(row => row.Name), Marec]); // many minutes
        var protocols = new ProtocolFlag();
        var factors = new Option<int>("--factors")
        {
            Description = $"Predictive factors of {string.Join(", ", Neural.Select(row => row.Name))}; published for "
                + $"{string.Join(", ", NcfPublished.Factors)}.",
            HelpName = "N", DefaultValueFactory = _ => 8,
        };
        var published = new Option<NcfData?>("--published")
        {
            Description = "Whose published figures stand beside ours. [default: by the number of items]",
            HelpName = "movielens|pinterest",
        };
        var settings = new SettingFlags<RunSettings>(null, [nameof(RunSettings.Epochs)],
            new Dictionary<string, string> { [nameof(RunSettings.Epochs)] = "Of Mult-DAE. [default: 48]" });
        return Verb.Create("ncf", "NCF's sampled protocol (He et al. 2017), published figures beside ours.", parsed =>
        {
            var (changes, protocol) = (settings.Given(parsed), protocols.Read(parsed));
            int count = parsed.GetValue(factors);
            PublishedFigures? Published(PreparedDataset data, TableRow row) =>
                NcfPublished.Of(parsed.GetValue(published) ?? NcfPublished.DataOf(data.ItemCount), row.Name, count);
            return flags.Run(parsed, Check, (data, rows, folder) =>
                [new(data.Directory, "sampled candidates", TableRun.MeasureAll(data, rows.Select(row => Final(row, count)),
                    changes, folder, Metrics, protocol, row => Published(data, row)), Protocol: protocol)]);
        }, [.. flags.Options, factors, published, protocols.Option, .. settings.Options]);
    }

    // Clicks of a validation part are training clicks here: the published figures are of data without one.
    private static TableRow Final(TableRow row, int factors) => row with
    {
        Settings = data =>
        {
            var settings = row.Settings?.Invoke(data) ?? [];
            if (Neural.Any(neural => neural.Name == row.Name)) settings["factors"] = factors;
            if (data.Validation is not null) settings["fit-validation"] = true;
            return settings;
        },
    };

    private static void Check(PreparedDataset data)
    {
        if (data.Test?.Candidates is null)
            throw new InputException(
                $"{data.Directory}: has no sampled candidates; import NCF's files with: manualvae data import --format ncf");
        if (data.Validation is not null)
            Terminal.Note($"{data.Directory} has a validation part; all rows are trained on its clicks too, as "
                + "the published figures are of data without.");
    }
}
