using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>What metrics of lists need to know of the items.</summary>
/// <param name="popularity">Training clicks.</param>
/// <param name="genres">Items x genres, or null where no item has one.</param>
/// <param name="train">Training users x items: what items are compared by where there are no genres; or null.</param>
public sealed class ItemFacts(ItemPopularity popularity, CsrMatrix? genres = null, CsrMatrix? train = null)
{
    private readonly Lazy<CsrMatrix?> _users = new(() => train?.Transpose());
    private readonly Lazy<int[]> _mostClicked = new(() =>
        [.. Enumerable.Range(0, popularity.Clicks.Length).OrderByDescending(item => popularity.Clicks[item])]);

    /// <summary>The facts of a dataset.</summary>
    public static ItemFacts Of(PreparedDataset data) =>
        new(ItemPopularity.Of(data.Train), ItemAttribute.Genres(data.Items)?.Values, data.Train);

    /// <summary>Training clicks.</summary>
    public ItemPopularity Popularity => popularity;

    /// <summary>Items x genres, or null where no item has one.</summary>
    public CsrMatrix? Genres => genres;

    /// <summary>What items are compared by: genres, or else training users; null where neither is known.</summary>
    internal CsrMatrix? Features => genres ?? _users.Value;

    /// <summary>All items, the most clicked first.</summary>
    internal int[] MostClicked => _mostClicked.Value;

    /// <summary>How much of each item lies in a stretch of the ranking by clicks, such as its first fifth (0 to 0.2).</summary>
    internal double[] InStretch(double from, double to) => Stretch.Of(popularity.Clicks, MostClicked, from, to);
}
