using ManualVae.Serving;

namespace ManualVae.Tools.Serve;

/// <summary>Finds items by title and users by id, for people who type.</summary>
internal sealed class Catalogue
{
    private readonly Recommender _recommender;
    private readonly string[] _users;
    private readonly int[] _clicks;

    /// <summary>Of a recommender.</summary>
    public Catalogue(Recommender recommender)
    {
        _recommender = recommender;
        _users = [.. recommender.Users];
        _clicks = recommender.Data?.Train.ColumnCounts() ?? new int[recommender.Items.Count];
    }

    /// <summary>Columns of the items, most training clicks first.</summary>
    public IEnumerable<int> ByClicks() => Enumerable.Range(0, _clicks.Length).OrderByDescending(column => _clicks[column]);

    /// <summary>
    /// Items whose title or id holds every word of a text, whatever the capitals: the id itself first, then titles that begin
    /// with the text, then the most clicked.
    /// </summary>
    public FoundItems Items(string text, int limit)
    {
        string[] words = Words(text);
        string start = text.Trim();
        var (ids, titles) = (_recommender.Items.Ids, _recommender.Items.Titles);
        var found = Enumerable.Range(0, ids.Length).Where(column => words.All(word => Holds(titles[column], word)
            || Holds(ids[column], word))).ToList();
        int Rank(int column) => ids[column] == start ? 0
            : start.Length > 0 && titles[column]?.StartsWith(start, StringComparison.OrdinalIgnoreCase) == true ? 1 : 2;
        return new([.. found.OrderBy(Rank).ThenByDescending(column => _clicks[column]).Take(limit).Select(Item)], found.Count);
    }

    /// <summary>Users whose id holds a text: the id itself first, then ids that begin with it.</summary>
    public FoundUsers Users(string text, int limit)
    {
        text = text.Trim();
        var found = _users.Where(user => Holds(user, text)).ToList();
        int Rank(string user) => user == text ? 0 : user.StartsWith(text, StringComparison.OrdinalIgnoreCase) ? 1 : 2;
        return new([.. found.OrderBy(Rank).Take(limit)], found.Count);
    }

    /// <summary>An item that the model knows.</summary>
    public FoundItem Item(string id) => Item(_recommender.IndexOf(id)!.Value);

    private FoundItem Item(int column) => new(_recommender.Items.Ids[column], _recommender.Items.Titles[column],
        _recommender.Items.Genres[column], _clicks[column]);

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static bool Holds(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}
