using ManualVae.Data.Import;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Attributes;

/// <summary>Finds the items of a dataset by the ids that files of items use.</summary>
internal sealed class ItemIds
{
    private static readonly SettingName Map = Setting(nameof(AttributeOptions.ItemMap));

    private readonly ILookup<string, int> _items;

    private ItemIds(IEnumerable<(string Id, int Item)> pairs, int count)
    {
        Count = count;
        _items = pairs.ToLookup(pair => pair.Id, pair => pair.Item, StringComparer.Ordinal);
    }

    /// <summary>Number of items of the dataset.</summary>
    public int Count { get; }

    /// <summary>The items of an id: none, one, or several where the map says so.</summary>
    public IEnumerable<int> this[string id] => _items[id];

    /// <summary>The ids of a dataset, or what a file maps them to.</summary>
    /// <exception cref="InputException">There is no such file, a line has other fields, or it maps no item.</exception>
    public static ItemIds Of(ItemList items, string? map, CancellationToken cancellation = default)
    {
        if (map is null) return new(items.Ids.Index().Select(id => (id.Item, id.Index)), items.Count);
        string path = SourceFiles.TryFind(map) ?? throw About($"{Map} {map}: no such file.");
        var files = new SourceFiles(null, cancellation);
        var numbers = items.Ids.Index().ToDictionary(id => id.Item, id => id.Index, StringComparer.Ordinal);
        var found = new Dictionary<int, string>();
        files.Text.Read(new ImportOptions { Input = map }, () =>
        {
            found.Clear();
            string first = files.FirstText(path).Split('\n', 2)[0].TrimEnd('\r');
            string separator = Separators.Guess([first], "1", "2") ?? "\t";
            using var table = new TableReader(files, path, separator, quoted: true, lenient: true);
            while (table.Read())
            {
                if (table.FieldCount < 2)
                    throw new InputException($"{path}:{table.Line}: has {table.FieldCount} fields, expected the dataset's id of "
                        + "an item and its id in the files of items.");
                // A header, and an item that the dataset left out, are no items of it.
                if (!numbers.TryGetValue(table.Text(0), out int item)) continue;
                if (!found.TryAdd(item, table.Text(1)))
                    throw new InputException(
                        $"{path}:{table.Line}: maps the item {table.Text(0)} a second time; leave one line.");
            }
            return found.Count;
        });
        if (found.Count == 0)
            throw About($"{path}: maps none of the dataset's items; its first column holds their ids ({Map}).");
        return new(found.Select(pair => (pair.Value, pair.Key)), items.Count);
    }
}
