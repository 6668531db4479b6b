using System.CommandLine;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Sweep;

/// <summary>A search on a dataset: makes its trials, and knows itself by what it searches.</summary>
internal sealed class SweepSearch
{
    private const int CheckedDraws = 1000;

    private readonly TrainingFlags _flags;
    private readonly ParseResult _parsed;
    private readonly SweepSpace _space;
    private readonly IReadOnlyList<IReadOnlyDictionary<string, string>>? _grid;
    private readonly bool _variesModel;

    /// <summary>Makes the search; every setting that it may try is checked before anything is trained.</summary>
    /// <exception cref="InputException">A setting is impossible, or nothing reads it.</exception>
    public SweepSearch(TrainingFlags flags, ParseResult parsed, SweepSpace space, SweepOptions options, bool halving,
        int? firstRung, PreparedDataset data, string output)
    {
        (_flags, _parsed, _space, Data, Output) = (flags, parsed, space, data, output);
        var models = space.Dimensions.FirstOrDefault(d => d.Name == "model")?.Values;
        _variesModel = models is not null;
        RequireRead(models ?? [flags.ModelOf(parsed)]);
        if (options.Seeds > 1 && space.Dimensions.Any(d => d.Name == "seed"))
            throw new InputException("--vary seed and --seeds: give one of them.");
        if (options.Sampler == SweepSampler.Grid) _grid = Distinct(space.Grid());
        var samples = _grid ?? [.. space.Draw(Math.Min(CheckedDraws, options.MostTrials), options.Seed), .. Ends(options.Seed)];
        var resolved = samples.Select(draw => Resolve(draw).Settings).ToList();
        Base = resolved[0];
        var first = resolved[0].Run;
        if (resolved.Any(settings => settings.Run.FitValidation))
            throw new InputException("--fit-validation: a sweep judges by the validation clicks, so no trial may be trained on "
                + "them; leave it out, and train the best settings with it afterwards.");
        if (resolved.Any(settings => settings.Run.ValidationMetric != first.ValidationMetric))
            throw new InputException("--vary validation-metric: trials that are judged by different metrics do not compare.");
        Options = options with { Rungs = halving ? Rungs(resolved, firstRung) : null };
    }

    /// <summary>The data.</summary>
    public PreparedDataset Data { get; }

    /// <summary>Folder of the trials.</summary>
    public string Output { get; }

    /// <summary>The search.</summary>
    public SweepOptions Options { get; }

    /// <summary>The settings of the first trial.</summary>
    public ResolvedSettings Base { get; }

    /// <summary>The plan, which looks for outcomes in the folder.</summary>
    public SweepPlan Plan(TrialOutcomes outcomes) => new(Options, _space, _grid, Trial,
        (trial, rung) => outcomes.Of(trial, Options.Rungs?[rung] ?? int.MaxValue));

    /// <summary>
    /// The content of <c>search.json</c>: all that the trials follow from. Workers with the same may work side by side, on
    /// machines with different devices and numbers of threads.
    /// </summary>
    public string Identity() => Terminal.ToJson(new
    {
        search = Options,
        vary = _space.Dimensions,
        settings = JsonSerializer.SerializeToNode(Base.Run with { Threads = 0, Device = "" }, RunSettings.Json),
        baseline = Base.Baseline,
        dataHash = Data.ManifestHash,
    }) + "\n";

    private SweepTrial Trial(int number, IReadOnlyDictionary<string, string> draw)
    {
        var (kept, settings) = Resolve(draw);
        return SweepTrial.Of(number, kept, settings, Options.Seeds, Data, Output);
    }

    /// <summary>What of a draw the model reads, and all settings.</summary>
    private (IReadOnlyDictionary<string, string> Kept, ResolvedSettings Settings) Resolve(
        IReadOnlyDictionary<string, string> draw)
    {
        string model = draw.GetValueOrDefault("model") ?? _flags.ModelOf(_parsed);
        Func<string, bool>? reads = _variesModel ? name => ReadSettings.By(model, name) : null;
        var kept = draw.Where(d => ReadSettings.By(model, d.Key)).ToDictionary();
        var settings = _flags.Resolve(_parsed, kept, reads);
        var read = kept.Where(d => ReadSettings.By(settings, d.Key)).ToDictionary();
        return read.Count == kept.Count ? (kept, settings) : (read, _flags.Resolve(_parsed, read, reads));
    }

    private void RequireRead(string[] models)
    {
        foreach (string model in models) ModelNames.RequireKnown(model);
        foreach (var dimension in _space.Dimensions)
        {
            _flags.RequireKnown(dimension.Name);
            if (!models.Any(model => ReadSettings.By(model, dimension.Name)))
                throw new InputException($"--vary {dimension.Name}: {string.Join(" and ", models)} "
                    + $"{(models.Length == 1 ? "does" : "do")} not read it; leave it out.");
        }
    }

    // Combinations that differ only in what their model does not read are one.
    private List<IReadOnlyDictionary<string, string>> Distinct(IReadOnlyList<IReadOnlyDictionary<string, string>> grid) =>
        [.. grid.Select(draw => Resolve(draw).Kept).DistinctBy(SweepTrial.Shown)];

    // Both ends of each range, and every value: TPE may propose them.
    private IEnumerable<IReadOnlyDictionary<string, string>> Ends(ulong seed)
    {
        var start = _space.Draw(seed, 0);
        foreach (var dimension in _space.Dimensions)
            foreach (string value in dimension.Values ?? [dimension.At(0), dimension.At(1)])
                yield return new Dictionary<string, string>(start) { [dimension.Name] = value };
    }

    private static IReadOnlyList<int> Rungs(List<ResolvedSettings> resolved, int? first)
    {
        int[] epochs = [.. resolved.Where(s => s.Baseline is null).Select(s => s.Run.Epochs).Distinct()];
        if (epochs.Length > 1) throw new InputException(
            "--vary epochs and --halving: rungs are epochs of one whole trial; give --epochs, and --patience may end trials.");
        if (epochs.Length == 0) return [1];
        int rung = first ?? SuccessiveHalving.FirstOf(epochs[0]);
        if (rung < 1 || rung > epochs[0])
            throw new InputException($"--min-epochs is {rung}; it must be from 1 to the {epochs[0]} --epochs of a whole trial.");
        return SuccessiveHalving.Rungs(rung, epochs[0]);
    }
}
