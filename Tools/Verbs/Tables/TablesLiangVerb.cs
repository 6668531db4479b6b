using System.CommandLine;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Tables;
using ManualVae.Training;

namespace ManualVae.Tools.Verbs.Tables;

/// <summary>
/// <c>manualvae tables liang</c>: the tables of Liang et al. 2018 made anew, models and likelihoods, with the published figures
/// beside ours where the data is the published one.
/// </summary>
internal static class TablesLiangVerb
{
    private const string Metrics = "Recall@20,Recall@50,NDCG@100";

    private static readonly TableRow[] Rows =
    [
        new("Mult-VAE", "multvae", "liang2018"), new("Gaussian-VAE", "multvae", "gaussian-vae"),
        new("Logistic-VAE", "multvae", "logistic-vae"), new("Mult-DAE", "multdae", "liang2018"),
        new("Gaussian-DAE", "multdae", "gaussian-dae"), new("Logistic-DAE", "multdae", "logistic-dae"),
        new("WMF", "ials"), new("SLIM", "slim"), new("CDAE", "cdae"), new("EASE", "ease"), new("popularity", "popularity"),
    ];

    /// <summary>
    /// By number of items: ML-20M, Netflix, MSD as Liang et al. prepared them.
    /// </summary>
    private static readonly Dictionary<(int Items, string Row), double[]> Published = new()
    {
        [(20108, "Mult-VAE")] = [.395, .537, .426], [(20108, "Gaussian-VAE")] = [.383, .523, .415],
        [(20108, "Logistic-VAE")] = [.388, .523, .419],
        [(20108, "Mult-DAE")] = [.387, .524, .419], [(20108, "Gaussian-DAE")] = [.376, .515, .409],
        [(20108, "Logistic-DAE")] = [.381, .516, .414],
        [(20108, "WMF")] = [.360, .498, .386], [(20108, "SLIM")] = [.370, .495, .401], [(20108, "CDAE")] = [.391, .523, .418],
        [(20108, "EASE")] = [.391, .521, .420],
        [(17769, "Mult-VAE")] = [.351, .444, .386], [(17769, "Mult-DAE")] = [.344, .438, .380],
        [(17769, "WMF")] = [.316, .404, .351],
        [(17769, "SLIM")] = [.347, .428, .379], [(17769, "CDAE")] = [.343, .428, .376], [(17769, "EASE")] = [.362, .445, .393],
        [(41140, "Mult-VAE")] = [.266, .364, .316], [(41140, "Mult-DAE")] = [.266, .363, .313],
        [(41140, "WMF")] = [.211, .312, .257],
        [(41140, "CDAE")] = [.188, .283, .237], [(41140, "EASE")] = [.333, .428, .389],
    };

    public static Command Create()
    {
        var flags = new TableFlags(Rows, "SLIM"); // days on large data
        var protocols = new ProtocolFlag();
        var settings = new SettingFlags<RunSettings>(null, [nameof(RunSettings.Epochs), nameof(RunSettings.BetaSteps)],
            new Dictionary<string, string>
            {
                [nameof(RunSettings.Epochs)] = "Of the autoencoders. [default: the preset's]",
                [nameof(RunSettings.BetaSteps)] = "[default: the preset's]",
            });
        return Verb.Create("liang", "Liang et al. 2018: models and likelihoods, published figures beside ours.", parsed =>
        {
            var (changes, protocol) = (settings.Given(parsed), protocols.Read(parsed));
            return flags.Run(parsed, data => data.Under(protocol, HeldOut.Part(data, "test")), (data, rows, folder) =>
                [new(data.Directory, "all items", TableRun.MeasureAll(data, rows, changes, folder, Metrics, protocol,
                    row => PublishedFor(data.ItemCount, row.Name)), Protocol: protocol)]);
        }, [.. flags.Options, protocols.Option, .. settings.Options]);
    }

    private static PublishedFigures? PublishedFor(int items, string row) => Published.TryGetValue((items, row), out var values)
        ? new(values, row == "EASE" ? "public result tables (read)" : "Liang et al. 2018 (read in a summary of the paper)")
        : null;
}
