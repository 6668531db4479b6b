namespace ManualVae.Data.Import;

/// <summary>
/// Names by which columns are recognised, likeliest first; case, blanks, dashes and RecBole's types do not count.
/// </summary>
internal static class ColumnNames
{
    /// <summary>Columns of users.</summary>
    public static readonly string[] Users =
    [
        "userid", "user", "uid", "useridx", "visitorid", "customerid", "customer", "reviewerid", "memberid", "profileid",
        "accountid", "clientid", "playerid", "username", "sessionid", "session",
    ];

    /// <summary>Columns of items.</summary>
    public static readonly string[] Items =
    [
        "itemid", "item", "iid", "sid", "movieid", "productid", "parentasin", "asin", "isbn", "bookid", "businessid", "articleid",
        "newsid", "songid", "trackid", "artistid", "gameid", "animeid", "venueid", "poiid", "locationid", "videoid", "recipeid",
        "beerid", "sku", "stockcode", "productcode", "id", "docid", "movie", "product", "book", "article", "song", "track",
        "artist", "game",
    ];

    /// <summary>Columns of ratings.</summary>
    public static readonly string[] Ratings =
        ["rating", "ratings", "stars", "star", "bookrating", "overall", "score", "plays", "playcount"];

    /// <summary>Columns of times.</summary>
    public static readonly string[] Times =
    [
        "timestamp", "time", "datetime", "date", "eventtime", "unixreviewtime", "createdat", "unixtime", "ts", "invoicedate",
        "reviewtime", "dateadded",
    ];

    /// <summary>Columns of titles, in a file of items.</summary>
    public static readonly string[] Titles =
        ["title", "name", "movietitle", "booktitle", "itemname", "itemtitle", "productname", "producttitle", "description"];

    /// <summary>Columns of genres, in a file of items.</summary>
    public static readonly string[] Genres =
        ["genres", "genre", "categories", "category", "maincategory", "class", "tags", "subjects"];

    /// <summary>The column that is likeliest one of these, or null.</summary>
    public static string? Find(IReadOnlyList<string> columns, string[] names)
    {
        foreach (string name in names)
            if (columns.FirstOrDefault(column => Plain(column) == name) is { } found) return found;
        return null;
    }

    /// <summary>The column of this very name, or of this name with a type of RecBole; or null.</summary>
    public static string? FindExact(IReadOnlyList<string> columns, string name) => columns.FirstOrDefault(column =>
        string.Equals(column.Split(':')[0], name, StringComparison.OrdinalIgnoreCase));

    private static string Plain(string column) =>
        string.Concat(column.Split(':')[0].Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
