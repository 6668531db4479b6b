using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Trains <see cref="NeuMf"/>: forward and backward by sample, then the gradient of each weight by output, so that the bits do
/// not depend on the number of threads.
/// </summary>
public sealed class NeuMfTraining
{
    private const int Chunk = 32; // samples that one thread takes at a time

    private readonly NeuMf _model;
    private readonly CsrMatrix _train;
    private readonly NeuMfSettings _settings;
    private readonly int[] _clickUsers, _order;
    private readonly int[] _users, _items;             // of the batch
    private readonly float[] _labels, _errors;         // of the batch: 0 or 1; dL/dlogit
    private readonly double[] _losses;
    private readonly float[][] _layers, _gradients;    // [l]: batch x Widths[l]; the layers' values and dL/d(pre-activation)
    private readonly float[] _products;                // batch x F
    private readonly AdamArray[] _weights, _biases;
    private readonly AdamArray _output, _userProduct, _itemProduct, _userDeep, _itemDeep;
    private long _step;

    internal NeuMfTraining(NeuMf model, CsrMatrix train, NeuMfSettings settings)
    {
        (_model, _train, _settings) = (model, train, settings);
        _clickUsers = new int[train.EntryCount];
        for (int user = 0; user < train.Rows; user++)
            _clickUsers.AsSpan((int)train.RowOffsets[user], train.RowLength(user)).Fill(user);
        _order = [.. Enumerable.Range(0, checked(_clickUsers.Length * (1 + settings.Negatives)))];
        int batch = settings.BatchSize;
        (_users, _items, _labels, _errors) = (new int[batch], new int[batch], new float[batch], new float[batch]);
        (_losses, _products) = (new double[batch], new float[batch * model.Factors]);
        _layers = [.. model.Widths.Select(width => new float[batch * width])];
        _gradients = [.. model.Widths.Select(width => new float[batch * width])];
        (_weights, _biases) = ([.. model.Weights.Select(w => new AdamArray(w))], [.. model.Biases.Select(b => new AdamArray(b))]);
        _output = new(model.Output);
        (_userProduct, _itemProduct) = (new(model.UserProduct), new(model.ItemProduct));
        (_userDeep, _itemDeep) = (new(model.UserDeep), new(model.ItemDeep));
    }

    /// <summary>Trains a model for the given number of epochs.</summary>
    /// <exception cref="InputException">A setting is out of range, or memory cannot hold the training.</exception>
    public static NeuMf Fit(CsrMatrix train, NeuMfSettings settings, FitMonitor monitor = default)
    {
        if (settings.Factors < 1 || settings.Epochs < 1 || settings.BatchSize < 1 || settings.Negatives < 0
            || !(settings.LearningRate > 0))
            throw new InputException(
                "neumf: factors, epochs and batch size must be 1 or more, negatives 0 or more, the learning rate above 0.");
        monitor.Needs("neumf", Bytes(train, settings));
        var model = new NeuMf(settings, train.Rows, train.Columns);
        var training = new NeuMfTraining(model, train, settings);
        for (int epoch = 1; epoch <= settings.Epochs; epoch++)
            monitor.Pass($"neumf: epoch {epoch} of {settings.Epochs}, loss {training.Epoch((uint)epoch, monitor):F4}");
        model.PrepareScoring();
        return model;
    }

    // A vector's element: value, gradient, two moments and the step of its last update. The order of the samples, the user of
    // each click, the layers of a batch (27 F values a sample), and what scoring prepares (4 F an item).
    private static long Bytes(CsrMatrix train, NeuMfSettings settings)
    {
        long f = settings.Factors;
        return 24 * 5 * f * (train.Rows + (long)train.Columns) + sizeof(int) * train.EntryCount * (2L + settings.Negatives)
            + sizeof(float) * (27 + 5) * f * settings.BatchSize + sizeof(float) * 4 * f * train.Columns;
    }

    /// <summary>One pass over all clicks, each with its negatives, in a new order; returns the mean loss.</summary>
    internal double Epoch(uint epoch, FitMonitor monitor)
    {
        CounterRandom.Shuffle(new RandomKey(_settings.Seed, epoch, RandomPurpose.Shuffle), _order);
        double loss = 0;
        for (int first = 0; first < _order.Length; first += _settings.BatchSize)
        {
            monitor.Check();
            int count = Math.Min(_settings.BatchSize, _order.Length - first);
            loss += AddGradients(first, count, epoch);
            Update(count, new AdamStep(_settings.LearningRate, ++_step));
        }
        return loss / _order.Length;
    }

    /// <summary>
    /// Adds the gradients of the mean loss of samples [first, first + count) of the order; returns the sum of their losses.
    /// </summary>
    internal double AddGradients(int first, int count, uint epoch)
    {
        for (int s = 0; s < count; s++) Load(s, _order[first + s], epoch);
        Parallel.For(0, (count + Chunk - 1) / Chunk, chunk =>
        {
            for (int s = chunk * Chunk; s < Math.Min(count, (chunk + 1) * Chunk); s++) ForwardBackward(s, 1f / count);
        });
        AddVectorGradients(count);
        AddWeightGradients(count);
        double loss = 0;
        for (int s = 0; s < count; s++) loss += _losses[s];
        return loss;
    }

    /// <summary>Every array of parameters with its gradient.</summary>
    internal IEnumerable<(float[] Values, float[] Gradient)> Parameters =>
        from array in (AdamArray[])[.. _weights, .. _biases, _output, _userProduct, _itemProduct, _userDeep, _itemDeep]
        select (array.Values, array.Gradient);

    // Sample number = click * (1 + negatives) + slot; slot 0 is the click itself.
    private void Load(int s, int sample, uint epoch)
    {
        int click = sample / (1 + _settings.Negatives), slot = sample % (1 + _settings.Negatives);
        int user = _clickUsers[click], item = _train.ColumnIndices[click];
        bool negative = slot > 0 && _train.RowLength(user) < _train.Columns; // who clicked everything has no negatives
        if (negative)
        {
            var key = new RandomKey(_settings.Seed, epoch, RandomPurpose.NegativeSample);
            for (int attempt = 0; _train.Contains(user, item); attempt++)
                item = CounterRandom.Below(key, (uint)click, (uint)(attempt * _settings.Negatives + slot - 1), _train.Columns);
        }
        (_users[s], _items[s], _labels[s]) = (user, item, negative ? 0 : 1);
    }

    // The weights of the layers, each by one thread, which sums over the samples in their order.
    private void AddWeightGradients(int count)
    {
        int f = _model.Factors;
        var output = _output.Gradient.AsSpan();
        for (int s = 0; s < count; s++)
        {
            TensorPrimitives.MultiplyAdd(_products.AsSpan(s * f, f), _errors[s], output[..f], output[..f]);
            TensorPrimitives.MultiplyAdd(_layers[3].AsSpan(s * f, f), _errors[s], output.Slice(f, f), output.Slice(f, f));
            output[^1] += _errors[s];
        }
        for (int l = 0; l < 3; l++)
        {
            int layer = l, inputs = _model.Widths[l], outputs = _model.Widths[l + 1];
            Parallel.For(0, outputs, o =>
            {
                var gradient = _weights[layer].Gradient.AsSpan(o * inputs, inputs);
                for (int s = 0; s < count; s++)
                {
                    float delta = _gradients[layer + 1][s * outputs + o];
                    if (delta == 0) continue;
                    TensorPrimitives.MultiplyAdd(_layers[layer].AsSpan(s * inputs, inputs), delta, gradient, gradient);
                    _biases[layer].Gradient[o] += delta;
                }
            });
        }
    }

    private void Update(int count, AdamStep step)
    {
        int f = _model.Factors, half = 4 * f;
        for (int s = 0; s < count; s++)
        {
            _userProduct.UpdateOnce(_users[s] * f, f, step);
            _itemProduct.UpdateOnce(_items[s] * f, f, step);
            _userDeep.UpdateOnce(_users[s] * half, half, step);
            _itemDeep.UpdateOnce(_items[s] * half, half, step);
        }
        foreach (var array in (AdamArray[])[_output, .. _weights, .. _biases]) array.UpdateAll(step);
    }

    private void ForwardBackward(int s, float scale)
    {
        int f = _model.Factors, half = 4 * f;
        Span<float> Of(float[][] values, int l) => values[l].AsSpan(s * _model.Widths[l], _model.Widths[l]);
        var input = Of(_layers, 0);
        _model.UserDeep.AsSpan(_users[s] * half, half).CopyTo(input);
        _model.ItemDeep.AsSpan(_items[s] * half, half).CopyTo(input[half..]);
        for (int l = 0; l < 3; l++) _model.Layer(l, Of(_layers, l), Of(_layers, l + 1));
        var product = _products.AsSpan(s * f, f);
        TensorPrimitives.Multiply(_model.UserProduct.AsSpan(_users[s] * f, f), _model.ItemProduct.AsSpan(_items[s] * f, f),
            product);
        float logit = TensorPrimitives.Dot<float>(_model.Output.AsSpan(0, f), product)
            + TensorPrimitives.Dot<float>(_model.Output.AsSpan(f, f), Of(_layers, 3)) + _model.Output[^1];

        // -y log sigmoid(x) - (1 - y) log sigmoid(-x), without overflow
        _losses[s] = Math.Max(logit, 0) - logit * _labels[s] + Math.Log(1 + Math.Exp(-Math.Abs((double)logit)));
        _errors[s] = scale * (1 / (1 + MathF.Exp(-logit)) - _labels[s]);
        TensorPrimitives.Multiply(_model.Output.AsSpan(f, f), _errors[s], Of(_gradients, 3));
        for (int l = 3; l > 0; l--)
        {
            var delta = Of(_gradients, l);
            var below = Of(_gradients, l - 1);
            var value = Of(_layers, l);
            below.Clear();
            for (int o = 0; o < delta.Length; o++)
                if (value[o] > 0)
                    TensorPrimitives.MultiplyAdd(_model.Weights[l - 1].AsSpan(o * below.Length, below.Length), delta[o], below,
                        below);
                else delta[o] = 0;
        }
    }

    // The users' and items' vectors.
    private void AddVectorGradients(int count)
    {
        int f = _model.Factors, half = 4 * f;
        Span<float> weighted = stackalloc float[f];
        for (int s = 0; s < count; s++)
        {
            int user = _users[s], item = _items[s];
            TensorPrimitives.Multiply(_model.Output.AsSpan(0, f), _errors[s], weighted);
            var dUser = _userProduct.Gradient.AsSpan(user * f, f);
            var dItem = _itemProduct.Gradient.AsSpan(item * f, f);
            TensorPrimitives.MultiplyAdd(weighted, _model.ItemProduct.AsSpan(item * f, f), dUser, dUser);
            TensorPrimitives.MultiplyAdd(weighted, _model.UserProduct.AsSpan(user * f, f), dItem, dItem);
            var dInput = _gradients[0].AsSpan(s * 2 * half, 2 * half);
            dUser = _userDeep.Gradient.AsSpan(user * half, half);
            dItem = _itemDeep.Gradient.AsSpan(item * half, half);
            TensorPrimitives.Add(dUser, dInput[..half], dUser);
            TensorPrimitives.Add(dItem, dInput[half..], dItem);
        }
    }

    /// <summary>Values in host memory with a gradient and Adam's moments.</summary>
    private sealed class AdamArray(float[] values)
    {
        private readonly float[] _first = new float[values.Length], _second = new float[values.Length];
        private readonly long[] _updated = new long[values.Length]; // step of the last update of the range that starts here

        public float[] Values => values;

        /// <summary>Sums of the batch; updates clear them.</summary>
        public float[] Gradient { get; } = new float[values.Length];

        public void UpdateAll(AdamStep step) => Update(0, values.Length, step);

        /// <summary>Updates a range unless this step has done so already.</summary>
        public void UpdateOnce(int start, int length, AdamStep step)
        {
            if (_updated[start] == step.Step) return;
            _updated[start] = step.Step;
            Update(start, length, step);
        }

        private void Update(int start, int length, AdamStep step)
        {
            float rate = (float)step.CorrectedRate, b1 = (float)step.Beta1, b2 = (float)step.Beta2, epsilon = (float)step.Epsilon;
            for (int i = start; i < start + length; i++)
            {
                float g = Gradient[i];
                _first[i] = b1 * _first[i] + (1 - b1) * g;
                _second[i] = b2 * _second[i] + (1 - b2) * g * g;
                values[i] -= rate * _first[i] / (MathF.Sqrt(_second[i]) + epsilon);
                Gradient[i] = 0;
            }
        }
    }
}
