using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Serving;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>The flags that say which data to use with a run, and where to compute.</summary>
internal sealed class ModelFlags
{
    /// <summary>
    /// Passes of so few users go to the processor where the device is <c>auto</c>: it has answered before a GPU is open.
    /// </summary>
    private const int FewUsers = 64;

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Prepared dataset; items are matched by id. [default: the one the run was trained on]", HelpName = "folder",
    };

    private readonly Option<string?> _device = new("--device")
    {
        Description = $"Where to compute: {Backends.Names}. [default: the run's]", HelpName = "name",
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads; 0 for all. The results do not depend on it.", HelpName = "n",
    };

    private readonly Option<Precision> _precision = Flags.Precision();

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [.. StudyOptions, _precision];

    /// <summary>The flags of a study, which computes in single precision always.</summary>
    public IEnumerable<Symbol> StudyOptions => [_data, _device, _threads];

    /// <summary>The dataset that was named, or null.</summary>
    public string? Data(ParseResult parsed) => parsed.GetValue(_data);

    /// <summary>Opens a run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The run folder.</param>
    /// <param name="batch">Users in one pass.</param>
    /// <param name="keepUnknown">Keep items that the run does not know; a study has the model's own items only.</param>
    public TrainedModel Open(ParseResult parsed, string run, int batch = 500, bool keepUnknown = true) => TrainedModel.Open(run,
        parsed.GetValue(_data), parsed.GetValue(_device), parsed.GetValue(_threads), parsed.GetValue(_precision), batch,
        keepUnknown);

    /// <summary>Loads the model of a run, without data.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The run folder.</param>
    /// <param name="batch">Users in one pass.</param>
    public FittedRun Load(ParseResult parsed, RunFolder run, int batch = 1) =>
        FittedRun.Load(run, () => Backend(parsed, parsed.GetValue(_device) ?? run.Manifest.Settings.Device), batch);

    /// <summary>Opens a run for recommendations.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The run folder.</param>
    /// <param name="hideHeldOut">Histories are what an evaluation shows.</param>
    /// <param name="batch">Most people answered in one pass.</param>
    public Recommender OpenForRecommending(ParseResult parsed, string run, bool hideHeldOut = false, int batch = 500) =>
        Recommender.Load(run, new()
        {
            Data = parsed.GetValue(_data), Device = parsed.GetValue(_device), HideHeldOut = hideHeldOut, BatchSize = batch,
            Note = Terminal.Note, Backend = device => Backend(parsed,
                device == "auto" && batch <= FewUsers && parsed.GetValue(_precision) != Precision.Tf32 ? "simd" : device),
        });

    private IBackend Backend(ParseResult parsed, string device) => Session.Backend(device, parsed.GetValue(_threads),
        parsed.GetValue(_precision), asked: parsed.GetValue(_device) is not null);
}
