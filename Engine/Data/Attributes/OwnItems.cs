namespace ManualVae.Data.Attributes;

/// <summary>The dataset's own items.</summary>
internal sealed class OwnItems(ItemList items) : ItemTable
{
    /// <summary>Titles and genres of a dataset.</summary>
    public static OwnItems Of(PreparedDataset data) => new(data.Items) { Path = "items.tsv", Columns = ["title", "genres"] };

    /// <inheritdoc/>
    protected override void Scan(string[] columns, Action start, Action<string, string?[], long> row)
    {
        start();
        for (int item = 0; item < items.Count; item++)
            row(items.Ids[item], [.. columns.Select(c => c == "title" ? items.Titles[item] : items.Genres[item])], item + 2);
    }
}
