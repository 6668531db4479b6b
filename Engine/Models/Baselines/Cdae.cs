using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Cdae"/>. Width, batch and learning rate are those of Liang et al. 2018, section 4.4; the click weight and the
/// decay, which they searched for, did best here on the validation part of ml-1m-strong.
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
/// Collaborative denoising autoencoder (Wu et al. 2016) as Liang et al. 2018 compare it: y = tanh(W' tanh(V x~ + v_u + b) + b'), x~ the
/// clicks after dropout, trained to min sum_i c_i (x_i - y_i)^2 / 2, the mean over users. Click values are ignored.
/// </summary>
public sealed class Cdae : IBaseline
{
    private readonly IBackend _backend;
    private readonly CdaeSettings _settings;
    private readonly ParameterBlock _parameters;
    private readonly SparseLinear _hidden;
    private readonly Linear _output;
    private readonly int _users;
    private SparseBatch? _scoring;
    private float[] _values = [];

    private Cdae(IBackend backend, CdaeSettings settings, int users, int items, bool training)
    {
        (_backend, _settings, _users, ItemCount) = (backend, settings, users, items);
        _parameters = new(backend);
        int inputs = items + (settings.UserNodes ? users : 0); // a user's node is an item that only this user clicks
        _hidden = new(backend, _parameters, "hidden", inputs, settings.Hidden, Activation.Tanh, settings.BatchSize, settings.WeightDecay);
        _output = new(backend, _parameters, "output", settings.Hidden, items, Activation.Tanh, settings.BatchSize, settings.WeightDecay);
        _parameters.Build(settings.Seed, training);
    }

    /// <summary>Trains for the given number of epochs on the SIMD backend.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public static Cdae Fit(CsrMatrix train, CdaeSettings settings, FitMonitor monitor = default)
    {
        if (settings.Hidden < 1 || settings.Epochs < 1 || settings.BatchSize < 1)
            throw new InputException("cdae: hidden, epochs and batch size must be 1 or more.");
        if (!(settings.Dropout is >= 0 and < 1 && settings.LearningRate > 0 && settings.ClickWeight > 0 && settings.WeightDecay >= 0))
            throw new InputException("cdae: dropout must be in [0, 1), learning rate and click weight above 0, weight decay 0 or more.");
        settings = settings with { BatchSize = Math.Min(settings.BatchSize, Math.Max(1, train.Rows)) };
        var model = new Cdae(Backends.Create("simd"), settings, train.Rows, train.Columns, training: true);
        try
        {
            model.Train(train, monitor);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model of a <see cref="State"/>: hidden weights and biases, output weights and biases.</summary>
    internal static Cdae Restore(IReadOnlyList<Array> state, CdaeSettings settings)
    {
        int items = state[3].Length, inputs = state[0].Length / settings.Hidden;
        var model = new Cdae(Backends.Create("simd"), settings, inputs - items, items, training: false);
        foreach (var (parameter, values) in model._parameters.All.Zip(state))
            model._backend.Upload((float[])values, parameter.Value);
        return model;
    }

    /// <inheritdoc/>
    public string Name => "cdae";

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public int BatchSize => _settings.BatchSize;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [.. _parameters.All.Select(parameter =>
    {
        var values = new float[parameter.Value.Length];
        _backend.Download(parameter.Value, values);
        return values;
    })];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        var inputs = WithUserNodes(foldIn);
        int needed = SparseBatch.LargestBatch(BatchSize, inputs);
        if (_scoring is null || _scoring.MaxEntries < needed) _scoring = _backend.AllocateBatch(BatchSize, inputs.Columns, needed);
        for (int done = 0; done < rows; done += BatchSize)
        {
            int count = Math.Min(BatchSize, rows - done);
            _scoring.Load(inputs, [.. Enumerable.Range(firstRow + done, count)]);
            Encode(_scoring, key: null);
            _backend.Download(_output.Forward(_hidden.Forward(_scoring)), scores.Slice(done * ItemCount, count * ItemCount));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _parameters.Dispose();
        _backend.Dispose();
    }

    private void Train(CsrMatrix train, FitMonitor monitor)
    {
        var inputs = WithUserNodes(train);
        var targets = new CsrMatrix(train.Columns, train.RowOffsets.ToArray(), train.ColumnIndices.ToArray());
        var input = _backend.AllocateBatch(BatchSize, inputs.Columns, SparseBatch.LargestBatch(BatchSize, inputs));
        var target = _backend.AllocateBatch(BatchSize, ItemCount, SparseBatch.LargestBatch(BatchSize, targets));
        var loss = _backend.Allocate(BatchSize, 1);
        var likelihood = new Likelihood(LikelihoodKind.Gaussian, _settings.ClickWeight, ZeroWeight: 1);
        var losses = new double[BatchSize];
        int[] order = [.. Enumerable.Range(0, train.Rows)];
        uint step = 0;
        for (int epoch = 1; epoch <= _settings.Epochs; epoch++)
        {
            var shuffle = new RandomKey(_settings.Seed, (uint)epoch, RandomPurpose.Shuffle);
            for (int i = order.Length - 1; i > 0; i--)
            {
                int other = CounterRandom.Below(shuffle, 0, (uint)i, i + 1);
                (order[i], order[other]) = (order[other], order[i]);
            }
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
