namespace ManualVae.Data;

/// <summary>
/// A dataset in the columns of a model that was trained on other data. Items are matched by their original ids; the number of
/// items says nothing.
/// </summary>
/// <param name="Data">The dataset: first the model's columns, in their order, then those of the unknown items.</param>
/// <param name="Unknown">Items of the dataset that the model does not know.</param>
public sealed record AlignedDataset(PreparedDataset Data, IReadOnlyList<string> Unknown)
{
    /// <summary>Gives a dataset the columns of a model.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="known">The model's items.</param>
    /// <param name="keepUnknown">Give the unknown items columns too, after the model's; else their clicks are left out.</param>
    public static AlignedDataset Of(PreparedDataset data, ItemList known, bool keepUnknown = true)
    {
        var columns = new Dictionary<string, int>(known.Count, StringComparer.Ordinal);
        for (int column = 0; column < known.Count; column++) columns[known.Ids[column]] = column;
        var (ids, titles, genres) = (known.Ids.ToList(), known.Titles.ToList(), known.Genres.ToList());
        var (map, unknown) = (new int[data.ItemCount], new List<string>());
        for (int item = 0; item < map.Length; item++)
        {
            string id = data.ItemIds[item];
            if (columns.TryGetValue(id, out map[item]))
            {
                titles[map[item]] ??= data.ItemTitles[item];
                genres[map[item]] ??= data.ItemGenres[item];
                continue;
            }
            unknown.Add(id);
            map[item] = -1;
            if (!keepUnknown) continue;
            map[item] = ids.Count;
            ids.Add(id);
            titles.Add(data.ItemTitles[item]);
            genres.Add(data.ItemGenres[item]);
        }
        var items = new ItemList([.. ids], [.. titles], [.. genres]);
        return new(data.WithItems(items, matrix => matrix.MapColumns(items.Count, map)), unknown);
    }
}
