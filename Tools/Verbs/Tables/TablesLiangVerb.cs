using System.CommandLine;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Sweep;
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

    private static readonly GridAxis[] SlimGrid = [new("l1", [.1, .5, 1, 5], 5), new("l2", [5, 1, .5, .1], 5)];

    private static readonly TableRow[] Rows =
    [
        new("Mult-VAE", "multvae", "liang2018"), new("Gaussian-VAE", "multvae", "gaussian-vae"),
        new("Logistic-VAE", "multvae", "logistic-vae"), new("Mult-DAE", "multdae", "liang2018"),
        new("Gaussian-DAE", "multdae", "gaussian-dae"), new("Logistic-DAE", "multdae", "logistic-dae"),
        // Grids of Liang et al. 2018, section 4.4; lambda of WMF and the click weight of CDAE are not stated there and grow.
        new("WMF", "wmf", Grid: [new("factors", [100, 200]), new("click-weight", [2, 5, 10, 30, 50, 100]),
            new("regularisation", [50], 2)]),
        new("SLIM", "slim", Grid: SlimGrid),
        new("CDAE", "cdae", Grid: [new("weight-decay", [.01, .1, 1, 10, 100], 10), new("click-weight", [3], 3)]),
        // Not theirs: grids of ours.
        new("EASE", "ease", Grid: [new("lambda", [125, 250, 500, 1000, 2000], 2)]),
        new("iALS", "ials", Grid: [new("regularisation", [.003, .01, .03], 3), new("unobserved-weight", [.1, .2, .4], 2)]),
        new("itemknn", "itemknn", Grid: [new("neighbours", [50, 100, 200, 400], 2), new("shrinkage", [0, 10, 100], 10)]),
        new("popularity", "popularity"),
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
        var flags = new TableFlags(Rows);
        var trials = new Option<int>("--trials")
        {
            Description = "Most settings tried for each baseline on the validation part: its grid, which grows where the best "
                + "lies at an edge; 0 takes the defaults.",
            HelpName = "n", DefaultValueFactory = _ => 20,
        };
        var slimLimit = new Option<double>("--slim-limit")
        {
            Description = "SLIM is left out where a timed sample says that it takes longer, unless --rows names it.",
            HelpName = "minutes", DefaultValueFactory = _ => 60,
        };
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
            int most = parsed.GetValue(trials);
            if (most < 0) throw new InputException($"--trials {most}: give 0 or more.");
            bool Takes(PreparedDataset data, TableRow row, string folder) => row.Model != "slim" || flags.NamesRows(parsed)
                || Directory.Exists(Path.Combine(folder, row.Name))
                || SlimTime.Fits(data, SlimGrid, most, parsed.GetValue(slimLimit));
            return flags.Run(parsed, data => data.Under(protocol, HeldOut.Part(data, "test")), (data, rows, folder) =>
                [new(data.Directory, "all items", TableRun.MeasureAll(data, rows.Where(row => Takes(data, row, folder)), changes,
                    folder, Metrics, protocol, row => PublishedFor(data.ItemCount, row.Name), most), Protocol: protocol)]);
        }, [.. flags.Options, trials, slimLimit, protocols.Option, .. settings.Options]);
    }

    private static PublishedFigures? PublishedFor(int items, string row) => Published.TryGetValue((items, row), out var values)
        ? new(values, row == "EASE" ? "public result tables (read)" : "Liang et al. 2018 (read in a summary of the paper)")
        : null;
}
