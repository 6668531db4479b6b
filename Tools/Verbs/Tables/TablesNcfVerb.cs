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

    private const int MovieLens = 3706, Pinterest = 9916;

    private const string Rendle2020 = "Rendle et al. 2020 (read in Monteil et al. 2024, table 8)",
        Rendle2022 = "Rendle et al. 2022, 64 factors (read)", Monteil = "Monteil et al. 2024, table 8 (read)",
        He = "He et al. 2017 without pre-training (read in a summary of Liang et al. 2018)",
        Liang = "Liang et al. 2018 (read in a summary of the paper)";

    private static readonly TableRow[] Rows =
    [
        new("popularity", "popularity"), new("itemknn", "itemknn"), new("SLIM", "slim"), new("EASE", "ease"),
        // Rendle et al. 2022's settings for 64 factors on either data.
        new("iALS", "ials", Settings: data => data.ItemCount == Pinterest
            ? new() { ["factors"] = 64, ["epochs"] = 16, ["regularisation"] = 0.02, ["unobserved-weight"] = 0.007 }
            : new() { ["factors"] = 64, ["epochs"] = 12, ["regularisation"] = 0.007, ["unobserved-weight"] = 0.3 }),
        new("NeuMF", "neumf"),
        // The epochs that the preset was chosen with.
        new("Mult-DAE", "multdae", "ncf", _ => new() { ["epochs"] = 48, ["patience"] = 0 }),
    ];

    private static readonly Dictionary<(int Items, string Row), PublishedFigures> Published = new()
    {
        [(MovieLens, "popularity")] = new([.4535, .2543], Rendle2020), [(MovieLens, "SLIM")] = new([.7162, .4468], Rendle2020),
        [(MovieLens, "EASE")] = new([.7184, .4494], Monteil), [(MovieLens, "iALS")] = new([.722, .445], Rendle2022),
        [(MovieLens, "NeuMF")] = new([.705, .426], He), [(MovieLens, "Mult-DAE")] = new([.722, .446], Liang),
        [(Pinterest, "popularity")] = new([.2740, .1409], Rendle2020), [(Pinterest, "SLIM")] = new([.8679, .5601], Rendle2020),
        [(Pinterest, "EASE")] = new([.8634, .5616], Monteil), [(Pinterest, "iALS")] = new([.892, .573], Rendle2022),
    };

    public static Command Create()
    {
        var flags = new TableFlags([.. Rows.Select(Final)], "NeuMF"); // many minutes
        var protocols = new ProtocolFlag();
        var settings = new SettingFlags<RunSettings>(null, [nameof(RunSettings.Epochs)],
            new Dictionary<string, string> { [nameof(RunSettings.Epochs)] = "Of Mult-DAE. [default: 48]" });
        return Verb.Create("ncf", "NCF's sampled protocol (He et al. 2017), published figures beside ours.", parsed =>
        {
            var (changes, protocol) = (settings.Given(parsed), protocols.Read(parsed));
            return flags.Run(parsed, Check, (data, rows, folder) =>
                [new(data.Directory, "sampled candidates", TableRun.MeasureAll(data, rows, changes, folder, Metrics, protocol,
                    row => Published.GetValueOrDefault((data.ItemCount, row.Name))), Protocol: protocol)]);
        }, [.. flags.Options, protocols.Option, .. settings.Options]);
    }

    // Clicks of a validation part are training clicks here: the published figures are of data without one.
    private static TableRow Final(TableRow row) => row with
    {
        Settings = data =>
        {
            var settings = row.Settings?.Invoke(data) ?? [];
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
