using System.Text.RegularExpressions;
using ManualVae.Data;

namespace ManualVae.Serving;

/// <summary>Finds the columns of items: by their ids, and by what people call them.</summary>
internal sealed partial class ItemIndex
{
    private readonly ItemList _items;
    private readonly Dictionary<string, int> _columns;

    public ItemIndex(ItemList items)
    {
        (_items, _columns) = (items, new(items.Count, StringComparer.Ordinal));
        for (int column = 0; column < items.Count; column++) _columns[items.Ids[column]] = column;
    }

    /// <summary>The column of an id, or null.</summary>
    public int? Column(string id) => _columns.TryGetValue(id, out int column) ? column : null;

    /// <summary>The columns of ids, increasing and each once, and the ids that are unknown, each once.</summary>
    public (int[] Columns, string[] Unknown) Columns(IEnumerable<string> ids)
    {
        var (columns, unknown) = (new List<int>(), new List<string>());
        foreach (string id in ids)
            if (Column(id) is int column) columns.Add(column);
            else unknown.Add(id);
        columns.Sort();
        return (SortedColumns.Distinct(columns), unknown.Count == 0 ? [] : [.. unknown.Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// The items that a text may mean. The first rule that finds some decides: this very id; this title, a year in parentheses at
    /// its end left out or not; a part of the title. The case of letters does not count in titles. A text without a letter is no
    /// part of a title, for it is likely an id that there is not.
    /// </summary>
    public IEnumerable<int> Find(string text)
    {
        text = text.Trim();
        if (text.Length == 0) return [];
        if (Column(text) is int column) return [column];
        var titled = Enumerable.Range(0, _items.Count).Where(item => _items.Titles[item] is not null);
        int[] exact = [.. titled.Where(item => Same(_items.Titles[item]!, text))];
        if (exact.Length == 0)
            exact = [.. titled.Where(item => Same(YearAtTheEnd().Replace(_items.Titles[item]!, ""), text))];
        return exact.Length > 0 ? exact
            : !text.Any(char.IsLetter) ? []
            : titled.Where(item => _items.Titles[item]!.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\s*\([0-9]{4}\)$")]
    private static partial Regex YearAtTheEnd();
}
