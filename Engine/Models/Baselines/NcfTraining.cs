using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Trains <see cref="Ncf"/> as the authors' code does: the mean logistic loss of batches of clicks and negatives, by Adam, or
/// after pre-training by plain gradient descent. Vectors lie in host memory; layers compute on the backend.
/// </summary>
public sealed class NcfTraining
{
    private static readonly CsrMatrix Labels = new(1, [0, 0, 1], [0]); // row 0 a negative, row 1 a click

    private readonly Ncf _model;
    private readonly IBackend _backend;
    private readonly NcfSettings _settings;
    private readonly NcfSamples _samples;
    private readonly NcfOptimizer _optimizer;
    private readonly int[] _users, _items, _labels;
    private readonly double[] _losses;
    private readonly SparseBatch _targets;
    private readonly Tensor _logits, _moreLogits, _loss;

    internal NcfTraining(Ncf model, CsrMatrix train, NcfSettings settings, bool adam)
    {
        (_model, _backend, _settings) = (model, model.Memory.Backend, settings);
        (_samples, _optimizer) = (new(train, settings), new(settings.LearningRate, adam));
        int batch = settings.BatchSize;
        (_users, _items, _labels, _losses) = (new int[batch], new int[batch], new int[batch], new double[batch]);
        _targets = model.Memory.AllocateBatch(batch, 1, batch);
        (_logits, _moreLogits, _loss) = (model.Memory.Allocate(batch, 1), model.Memory.Allocate(batch, 1),
            model.Memory.Allocate(batch, 1));
    }

    /// <summary>Trains GMF, MLP or NeuMF from scratch.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="train">Clicks, users x items.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="backend">Makes the backend to compute on, which the model then owns.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <exception cref="InputException">A setting is out of range, or memory cannot hold the training.</exception>
    public static Ncf Fit(
        NcfKind kind, CsrMatrix train, NcfSettings settings, Func<IBackend> backend, FitMonitor monitor = default) =>
        Fit(kind, train, settings, backend, monitor, start: null);

    /// <summary>Trains NeuMF, from scratch or from a GMF and an MLP that are trained first.</summary>
    /// <inheritdoc cref="Fit(NcfKind, CsrMatrix, NcfSettings, Func{IBackend}, FitMonitor)"/>
    public static Ncf Fit(CsrMatrix train, NeuMfSettings settings, Func<IBackend> backend, FitMonitor monitor = default)
    {
        var own = settings.Of(settings.Epochs);
        if (!settings.Pretrain) return Fit(NcfKind.NeuMf, train, own, backend, monitor);
        IReadOnlyList<Array> gmf, mlp;
        using (var part = Fit(NcfKind.Gmf, train, settings.Of(settings.GmfEpochs), backend, monitor)) gmf = part.State;
        using (var part = Fit(NcfKind.Mlp, train, settings.Of(settings.MlpEpochs), backend, monitor)) mlp = part.State;
        return Fit(NcfKind.NeuMf, train, own, backend, monitor, Fuse(gmf, mlp));
    }

    /// <summary>
    /// The state that NeuMF starts from (He et al. 2017, section 3.4.1 with alpha 0.5): vectors and layers of both, and their
    /// output weights and biases halved, so that the logit is the mean of theirs.
    /// </summary>
    internal static IReadOnlyList<Array> Fuse(IReadOnlyList<Array> gmf, IReadOnlyList<Array> mlp)
    {
        const float alpha = 0.5f;
        var (product, deep) = ((float[])gmf[^1], (float[])mlp[^1]);
        float[] output = [.. product[..^1].Select(w => alpha * w), .. deep[..^1].Select(w => (1 - alpha) * w),
            alpha * product[^1] + (1 - alpha) * deep[^1]];
        return [gmf[0], gmf[1], .. mlp.Take(mlp.Count - 1), output];
    }

    private static Ncf Fit(NcfKind kind, CsrMatrix train, NcfSettings settings, Func<IBackend> backend, FitMonitor monitor,
        IReadOnlyList<Array>? start)
    {
        string name = kind.ToString().ToLowerInvariant();
        if (settings.Factors is < 1 or > 10_000_000 || settings.Epochs < 1 || settings.BatchSize < 1 || settings.Negatives < 0
            || !(settings.LearningRate > 0))
            throw new InputException(
                $"{name}: factors, epochs and batch size must be 1 or more, negatives 0 or more, the learning rate above 0.");
        return Ncf.Owning(backend, memory =>
        {
            monitor.Needs(name, Bytes(kind, train, settings, memory.Backend), memory.Backend);
            var model = New(memory, kind, train, settings, adam: start is null);
            if (start is not null) model.Load(start);
            new NcfTraining(model, train, settings, adam: start is null).Run(monitor);
            return model;
        });
    }

    /// <summary>A model to train. Fused updates are Adam's.</summary>
    internal static Ncf New(MemoryScope memory, NcfKind kind, CsrMatrix train, NcfSettings settings, bool adam) =>
        new(memory, kind, settings.Factors, train.Rows, train.Columns, settings.Seed, settings.BatchSize,
            fuse: adam && memory.Backend.FusesUpdates);

    // The model with its moments and a batch, the vectors on the host, the order of the samples, what scoring prepares.
    private static long Bytes(NcfKind kind, CsrMatrix train, NcfSettings settings, IBackend backend)
    {
        var counting = new MemoryScope(backend, counting: true);
        var model = New(counting, kind, train, settings, adam: true);
        long vectors = model.Tables.Sum(table => EmbeddingTable.Bytes(table.Rows, table.Width, settings.BatchSize));
        long scoring = kind == NcfKind.Gmf ? 0 : sizeof(float) * 4L * settings.Factors * train.Columns;
        return counting.Bytes + vectors + NcfSamples.Bytes(train, settings) + scoring;
    }

    private void Run(FitMonitor monitor)
    {
        for (int epoch = 1; epoch <= _settings.Epochs; epoch++)
            monitor.Pass($"{_model.Name}: epoch {epoch} of {_settings.Epochs}, loss {Epoch((uint)epoch, monitor):F4}");
    }

    /// <summary>One pass over all clicks, each with its negatives, in a new order; returns the mean loss.</summary>
    internal double Epoch(uint epoch, FitMonitor monitor)
    {
        _samples.Begin(epoch);
        double loss = 0;
        for (int first = 0; first < _samples.Count; first += _settings.BatchSize)
        {
            monitor.Check();
            int count = Math.Min(_settings.BatchSize, _samples.Count - first);
            loss += AddGradients(first, count);
            Update();
        }
        foreach (var table in _model.Tables) table.Flush(_optimizer);
        _model.Changed();
        return loss / _samples.Count;
    }

    /// <summary>Begins an epoch for <see cref="AddGradients"/>, which <see cref="Epoch"/> does by itself.</summary>
    internal void Begin(uint epoch) => _samples.Begin(epoch);

    /// <summary>
    /// The gradients of the mean loss of samples [first, first + count) of the epoch, and the fused updates; returns the sum of
    /// their losses.
    /// </summary>
    internal double AddGradients(int first, int count)
    {
        _optimizer.Begin();
        foreach (var parameter in _model.Parameters)
        {
            parameter.FusedStep = _optimizer.Step;
            if (!parameter.Gradient.IsNone) _backend.Fill(parameter.Gradient, 0);
        }
        Span<int> users = _users.AsSpan(0, count), items = _items.AsSpan(0, count);
        _samples.Load(first, users, items, _labels.AsSpan(0, count));
        _targets.Load(Labels, _labels.AsSpan(0, count));
        var (logits, more) = (_logits.Top(count), _moreLogits.Top(count));
        Parameter? bias = _model.Bias; // of the first path; the second one adds to its logits
        foreach (var path in _model.Paths)
        {
            path.Forward(users, items, _optimizer, bias, bias is null ? more : logits);
            if (bias is null) _backend.Add(more, 1, logits);
            bias = null;
        }
        _backend.LikelihoodBackward(new Likelihood(LikelihoodKind.Logistic), _targets, 1.0 / count, logits, _loss.Top(count));
        bias = _model.Bias;
        foreach (var path in _model.Paths)
        {
            path.Backward(users, items, bias, logits);
            bias = null; // one of them adds to the bias's gradient
        }
        _backend.Download(_loss.Top(count), _losses.AsSpan(0, count));
        double loss = 0;
        for (int s = 0; s < count; s++) loss += _losses[s];
        return loss;
    }

    private void Update()
    {
        foreach (var path in _model.Paths) path.Update(_optimizer);
        foreach (var parameter in _model.Parameters)
            if (parameter.Gradient.IsNone) continue; // fused
            else if (_optimizer.IsAdam) _backend.Adam(parameter, _optimizer.Step);
            else _backend.Add(parameter.Gradient, -_settings.LearningRate, parameter.Value);
        _optimizer.End();
    }
}
