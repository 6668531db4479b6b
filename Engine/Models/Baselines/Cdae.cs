using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Cdae"/>. Width, batch and learning rate are those of Liang et al. 2018, section 4.4; the click weight
/// and the decay, which they searched for, did best here on the validation part of ml-1m-strong.
/// </summary>
/// <param name="Hidden">Width of the bottleneck.</param>
/// <param name="Epochs">Passes over the users.</param>
/// <param name="BatchSize">Users a batch.</param>
/// <param name="LearningRate">Adam's.</param>
/// <param name="Dropout">Probability that a click of the input is dropped, in [0, 1); survivors are scaled up.</param>
/// <param name="ClickWeight">Weight of a click in the square loss; a zero weighs 1.</param>
/// <param name="WeightDecay">lambda of lambda ||W||^2.</param>
/// <param name="UserNodes">
/// An input of its own for every training user (Wu et al. 2016). Only for weak generalisation, where the users evaluated are the
/// training users in their order; a user nobody trained on has no such node.
/// </param>
/// <param name="Seed">Seed of the start, the order of users and the dropout.</param>
public sealed record CdaeSettings(
    int Hidden = 200, int Epochs = 50, int BatchSize = 500, double LearningRate = 1e-3, double Dropout = 0.5,
    double ClickWeight = 3, double WeightDecay = 1e-3, bool UserNodes = false, ulong Seed = 1);

/// <summary>
/// Collaborative denoising autoencoder (Wu et al. 2016) as Liang et al. 2018 compare it: y = tanh(W' tanh(V x~ + v_u + b) + b'),
/// x~ the clicks after dropout, trained to min sum_i c_i (x_i - y_i)^2 / 2, the mean over users. Click values are ignored.
/// </summary>
public sealed class Cdae : IBaseline
{
    private readonly MemoryScope _memory;
    private readonly IBackend _backend;
    private readonly CdaeSettings _settings;
    private readonly ParameterBlock _parameters;
    private readonly SparseLinear _hidden;
    private readonly Linear _output;
    private readonly int _users;
    private readonly SingleCaller _caller = new("cdae");
    private SparseBatch? _scoring;
    private float[] _values = [];

    // Owns the scope and its backend.
    private Cdae(MemoryScope memory, CdaeSettings settings, int users, int items, ulong? seed, bool training)
    {
        (_memory, _backend, _settings, _users, ItemCount) = (memory, memory.Backend, settings, users, items);
        _parameters = new(memory);
        int inputs = items + (settings.UserNodes ? users : 0); // a user's node is an item that only this user clicks
        _hidden = new(memory, _parameters, "hidden", inputs, settings.Hidden, Activation.Tanh, settings.BatchSize,
            settings.WeightDecay);
        _output = new(memory, _parameters, "output", settings.Hidden, items, Activation.Tanh, settings.BatchSize,
            settings.WeightDecay);
        _parameters.Build(seed, training);
    }

    /// <summary>Trains for the given number of epochs.</summary>
    /// <param name="train">Clicks, users x items.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="backend">Makes the backend to compute on, which the model then owns.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <exception cref="InputException">A setting is out of range, or memory cannot hold the model.</exception>
    public static Cdae Fit(CsrMatrix train, CdaeSettings settings, Func<IBackend> backend, FitMonitor monitor = default)
    {
        Check(settings);
        settings = settings with { BatchSize = Math.Min(settings.BatchSize, Math.Max(1, train.Rows)) };
        var memory = new MemoryScope(backend());
        try
        {
            monitor.Needs("cdae", Bytes(memory.Backend, train, settings), memory.Backend);
            var model = new Cdae(memory, settings, train.Rows, train.Columns, settings.Seed, training: true);
            model.Train(train, monitor);
            return model;
        }
        catch
        {
            Release(memory);
            throw;
        }
    }

    private static void Check(CdaeSettings settings)
    {
        if (settings.Hidden < 1 || settings.Epochs < 1 || settings.BatchSize < 1)
            throw new InputException("cdae: hidden, epochs and batch size must be 1 or more.");
        if (!(settings.Dropout is >= 0 and < 1 && settings.LearningRate > 0 && settings.ClickWeight > 0
            && settings.WeightDecay >= 0))
            throw new InputException(
                "cdae: dropout must be in [0, 1), learning rate and click weight above 0, weight decay 0 or more.");
    }

    // The model of a training, its two batches, the copy of the clicks with the users' nodes.
    private static long Bytes(IBackend backend, CsrMatrix train, CdaeSettings settings)
    {
        var memory = new MemoryScope(backend, counting: true);
        _ = new Cdae(memory, settings, train.Rows, train.Columns, seed: null, training: true);
        int entries = SparseBatch.LargestBatch(settings.BatchSize, train), nodes = settings.UserNodes ? settings.BatchSize : 0;
        memory.CountBatch(settings.BatchSize, train.Columns + (settings.UserNodes ? train.Rows : 0), entries + nodes);
        memory.CountBatch(settings.BatchSize, train.Columns, entries);
        return memory.Bytes + (settings.UserNodes ? 2 : 1) * (train.EntryCount * sizeof(int) + train.Rows * 12L);
    }

    /// <summary>The model of a <see cref="State"/>: hidden weights and biases, output weights and biases.</summary>
    internal static Cdae Restore(IReadOnlyList<Array> state, CdaeSettings settings, Func<IBackend> backend)
    {
        Check(settings);
        int items = state[3].Length, inputs = state[0].Length / settings.Hidden;
        if (state[0].LongLength != (long)inputs * settings.Hidden || state[1].Length != settings.Hidden
            || state[2].LongLength != (long)items * settings.Hidden || state.Count != 4
            || (settings.UserNodes ? inputs < items : inputs != items))
            throw new ArgumentException($"The weights are not those of {settings.Hidden} hidden units.", nameof(state));
        var memory = new MemoryScope(backend());
        try
        {
            var counting = new MemoryScope(memory.Backend, counting: true);
            _ = new Cdae(counting, settings, inputs - items, items, seed: null, training: false);
            default(FitMonitor).Needs("cdae", counting.Bytes, memory.Backend);
            var model = new Cdae(memory, settings, inputs - items, items, seed: null, training: false);
            foreach (var (parameter, values) in model._parameters.All.Zip(state))
                model._backend.Upload((float[])values, parameter.Value);
            return model;
        }
        catch
        {
            Release(memory);
            throw;
        }
    }

    /// <summary>A model of the same shape on another backend, without weights; it owns that backend.</summary>
    internal Cdae Blank(IBackend backend) =>
        new(new MemoryScope(backend), _settings, _users, ItemCount, seed: null, training: false);

    /// <summary>Weights and biases of the hidden layer, then of the output.</summary>
    internal IReadOnlyList<Parameter> Parameters => _parameters.All;

    /// <summary>Where it computes.</summary>
    internal IBackend Backend => _backend;

    /// <inheritdoc/>
    public string Name => "cdae";

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public int BatchSize => _settings.BatchSize;

    /// <inheritdoc/>
    public bool TakesOneCaller => true;

    /// <inheritdoc/>
    public bool KnowsTrainingUsersOnly => _settings.UserNodes;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [.. _parameters.All.Select(parameter => _backend.Floats(parameter.Value))];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        using var call = _caller.Enter();
        var inputs = WithUserNodes(foldIn);
        int needed = SparseBatch.LargestBatch(BatchSize, inputs);
        if (_scoring is null || _scoring.MaxEntries < needed)
        {
            if (_scoring is not null) _memory.Free(_scoring);
            _scoring = null; // stays so if there is no room for the new one
            _scoring = _memory.AllocateBatch(BatchSize, inputs.Columns, needed);
        }
        for (int done = 0; done < rows; done += BatchSize)
        {
            int count = Math.Min(BatchSize, rows - done);
            _scoring.Load(inputs, [.. Enumerable.Range(firstRow + done, count)]);
            Encode(_scoring, key: null);
            _backend.Download(_output.Forward(_hidden.Forward(_scoring)), scores.Slice(done * ItemCount, count * ItemCount));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Release(_memory);

    private static void Release(MemoryScope memory)
    {
        memory.Dispose();
        memory.Backend.Dispose();
    }

    private void Train(CsrMatrix train, FitMonitor monitor)
    {
        var inputs = WithUserNodes(train);
        var targets = new CsrMatrix(train.Columns, train.RowOffsets.ToArray(), train.ColumnIndices.ToArray());
        using var memory = new MemoryScope(_backend);
        var input = memory.AllocateBatch(BatchSize, inputs.Columns, SparseBatch.LargestBatch(BatchSize, inputs));
        var target = memory.AllocateBatch(BatchSize, ItemCount, SparseBatch.LargestBatch(BatchSize, targets));
        var loss = memory.Allocate(BatchSize, 1);
        var likelihood = new Likelihood(LikelihoodKind.Gaussian, _settings.ClickWeight, ZeroWeight: 1);
        var losses = new double[BatchSize];
        int[] order = [.. Enumerable.Range(0, train.Rows)];
        uint step = 0;
        for (int epoch = 1; epoch <= _settings.Epochs; epoch++)
        {
            CounterRandom.Shuffle(new RandomKey(_settings.Seed, (uint)epoch, RandomPurpose.Shuffle), order);
            double sum = 0;
            for (int first = 0; first < order.Length; first += BatchSize)
            {
                monitor.Check();
                int rows = Math.Min(BatchSize, order.Length - first);
                input.Load(inputs, order.AsSpan(first, rows));
                target.Load(targets, order.AsSpan(first, rows));
                Encode(input, new RandomKey(_settings.Seed, step++, RandomPurpose.Mask));
                Step(input, target, likelihood, loss.Top(rows), new AdamStep(_settings.LearningRate, step));
                _backend.Download(loss.Top(rows), losses.AsSpan(0, rows));
                for (int r = 0; r < rows; r++) sum += losses[r];
            }
            monitor.Pass($"cdae: epoch {epoch} of {_settings.Epochs}, loss {sum / order.Length:F4}");
        }
    }

    private void Step(SparseBatch input, SparseBatch target, Likelihood likelihood, Tensor loss, AdamStep step)
    {
        int rows = input.Rows;
        _parameters.ZeroGradients();
        var h = _hidden.Forward(input);
        var (y, dy) = (_output.Forward(h), _output.OutputGradient(rows));
        _backend.Copy(y, dy);
        _backend.LikelihoodBackward(likelihood, target, 1.0 / rows, dy, loss);
        _hidden.ZeroOutputGradient(rows);
        _output.Backward(h, _hidden.OutputGradient(rows));
        _hidden.Backward(input);
        foreach (var parameter in _parameters.All) _backend.Adam(parameter, step);
    }

    // The batch's inputs: 1 a click; with a key, clicks are dropped and the survivors scaled up, the user's node never.
    private void Encode(SparseBatch batch, RandomKey? key)
    {
        if (_values.Length < batch.Entries) _values = new float[batch.MaxEntries];
        float keep = (float)(1 - _settings.Dropout);
        for (int row = 0; row < batch.Rows; row++)
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            {
                int item = batch.ColumnIndices[e];
                _values[e] = key is not { } mask || item >= ItemCount ? 1
                    : CounterRandom.Keep(mask, (uint)batch.Users[row], (uint)item, keep) ? 1 / keep : 0;
            }
        _backend.Upload(_values.AsSpan(0, batch.Entries), batch.Inputs.View(0, 1, batch.Entries));
    }

    private CsrMatrix WithUserNodes(CsrMatrix clicks)
    {
        if (!_settings.UserNodes) return clicks;
        if (clicks.Rows != _users)
            throw new InputException(
                $"cdae: was trained with a node for each of {_users} users and cannot score {clicks.Rows} others; "
                + "train it without user nodes.");
        var offsets = new long[clicks.Rows + 1];
        var columns = new int[clicks.EntryCount + clicks.Rows];
        for (int row = 0; row < clicks.Rows; row++)
        {
            int length = clicks.RowLength(row);
            clicks.RowColumns(row).CopyTo(columns.AsSpan((int)offsets[row]));
            columns[offsets[row] + length] = ItemCount + row;
            offsets[row + 1] = offsets[row] + length + 1;
        }
        return new(ItemCount + _users, offsets, columns);
    }
}
