using System.Numerics;
using System.Numerics.Tensors;

namespace ManualVae.Compute.Ranks;

/// <summary>
/// One rank's backend in a job that splits a model by items: each rank has its own items' rows of the first layer, of the output
/// layer and of the anchors, with their Adam moments, and their columns of the clicks. Hidden layers are on every rank, and
/// every rank computes the same there. What the items of all ranks add to is summed over the ranks: the first layer's output, the
/// gradient below the output layer, the softmax's normaliser and the losses. Exact: any number of ranks trains the same model,
/// but for the order of sums.
/// </summary>
/// <remarks>
/// All ranks make the same calls in the same order. Masks and noise are drawn by the items' numbers in the whole.
/// </remarks>
public sealed partial class RankBackend : IBackend
{
    private readonly IBackend _inner;
    private readonly bool _ownsInner;
    private Tensor _gradient, _parts, _totals;
    private double[] _doubles = [], _all = [], _inputs = [];
    private float[] _floats = [];

    /// <summary>Wraps a backend.</summary>
    /// <param name="inner">Who computes this rank's part.</param>
    /// <param name="ranks">The job; stays the caller's.</param>
    /// <param name="ownsInner">Dispose of the backend with this one.</param>
    /// <exception cref="NotSupportedException">The backend cannot compute a part of the items.</exception>
    public RankBackend(IBackend inner, Communicator ranks, bool ownsInner = true)
        : this(inner, RankGrid.Of(ranks, groups: 1), ownsInner) { }

    /// <summary>Wraps a backend.</summary>
    /// <param name="inner">Who computes this rank's part.</param>
    /// <param name="grid">The job; stays the caller's.</param>
    /// <param name="ownsInner">Dispose of the backend with this one.</param>
    /// <exception cref="NotSupportedException">The backend cannot compute a part of the items.</exception>
    public RankBackend(IBackend inner, RankGrid grid, bool ownsInner = true)
    {
        if (!inner.ComputesParts)
            throw new NotSupportedException($"{inner.Name} cannot share items with other ranks; simd and reference can");
        (_inner, Ranks, Groups, _ownsInner) = (inner, grid.Items, grid.Groups, ownsInner);
    }

    /// <inheritdoc/>
    public Communicator Ranks { get; }

    /// <inheritdoc/>
    public Communicator Groups { get; }

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <inheritdoc/>
    public string Description => $"{_inner.Description}; items split over {Ranks.Size} ranks"
        + (Groups.Size == 1 ? "" : $", users over {Groups.Size} groups of them") + $" ({Ranks.Description})";

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (ReadOnlySpan<Tensor>)[_gradient, _parts, _totals])
            if (!tensor.IsNone) _inner.Free(tensor);
        if (_ownsInner) _inner.Dispose();
    }

    /// <inheritdoc/>
    public SparseBatch AllocateBatch(int maxRows, int columns, int maxEntries)
    {
        var own = OwnItems(columns);
        var batch = _inner.AllocateBatch(maxRows, own.Count, maxEntries);
        batch.TakeOnly(own);
        return batch;
    }

    /// <summary>The items of this rank.</summary>
    public ItemRange OwnItems(int items) => ItemRange.Of(items, Ranks.Rank, Ranks.Size);

    // ---- Layers --------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public void SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y)
    {
        _inner.SparseLinearForward(batch, weight, Ranks.IsFirst ? bias : null, Activation.Identity, y);
        SumOverRanks(y, activation);
    }

    /// <inheritdoc/>
    public void LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx)
    {
        if (dx.IsNone || weight.ItemAxis == ItemAxis.None)
        {
            _inner.LinearBackward(x, weight, bias, dy, dx);
            return;
        }
        var part = Room(ref _gradient, dx.Rows, dx.Columns);
        _inner.Fill(part, 0);
        _inner.LinearBackward(x, weight, bias, dy, part);
        SumOverRanks(part);
        _inner.Add(part, 1, dx);
    }

    /// <inheritdoc/>
    public void EncodeInputs(SparseBatch batch, InputMask mask)
    {
        int rows = batch.Rows;
        var sums = Doubles(2 * rows); // of squares, and of clicks
        sums.Clear();
        var inputs = Room(ref _inputs, batch.Entries);
        bool masks = mask.Mode != MaskMode.Clean && mask.KeepProbability < 1;
        for (int row = 0; row < rows; row++)
        {
            var (start, end) = (batch.RowOffsets[row], batch.RowOffsets[row + 1]);
            uint user = (uint)(mask.SharedUser >= 0 ? mask.SharedUser : batch.Users[row]);
            for (int e = start; e < end; e++)
            {
                float x = batch.Values[e];
                bool kept = !masks || CounterRandom.Keep(
                    mask.Key, user, (uint)(batch.Items.First + batch.ColumnIndices[e]), mask.KeepProbability);
                inputs[e] = kept ? x : 0;
                if (kept || mask.Mode != MaskMode.MaskThenNormalise) sums[row] += (double)x * x;
            }
            sums[rows + row] = end - start;
        }
        Ranks.Sum(sums);
        batch.CountClicks(sums[rows..]);
        for (int row = 0; row < rows && mask.Mode != MaskMode.Plain; row++)
        {
            double scale = 1 / Math.Sqrt(Math.Max(sums[row], 1e-12));
            if (mask.Mode == MaskMode.NormaliseThenDrop) scale /= mask.KeepProbability;
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++) inputs[e] *= scale;
        }
        _inner.Upload(inputs, batch.Inputs.View(0, 1, batch.Entries));
    }

    // ---- Anchors -------------------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public void AnchorForward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss)
    {
        _inner.AnchorForward(term, batch, anchors, posterior, z, centroids, loss);
        if (term.IsCodebook) return; // the codes are on every rank
        // A rank's means over its own clicks, each weighted by the share of the user's clicks, add up to the user's.
        int rows = batch.Rows, latent = centroids.Columns;
        double[] own = new double[rows], total = new double[rows];
        if (term.ItemWeights.IsNone)
            for (int row = 0; row < rows; row++)
                (own[row], total[row]) = (batch.RowOffsets[row + 1] - batch.RowOffsets[row], batch.ClicksOf(row));
        else
        {
            _inner.Download(term.UserWeights.Top(rows), own);
            own.CopyTo(total, 0);
            Ranks.Sum<double>(total);
            _inner.Upload(total, term.UserWeights.Top(rows));
        }
        var sums = Doubles(rows * (latent + 1));
        _inner.Download(centroids, sums[..(rows * latent)]);
        _inner.Download(loss, sums[(rows * latent)..]);
        for (int row = 0; row < rows; row++)
        {
            double share = total[row] == 0 ? 0 : own[row] / total[row];
            TensorPrimitives.Multiply(sums.Slice(row * latent, latent), share, sums.Slice(row * latent, latent));
            sums[rows * latent + row] *= share;
        }
        Ranks.Sum(sums);
        _inner.Upload(sums[..(rows * latent)], centroids);
        _inner.Upload(sums[(rows * latent)..], loss);
    }

    // ---- Losses and ranking --------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public void LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, int firstRow = 0)
    {
        if (likelihood.Kind == LikelihoodKind.Multinomial) Multinomial(batch, double.NaN, logits, loss, firstRow);
        else _inner.LikelihoodForward(likelihood, batch, logits, loss, firstRow);
        SumOverRanks(loss);
    }

    /// <inheritdoc/>
    public void LikelihoodBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow = 0)
    {
        if (likelihood.Kind == LikelihoodKind.Multinomial) Multinomial(batch, scale, logits, loss, firstRow);
        else _inner.LikelihoodBackward(likelihood, batch, scale, logits, loss, firstRow);
        SumOverRanks(loss);
    }

    /// <summary>Two numbers a user from each rank: the logarithm of its exponentials' sum, and the sum of the targets.</summary>
    private void Multinomial(SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow)
    {
        int rows = logits.Rows;
        var part = Room(ref _parts, rows, 1);
        _inner.LogSumExp(logits, part);
        var own = Doubles(2 * rows);
        _inner.Download(part, own[..rows]);
        for (int row = 0; row < rows; row++)
            own[rows + row] = TensorPrimitives.Sum(
                batch.Values[batch.RowOffsets[firstRow + row]..batch.RowOffsets[firstRow + row + 1]]);
        var all = Room(ref _all, own.Length * Ranks.Size);
        Ranks.AllGather<double>(own, all);
        for (int row = 0; row < rows; row++)
        {
            double max = double.NegativeInfinity, sum = 0, clicks = 0;
            for (int at = row; at < all.Length; at += 2 * rows) max = Math.Max(max, all[at]);
            for (int at = row; at < all.Length; at += 2 * rows)
            {
                sum += Math.Exp(all[at] - max);
                clicks += all[at + rows];
            }
            (own[2 * row], own[2 * row + 1]) = (max + Math.Log(sum), clicks);
        }
        var totals = Room(ref _totals, rows, 2);
        _inner.Upload(own, totals);
        _inner.MultinomialOfPart(batch, scale, logits, totals, loss, firstRow);
    }

    /// <inheritdoc/>
    public void TopK(Tensor scores, SparseBatch excluded, int k, Span<int> items, Span<float> itemScores)
    {
        _inner.TopK(scores, excluded, k, items, itemScores);
        foreach (ref int item in items)
            if (item >= 0) item += excluded.Items.First;
        int size = Ranks.Size, length = items.Length;
        var (allItems, allScores) = (new int[size * length], new float[size * length]);
        Ranks.AllGather<int>(items, allItems);
        Ranks.AllGather<float>(itemScores, allScores);
        Span<int> next = stackalloc int[size]; // where each rank's next best lies
        for (int row = 0; row < scores.Rows; row++)
        {
            for (int rank = 0; rank < size; rank++) next[rank] = rank * length + row * k;
            for (int place = row * k; place < (row + 1) * k; place++)
            {
                int best = -1;
                for (int rank = 0; rank < size; rank++)
                    if (next[rank] < rank * length + (row + 1) * k && allItems[next[rank]] >= 0
                        && (best < 0 || IsBetter(allScores[next[rank]], allScores[next[best]])))
                        best = rank;
                (items[place], itemScores[place]) = best < 0
                    ? (-1, float.NegativeInfinity) : (allItems[next[best]], allScores[next[best]]);
                if (best >= 0) next[best]++;
            }
        }
    }

    // Of equal scores the lower rank's comes first: its items are the lower ones. NaN is below everything.
    private static bool IsBetter(float score, float than) => score > than || (float.IsNaN(than) && !float.IsNaN(score));

    // ---- Sums over the ranks -------------------------------------------------------------------------------------

    /// <inheritdoc/>
    public void SumOverGroups(Tensor gradient)
    {
        const int AtOnce = 1 << 22;
        if (Groups.Size == 1) return;
        for (long at = 0; at < gradient.Length; at += AtOnce)
            SumOver(Groups, gradient.View(at, 1, (int)Math.Min(AtOnce, gradient.Length - at)));
    }

    /// <summary>tensor := f(sum over the ranks of the tensor).</summary>
    private void SumOverRanks(Tensor tensor, Activation activation = Activation.Identity) =>
        SumOver(Ranks, tensor, activation);

    private void SumOver(Communicator ranks, Tensor tensor, Activation activation = Activation.Identity)
    {
        int length = checked((int)tensor.Length);
        if (IsDoublePrecision)
        {
            var values = Doubles(length);
            _inner.Download(tensor, values);
            ranks.Sum(values);
            Apply(activation, values);
            _inner.Upload(values, tensor);
        }
        else
        {
            var values = Floats(length);
            _inner.Download(tensor, values);
            ranks.Sum(values);
            Apply(activation, values);
            _inner.Upload(values, tensor);
        }
    }

    private static void Apply<T>(Activation activation, Span<T> x) where T : IFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case Activation.Tanh: TensorPrimitives.Tanh<T>(x, x); break;
            case Activation.Sigmoid: TensorPrimitives.Sigmoid<T>(x, x); break;
            case Activation.Relu: TensorPrimitives.Max(x, T.Zero, x); break;
            case Activation.UnitClamp: TensorPrimitives.Clamp(x, T.Zero, T.One, x); break;
        }
    }

    private Tensor Room(ref Tensor room, int rows, int columns)
    {
        long length = (long)rows * columns;
        if (room.IsNone || room.Length < length)
        {
            if (!room.IsNone) _inner.Free(room);
            room = _inner.Allocate(rows, columns);
        }
        return room.View(0, rows, columns);
    }

    private Span<double> Doubles(int length) => Room(ref _doubles, length);

    private Span<float> Floats(int length) => Room(ref _floats, length);

    private static Span<T> Room<T>(ref T[] room, int length)
    {
        if (room.Length < length) room = new T[length];
        return room.AsSpan(0, length);
    }
}
