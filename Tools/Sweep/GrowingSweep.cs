using ManualVae.Data;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Sweep;

/// <summary>
/// A sweep over a <see cref="GrowingGrid"/>: one trial after another in one process, as the next point depends on the best so
/// far. What is in the folder already is read. <c>sweep.json</c> is as any sweep's.
/// </summary>
internal sealed class GrowingSweep : IDisposable
{
    private readonly PreparedDataset _data;
    private readonly string _output;
    private readonly OutputFolder _claim;
    private readonly TrialOutcomes _outcomes = new();
    private readonly List<Trial> _trials = [];

    /// <summary>Claims the folder.</summary>
    /// <param name="data">Data whose validation part has clicks to find.</param>
    /// <param name="output">The folder.</param>
    /// <exception cref="InputException">Another command writes the folder.</exception>
    public GrowingSweep(PreparedDataset data, string output)
    {
        (_data, _output, _claim) = (data, output, OutputFolder.Claim(output, data.Directory));
        UnfinishedFiles.RemoveIn(output);
    }

    /// <summary>Number of trials so far.</summary>
    public int Count => _trials.Count;

    /// <summary>What the trials are judged by.</summary>
    public string Metric { get; private set; } = "";

    /// <summary>Trains one more trial, or reads it, and writes <c>sweep.json</c>.</summary>
    /// <param name="point">What is varied.</param>
    /// <param name="settings">All settings.</param>
    /// <returns>Its value on the validation part; null if it failed.</returns>
    public double? Try(IReadOnlyDictionary<string, string> point, ResolvedSettings settings)
    {
        var trial = SweepTrial.Of(_trials.Count, point, settings, seeds: 1, _data, _output);
        var run = trial.Runs[0];
        Metric = settings.Run.ValidationMetric;
        Console.Error.WriteLine($"trial {Count + 1}  {SweepTrial.Shown(point)}");
        if (_outcomes.Of(run, run.Epochs) is null) TrialTraining.Train(_data, run, run.Epochs, Session.Cancellation);
        var outcome = _outcomes.Of(run, run.Epochs) ?? throw new InvalidOperationException($"{run.Folder}: has no outcome.");
        Console.Error.WriteLine($"  {outcome.Shown(Metric)}");
        _trials.Add(new(run.Folder, point, outcome.Validation, outcome.BestEpoch, outcome.Failed, Count + 1, outcome.Epochs));
        var ranked = _trials.OrderByDescending(t => t.Validation ?? double.NegativeInfinity).ToList();
        AtomicFile.WriteText(Path.Combine(_output, SweepResult.File), Terminal.ToJson(new SweepResult(
            settings.Run.Model, settings.Preset, Metric, ranked[0], ranked)) + "\n");
        return outcome.Validation;
    }

    /// <summary>Gives the folder free.</summary>
    public void Dispose() => _claim.Dispose();
}
