using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Scores every item by its number of training clicks: the same list for everybody, minus what the user has.</summary>
public sealed class Popularity : IBaseline
{
    private readonly float[] _clicks;

    internal Popularity(float[] clicks) => _clicks = clicks;

    /// <summary>Counts the clicks of each item.</summary>
    public static Popularity Fit(CsrMatrix train) => new([.. train.ColumnCounts().Select(count => (float)count)]);

    /// <summary>True if nobody clicked the item in training.</summary>
    public bool IsUnclicked(int item) => _clicks[item] == 0;

    /// <inheritdoc/>
    public string Name => "popularity";

    /// <inheritdoc/>
    public int ItemCount => _clicks.Length;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [_clicks];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        Rows.ForEach(scores, rows, ItemCount, (_, values) => _clicks.CopyTo(values));

    /// <inheritdoc/>
    public void Dispose() { }
}
