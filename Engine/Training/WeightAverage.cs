using ManualVae.Compute;

namespace ManualVae.Training;

/// <summary>
/// An average of a model's weights along training, which takes their place in the model for validation and in what is kept.
/// It changes no update.
/// </summary>
/// <param name="backend">Where the weights live.</param>
/// <param name="parameters">All weights; constant ones have no average.</param>
/// <param name="memory">Takes a copy of the weights.</param>
/// <param name="settings">Which average.</param>
internal sealed class WeightAverage(
    IBackend backend, IReadOnlyList<Parameter> parameters, MemoryScope memory, RunSettings settings)
{
    private readonly Tensor[] _averages =
        [.. parameters.Select(p => p.IsConstant ? default : memory.Allocate(p.Value.Rows, p.Value.Columns))];

    private bool _inModel;

    /// <summary>The averages, in the order of the parameters; none for constant ones.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>True if the averages are what is used after so many completed epochs.</summary>
    public static bool IsUsedAfter(int epochs, RunSettings settings) =>
        settings.Average == AverageKind.Ema || (settings.Average == AverageKind.Swa && epochs >= FirstEpoch(settings));

    /// <summary>The average starts at the weights.</summary>
    public void Start() => Each((weights, average) => backend.Copy(weights, average));

    /// <summary>Takes in the weights after an update.</summary>
    /// <param name="updates">Updates of this run so far, from 1.</param>
    public void Updated(long updates)
    {
        if (settings.Average == AverageKind.Ema)
            MoveBy(1 - Math.Min(settings.AverageDecay, (1.0 + updates) / (10.0 + updates)));
    }

    /// <summary>Takes in the weights after an epoch, from 1.</summary>
    public void EpochEnded(int epoch)
    {
        int number = epoch - FirstEpoch(settings) + 1;
        if (settings.Average == AverageKind.Swa && number >= 1) MoveBy(1.0 / number);
    }

    /// <summary>Puts the averages in the place of the weights if they are used after an epoch.</summary>
    public void Enter(int epoch)
    {
        if (!_inModel && IsUsedAfter(epoch, settings)) Exchange();
    }

    /// <summary>Puts the weights back.</summary>
    public void Leave()
    {
        if (_inModel) Exchange();
    }

    private static int FirstEpoch(RunSettings settings) => Math.Max(1, settings.Epochs - settings.AverageEpochs + 1);

    /// <summary>average += share (weights - average).</summary>
    private void MoveBy(double share) => Each((weights, average) =>
    {
        backend.Add(average, -share, average);
        backend.Add(weights, share, average);
    });

    private void Exchange()
    {
        _inModel = !_inModel;
        for (int i = 0; i < _averages.Length; i++)
        {
            if (parameters[i].IsConstant) continue;
            backend.Flush(parameters[i]);
            _averages[i] = parameters[i].Exchange(_averages[i]);
        }
    }

    private void Each(Action<Tensor, Tensor> action)
    {
        for (int i = 0; i < _averages.Length; i++)
        {
            if (parameters[i].IsConstant) continue;
            backend.Flush(parameters[i]);
            action(parameters[i].Value, _averages[i]);
        }
    }
}
