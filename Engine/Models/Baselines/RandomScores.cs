using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="RandomScores"/>.</summary>
/// <param name="Seed">The same seed gives the same scores.</param>
public sealed record RandomSettings(ulong Seed = 1);

/// <summary>
/// Uniform random scores, a pure function of (seed, history, item): the floor under every metric. A person's scores do not depend
/// on who is asked about beside.
/// </summary>
public sealed class RandomScores : IBaseline
{
    private readonly RandomKey _key;

    internal RandomScores(int itemCount, RandomSettings settings) =>
        (ItemCount, _key) = (itemCount, new RandomKey(settings.Seed, 0, RandomPurpose.Study));

    /// <summary>Nothing is learned but the number of items.</summary>
    public static RandomScores Fit(CsrMatrix train, RandomSettings settings) => new(train.Columns, settings);

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [new[] { ItemCount }];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        Rows.ForEach(scores, rows, ItemCount, (row, values) =>
        {
            uint person = 2166136261; // FNV-1a of the clicks
            foreach (int click in foldIn.RowColumns(firstRow + row)) person = (person ^ (uint)click) * 16777619;
            for (int item = 0; item < values.Length; item++) values[item] = CounterRandom.Uniform(_key, person, (uint)item);
        });

    /// <inheritdoc/>
    public void Dispose() { }
}
