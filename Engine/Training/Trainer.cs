using System.Diagnostics;
using ManualVae.Compute;
using ManualVae.Compute.Ranks;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Models.Alignment;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManualVae.Training;

/// <summary>
/// Trains an <see cref="Autoencoder"/> on the training users, validates after each epoch, and keeps the best and the latest
/// state. All randomness is keyed by (seed, update, user), so a resumed run has the bits of an uninterrupted one. One thread at a
/// time.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly PreparedDataset _data;
    private readonly CsrMatrix _train;
    private readonly EvaluationSplit? _validation;
    private readonly RunSettings _settings;
    private readonly RunFolder? _run;
    private readonly ITrainingObserver? _observer;
    private readonly BetaSchedule _beta;
    private readonly AdamOptimizer _encoderOptimizer, _decoderOptimizer;
    private readonly MemoryScope _memory;
    private readonly SparseBatch _batch;
    private readonly AlignedTargets? _aligned;
    private readonly SparseBatch? _targets; // where they are not the clicks of the batch
    private readonly Metric _metric;
    private readonly List<EpochMetrics> _epochs = [];
    private readonly int[] _order;
    private readonly WeightAverage? _average;
    private readonly ImplicitSlim? _implicitSlim;
    private Tensor[]? _best; // weights of the best epoch, if they are kept in memory
    private TrainingState _state = new();

    /// <summary>Builds the model and the optimiser.</summary>
    /// <param name="data">Prepared dataset.</param>
    /// <param name="settings">Every setting.</param>
    /// <param name="backend">Where to compute; stays the caller's.</param>
    /// <param name="run">Where to save, or null to save nothing.</param>
    /// <param name="observer">Who watches, or null.</param>
    /// <param name="resume">Continue from <c>last.ckpt</c> of the run folder.</param>
    /// <exception cref="InputException">An impossible setting; or there is no such checkpoint, or it is damaged.</exception>
    public Trainer(
        PreparedDataset data, RunSettings settings, IBackend backend, RunFolder? run = null, ITrainingObserver? observer = null,
        bool resume = false)
    {
        settings.Validate();
        (_data, _settings, _run, _observer) = (data, settings, run, observer);
        var trained = settings.TrainedOn(data);
        (_train, _validation) = (trained.Train, ValidationOf(trained, settings));
        Memory = MemoryEstimate.Of(settings, data, backend);
        if (run is null && _validation is not null) Memory = Memory.WithCopyOfWeights(backend);
        Memory.RequireFits(backend);
        int batchSize = Math.Min(settings.BatchSize, Math.Max(1, _train.Rows));
        _order = new int[_train.Rows];
        if (resume) Checkpoint.RequireModel(run!.LastCheckpoint, settings, data.ItemCount, backend);
        _memory = new MemoryScope(backend);
        _batch = _memory.AllocateBatch(batchSize, data.ItemCount, SparseBatch.LargestBatch(batchSize, _train));
        try
        {
            if (RunAlignment.TargetsOf(settings, trained) is { } aligned)
            {
                _aligned = aligned;
                _targets = _memory.AllocateBatch(batchSize, data.ItemCount,
                    AlignedTargets.LargestBatch(batchSize, aligned.RareItems, _train));
            }
            Model = new Autoencoder(backend, settings, data.ItemCount, batchSize, resume ? null : settings.Seed, fuse: true);
            if (settings.ImplicitSlim > 0) _implicitSlim = ImplicitSlimOf(Model.Parameters["encoder.0.weight"].Value.Columns);
            if (settings.Average != AverageKind.None) _average = new(backend, Model.Parameters.All, _memory, settings);
            if (resume) _state = RequireOfThisRun(Checkpoint.LoadState(run!.LastCheckpoint, Model, _average?.Averages).State);
            else _average?.Start();
            if (resume) _epochs.AddRange(EpochsSoFar(run!, _state.Epoch));
        }
        catch
        {
            Model?.Dispose();
            _memory.Dispose();
            throw;
        }
        _beta = new BetaSchedule(settings.BetaSchedule, settings.Beta, settings.BetaSteps) { Held = _state.HeldBeta };
        AdamOptimizer OptimizerOf(UpdatedParts part) => new(
            backend, [.. Model.Moved.Where(p => p.Part == part).Select(p => p.Moved)], settings.LearningRate);
        _encoderOptimizer = OptimizerOf(UpdatedParts.Encoder);
        _decoderOptimizer = OptimizerOf(UpdatedParts.Decoder);
        _metric = Metric.Parse(settings.ValidationMetric);
        (_encoderOptimizer.Step, _decoderOptimizer.Step) = StepsOf(_state);
        if (resume) GoOnAfterUpdates();
    }

    /// <summary>What the run was estimated to need.</summary>
    public MemoryEstimate Memory { get; }

    /// <summary>The model in training.</summary>
    public Autoencoder Model { get; }

    /// <summary>Where the run stands.</summary>
    public TrainingState State => _state;

    /// <summary>
    /// After <see cref="Run"/> the model holds the weights of the best epoch on validation, not of the last. Takes room for
    /// another copy of the weights if there is no run folder.
    /// </summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>
    /// <see cref="Run"/> ends after this epoch, as if it had been interrupted there: schedules know the whole run, and a resumed
    /// one goes on with the same bits. Null for the last epoch.
    /// </summary>
    public int? PauseAfter { get; init; }

    /// <summary>Epochs after which the weights are kept too, in <see cref="RunFolder.Snapshot"/>.</summary>
    public IReadOnlyCollection<int> Snapshots { get; init; } = [];

    /// <summary>
    /// Trains to the last epoch or until patience runs out. On cancellation saves <c>last.ckpt</c> and throws.
    /// </summary>
    /// <returns>The epochs, resumed ones included.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the state is saved.</exception>
    /// <exception cref="TrainingException">A loss or weight is not finite; the last good checkpoint stays.</exception>
    public IReadOnlyList<EpochMetrics> Run(CancellationToken cancellation = default)
    {
        TellTheModel(cancellation);
        while (_state.Epoch < Math.Min(_settings.Epochs, PauseAfter ?? int.MaxValue) && !OutOfPatience)
        {
            double seconds = TrainEpoch(cancellation);
            var (anchorSpread, meanSpread) = Spreads();
            RequireFiniteWeights();
            _average?.EpochEnded(_state.Epoch + 1);
            _average?.Enter(_state.Epoch + 1);
            double beta = _beta.At(_state.Updates);
            double? value = Validate();
            bool best = value is double v && !(v <= _state.BestValue);
            _beta.Validated(best, beta);
            int epoch = _state.Epoch + 1;
            var sums = _state.EpochSums;
            double users = (double)_train.Rows * Math.Max(1, _settings.EncoderPasses);
            var metrics = new EpochMetrics(
                epoch, _state.Updates, sums[3] / users, sums[0] / users, sums[1] / users, sums[2] / users, beta, value, seconds,
                (double)_train.Rows * Passes / seconds, best, anchorSpread, meanSpread,
                _settings.HasAnchors ? AnchorWeight : null);
            _epochs.Add(metrics);
            _state = _state with
            {
                Epoch = epoch,
                BatchesOfEpoch = 0,
                EpochSeconds = 0,
                EpochSums = [0, 0, 0, 0],
                HeldBeta = _beta.Held,
            };
            if (best) _state = _state with { BestValue = value, BestEpoch = epoch, BestBeta = beta };
            if (_run is not null)
            {
                if (best) Checkpoint.Save(_run.BestCheckpoint, Model, _settings, _state, moments: false);
                if (Snapshots.Contains(epoch)) Checkpoint.Save(_run.Snapshot(epoch), Model, _settings, _state, moments: false);
            }
            else if (best && KeepBest)
            {
                CopyBest(toModel: false);
            }
            _average?.Leave();
            if (Model.Backend.IsFirst) _run?.WriteMetrics(_epochs);
            SaveLast();
            _observer?.EpochEnded(metrics);
        }
        if (KeepBest && _state.BestValue is null) _average?.Enter(_state.Epoch);
        if (KeepBest && _state.BestValue is not null)
        {
            if (_run is not null) Checkpoint.Load(_run.BestCheckpoint, Model);
            else CopyBest(toModel: true);
        }
        return _epochs;
    }

    /// <summary>Gives the memory of the model and of the training back.</summary>
    public void Dispose()
    {
        Model.Dispose();
        _memory.Dispose();
    }

    private bool OutOfPatience =>
        _settings.Patience > 0 && _state.BestValue is not null && _state.Epoch - _state.BestEpoch >= _settings.Patience;

    private Communicator Ranks => Model.Backend.Ranks;

    private Communicator Groups => Model.Backend.Groups;

    /// <summary>All ranks stop at the same update, whoever of them was told to.</summary>
    private bool Stops(CancellationToken cancellation) =>
        Groups.Sum(Ranks.Sum(cancellation.IsCancellationRequested ? 1 : 0)) > 0;

    private int EpochsBefore => _state.Start?.Epochs ?? 0;

    private bool Alternating => _settings.EncoderPasses > 0;

    private int Passes => Alternating ? _settings.EncoderPasses + _settings.DecoderPasses : 1;

    private int BatchesOfPass => (_order.Length + _batch.MaxRows - 1) / _batch.MaxRows;

    /// <summary>Updates of the encoder and of the decoder so far, each with a count of its own.</summary>
    private (long Encoder, long Decoder) StepsOf(TrainingState state)
    {
        var (_, updates, encoder, decoder, _) = state.Start ?? new(0, 0, 0, 0, null);
        long own = state.Updates - updates;
        long ownEncoder = !Alternating ? own : (long)state.Epoch * _settings.EncoderPasses * BatchesOfPass
            + Math.Min(state.BatchesOfEpoch, _settings.EncoderPasses * BatchesOfPass);
        return (encoder + ownEncoder, decoder + (Alternating ? own - ownEncoder : own));
    }

    private double TrainEpoch(CancellationToken cancellation)
    {
        int batchesOfPass = BatchesOfPass, batches = batchesOfPass * Passes;
        long started = Stopwatch.GetTimestamp();
        double before = _state.EpochSeconds;
        int startedAt = _state.BatchesOfEpoch, shuffled = -1;
        var sums = _state.EpochSums;
        for (int b = startedAt; b < batches; b++)
        {
            var (pass, batch) = Math.DivRem(b, batchesOfPass);
            if (pass != shuffled) Shuffle((EpochsBefore + _state.Epoch) * Passes + (shuffled = pass));
            bool encoderPass = !Alternating || pass < _settings.EncoderPasses;
            if (Stops(cancellation))
            {
                _state = _state with { EpochSeconds = before + Stopwatch.GetElapsedTime(started).TotalSeconds };
                SaveLast();
                throw new OperationCanceledException(cancellation);
            }
            if (b == 0) UpdateItemVectors();
            double beta = _beta.At(_state.Updates);
            if (Alternating)
            {
                if (!encoderPass && batch == 0 && pass == _settings.EncoderPasses)
                {
                    Model.SettleRows();
                    Model.UpdatePrior();
                }
                Model.Update(encoderPass ? UpdatedParts.Encoder : UpdatedParts.Decoder);
            }
            int first = batch * _batch.MaxRows;
            var losses = Step(_order.AsSpan(first, Math.Min(_batch.MaxRows, _order.Length - first)), beta, b);
            if (encoderPass) TensorPrimitives.Add<double>(sums, losses, sums);
            _state = _state with { Updates = _state.Updates + 1, BatchesOfEpoch = b + 1 };
            double users = UsersBefore(Math.Min(b + 1, batchesOfPass * Math.Max(1, _settings.EncoderPasses)));
            double speed = (UsersBefore(b + 1) - UsersBefore(startedAt)) / Stopwatch.GetElapsedTime(started).TotalSeconds;
            _observer?.Updated(new(_state.Epoch + 1, _settings.Epochs, b + 1, batches, sums[0] / users, sums[1] / users,
                sums[2] / users, beta, speed));
        }
        Model.SettleRows();
        if (!Alternating) Model.UpdatePrior();
        return before + Stopwatch.GetElapsedTime(started).TotalSeconds;

        double UsersBefore(int b)
        {
            var (passes, rest) = Math.DivRem(b, batchesOfPass);
            return ((double)passes * _order.Length) + Math.Min(rest * _batch.MaxRows, _order.Length);
        }
    }

    /// <summary>What is left of the learning rate at an update.</summary>
    private double ScaleOf(long update) => _settings.LearningRateSchedule == LearningRateScheduleKind.Linear
        ? 1 - (double)(update - (_state.Start?.Updates ?? 0)) / ((long)_settings.Epochs * Passes * BatchesOfPass)
        : 1;

    private double AnchorWeight => _settings.AnchorWeightOf(EpochsBefore + _state.Epoch + 1);

    /// <summary>How far the anchors, and the posterior means of the last batch, lie apart.</summary>
    private (double? Anchors, double? Means) Spreads() => !Model.Settings.HasAnchors ? (null, null) : (
        RowSpread.Of(Model.Backend, Anchors(Model.Parameters["anchors"].Value), shared: !_settings.HasCodebook),
        RowSpread.Of(Model.Backend, Model.Code, Model.Code.Columns / 2));

    /// <summary>Several anchors of an item lie side by side; here each has a row.</summary>
    private Tensor Anchors(Tensor ofItems) => ofItems.View(
        0, ofItems.Rows * _settings.AnchorsPerItem, ofItems.Columns / _settings.AnchorsPerItem);

    // Not interrupted: it takes seconds, and the epoch's checkpoint follows it.
    private double? Validate() => _validation is null
        ? null
        : Evaluator.Evaluate(Model, _validation, [_metric]).Metrics[0].Mean;

    /// <summary>The order of the users: a pure function of (seed, epoch).</summary>
    private void Shuffle(int epoch)
    {
        for (int i = 0; i < _order.Length; i++) _order[i] = i;
        CounterRandom.Shuffle(new RandomKey(_settings.Seed, (uint)epoch, RandomPurpose.Shuffle), _order);
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum;
    }
}
