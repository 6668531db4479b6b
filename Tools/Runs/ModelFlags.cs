using System.CommandLine;
using ManualVae.Compute;

namespace ManualVae.Tools.Runs;

/// <summary>The flags that say what to open and where to compute.</summary>
internal sealed class ModelFlags
{
    private readonly Option<string?> _data = new(
        "--data") { Description = "Prepared dataset. [default: the one the run was trained on]", HelpName = "folder" };
    private readonly Option<string?> _device =
        new("--device") { Description = $"Where to compute: {Backends.Names}. [default: the run's]", HelpName = "name" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; 0 for all.", HelpName = "n" };
    private readonly Option<Precision> _precision = Flags.Precision();

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_data, _device, _threads, _precision];

    /// <summary>Opens a run.</summary>
    public TrainedModel Open(ParseResult parsed, string run) =>
        TrainedModel.Open(
            run, parsed.GetValue(_data), parsed.GetValue(_device), parsed.GetValue(_threads), parsed.GetValue(_precision));
}
