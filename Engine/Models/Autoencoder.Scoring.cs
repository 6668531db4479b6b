using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models;

// Scoring: clean input, z = mu, raw logits.
public sealed partial class Autoencoder
{
    private SparseBatch? _scoringBatch;

    /// <summary>Lets one thread score at a time.</summary>
    internal SingleCaller Caller { get; } = new("The model");

    /// <inheritdoc/>
    public bool TakesOneCaller => true;

    /// <summary>
    /// Prepares the output layer for answers to few users (<see cref="IBackend.Hold"/>), once the weights are final.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model was made for training.</exception>
    public void HoldForServing() => Backend.Hold(Decoder.Output.Weight);

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        using var call = Caller.Enter();
        for (int done = 0; done < rows; done += BatchSize)
        {
            int count = Math.Min(BatchSize, rows - done);
            Download(Logits(foldIn, firstRow + done, count), scores.Slice(done * ItemCount, count * ItemCount));
        }
    }

    /// <inheritdoc/>
    public void Rank(
        CsrMatrix foldIn, int firstRow, int rows, int k, Span<int> items, Span<float> scores, CsrMatrix? excluded = null)
    {
        using var call = Caller.Enter();
        for (int done = 0; done < rows; done += BatchSize)
        {
            int count = Math.Min(BatchSize, rows - done);
            var best = items.Slice(done * k, count * k);
            var bestScores = scores.Slice(done * k, count * k);
            // One product and no more: not where something is added to it, or its weights are other than the parameter's.
            bool few = _linear is null && Settings.OutputHead == OutputHead.Linear
                && count <= Backend.FewUsers(Decoder.Output.Weight);
            var output = few ? LastHidden(foldIn, firstRow + done, count) : Logits(foldIn, firstRow + done, count);
            if (excluded is not null) LoadForScoring(excluded, firstRow + done, count);
            if (few)
                Backend.LinearTopK(output, Decoder.Output.Weight, Decoder.Output.Bias, _scoringBatch!, k, best, bestScores);
            else Backend.TopK(output, _scoringBatch!, k, best, bestScores);
        }
    }

    /// <summary>
    /// The means of the posteriors of rows [firstRow, firstRow + rows) of <paramref name="foldIn"/>, of all levels side by side;
    /// of a DAE the bottleneck. Rows x <see cref="CodeWidth"/>.
    /// </summary>
    public void PosteriorMeans(CsrMatrix foldIn, int firstRow, int rows, Span<float> means)
    {
        using var call = Caller.Enter();
        int width = CodeWidth;
        for (int done = 0; done < rows; done += BatchSize)
        {
            int count = Math.Min(BatchSize, rows - done);
            var code = Encode(LoadForScoring(foldIn, firstRow + done, count), CleanInput);
            if (Settings.Variational) Backend.SampleForward(code, noise: default, _z.Top(count));
            Backend.Download(Settings.Variational ? _z.Top(count) : code, means.Slice(done * width, count * width));
        }
    }

    /// <summary>Width of the latent code: K, times the number of levels.</summary>
    public int CodeWidth => Settings.Latent * Settings.Levels;

    private Tensor LastHidden(CsrMatrix foldIn, int firstRow, int rows)
    {
        EncodeAndSample(LoadForScoring(foldIn, firstRow, rows), CleanInput, noise: null);
        return Decoder.ForwardToOutput(Latent);
    }

    private Tensor Logits(CsrMatrix foldIn, int firstRow, int rows)
    {
        var batch = LoadForScoring(foldIn, firstRow, rows);
        EncodeAndSample(batch, CleanInput, noise: null);
        var logits = Decoder.Forward(Latent);
        _linear?.Forward(batch, CleanInput, logits, training: false);
        return logits;
    }

    /// <summary>The scores of all items; where ranks share them, each has all of them then.</summary>
    private void Download(Tensor logits, Span<float> scores)
    {
        var ranks = Backend.Ranks;
        if (ranks.Size == 1)
        {
            Backend.Download(logits, scores);
            return;
        }
        var own = new float[logits.Columns];
        int[] counts = [.. Enumerable.Range(0, ranks.Size).Select(rank => ItemRange.Of(ItemCount, rank, ranks.Size).Count)];
        for (int row = 0; row < logits.Rows; row++)
        {
            Backend.Download(logits.Slice(row, 1), own);
            ranks.AllGather(own, scores.Slice(row * ItemCount, ItemCount), counts);
        }
    }

    private SparseBatch LoadForScoring(CsrMatrix clicks, int firstRow, int rows)
    {
        int entries = checked((int)(clicks.RowOffsets[firstRow + rows] - clicks.RowOffsets[firstRow]));
        if (_scoringBatch is null || _scoringBatch.MaxEntries < entries)
        {
            if (_scoringBatch is not null) _memory.Free(_scoringBatch);
            _scoringBatch = null; // stays so if there is no room for the new one
            _scoringBatch = _memory.AllocateBatch(BatchSize, ItemCount,
                Math.Max(entries, SparseBatch.LargestBatch(BatchSize, clicks)));
        }
        Span<int> users = rows <= 1024 ? stackalloc int[rows] : new int[rows];
        for (int row = 0; row < rows; row++) users[row] = firstRow + row;
        _scoringBatch.Load(clicks, users);
        return _scoringBatch;
    }
}
