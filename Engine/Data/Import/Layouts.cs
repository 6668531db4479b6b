namespace ManualVae.Data.Import;

/// <summary>
/// The published layouts that <see cref="LayoutDetection"/> knows, most particular first. A layout whose name is that of a format
/// with a reader of its own only says how to know it.
/// </summary>
internal static class Layouts
{
    private const string Tab = "\t", Events = "every kind of event is a click";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Layout> All { get; } =
    [
        new("pro-sg", "the published Mult-VAE folder", _ => { }) { Files = ["unique_sid.txt"], ByName = true },
        new("ncf", "the files of Neural Collaborative Filtering", NcfReader.Read)
        {
            Files = ["*.test.negative", "*.train.rating"], ByName = true,
        },
        new("movielens-100k", "MovieLens 100K", MovieLensReader.Read100K) { Files = ["u.data"], ByName = true },
        new("movielens-1m", "MovieLens 1M or 10M", MovieLensReader.Read1M)
        {
            Files = ["ratings.dat"], Lines = @"\A[^:\r\n]+::[^:\r\n]+::[\d.]+::\d+\r?$",
        },
        new("movielens", "MovieLens 20M, 25M or latest", MovieLensReader.ReadCsv)
        {
            Files = ["ratings.csv", "rating.csv"], Lines = """\A\W*userId"?,"?movieId"?,"?rating"?,"?timestamp\b""",
        },
        new("netflix", "the Netflix prize", NetflixReader.Read)
        {
            Files = ["combined_data_*.txt", "mv_*.txt"], Lines = @"\A\d+:\r?\n\d+,[1-5],\d{4}-\d\d-\d\d\r?$",
        },
        new("msd", "play counts of the Million Song dataset", PairsReader.ReadMillionSong)
        {
            Files = ["train_triplets.txt"], Lines = @"\A[0-9a-f]{40}\tSO[0-9A-Z]{16}\t\d+\r?$",
        },
        new("recbole", "a RecBole atomic file", ColumnReader.ReadCsv)
        {
            Files = ["*.inter"], Lines = @"\A.*\b\w+:token\b", Separator = Tab,
        },
        new("book-crossing", "Book-Crossing", ColumnReader.ReadCsv)
        {
            Files = ["BX-Book-Ratings.csv", "Ratings.csv"], User = "User-ID", Item = "ISBN", Rating = "Book-Rating",
            Lines = """\A\W*User-ID\W+ISBN\W+Book-Rating\b""", Note = "a rating of 0 means read but not rated",
        },
        new("retailrocket", "RetailRocket events", ColumnReader.ReadCsv)
        {
            Files = ["events.csv"], User = "visitorid", Item = "itemid", Time = "timestamp", Lines = @"\A.*\btransactionid\b",
            Note = Events,
        },
        new("rees46", "REES46 events", ColumnReader.ReadCsv)
        {
            Files = ["20??-*.csv", "events.csv"], User = "user_id", Item = "product_id", Time = "event_time",
            Lines = @"\A.*\bevent_type\b", Note = Events,
        },
        new("lastfm-360k", "Last.fm 360K", ColumnReader.Read)
        {
            Files = ["usersha1-artmbid-artname-plays.tsv"], Separator = Tab, User = "1", Item = "3", Rating = "4",
            Lines = @"\A[0-9a-f]{40}\t[0-9a-f-]*\t[^\t]+\t *\d+\r?$", Note = "items are artists by name",
        },
        new("lastfm-1k", "Last.fm 1K", ColumnReader.Read)
        {
            Files = ["userid-timestamp-artid-artname-traid-traname.tsv"], Separator = Tab, User = "1", Item = "4", Time = "2",
            Lines = @"\Auser_\d+\t\d{4}-\d\d-\d\dT[^\t]+\t[^\t]*\t[^\t]+\t", Note = "items are artists by name",
        },
        new("steam-200k", "Steam 200K", ColumnReader.ReadQuoted)
        {
            Files = ["steam-200k.csv"], Separator = ",", User = "1", Item = "2", Lines = @"\A\d+,.+,(purchase|play),[\d.]+,0\r?$",
            Note = "a purchase is a click, and play too",
        },
        new("yoochoose", "Yoochoose clicks", ColumnReader.Read)
        {
            Files = ["yoochoose-clicks.dat"], Separator = ",", User = "1", Item = "3", Time = "2",
            Lines = @"\A\d+,\d{4}-\d\d-\d\dT[\d:.]+Z,\d+,", Note = "users are sessions",
        },
        new("foursquare", "Foursquare check-ins of New York and Tokyo", ColumnReader.Read)
        {
            Files = ["dataset_TSMC2014_*.txt"], Separator = Tab, User = "1", Item = "2", Time = "8",
            Lines = @"\A\d+\t[0-9a-f]{24}\t[0-9a-f]{24}\t",
        },
        new("foursquare-global", "Foursquare check-ins of the world", ColumnReader.Read)
        {
            Files = ["dataset_TIST2015_Checkins.txt"], Separator = Tab, User = "1", Item = "2", Time = "3",
            Lines = @"\A\d+\t[0-9a-f]{24}\t\w{3} \w{3} \d\d ",
        },
        new("gowalla", "Gowalla or Brightkite check-ins", ColumnReader.Read)
        {
            Files = ["*_totalCheckins.txt"], Separator = Tab, User = "1", Item = "5", Time = "2",
            Lines = @"\A\d+\t\d{4}-\d\d-\d\dT[\d:]+Z\t-?[\d.]+\t-?[\d.]+\t\w+\r?$",
        },
        new("mind", "MIND behaviours", MindReader.Read)
        {
            Files = ["behaviors.tsv"], Lines = @"\A\d+\tU\d+\t[^\t]+\t[^\t]*\tN\d+-[01]",
            Note = "history and clicked impressions",
        },
        new("citeulike", "CiteULike libraries", ItemListReader.Read) { Files = ["users.dat"], Lines = @"\A\d+( \d+)+ *\r?$",
            ByName = true },
        new("amazon-ratings", "Amazon ratings, user first (2014)", ColumnReader.Read)
        {
            Files = ["ratings_*.csv"], Separator = ",", User = "1", Item = "2", Rating = "3", Time = "4",
            Lines = @"\AA[0-9A-Z]{9,20},(B[0-9A-Z]{9}|\d{9}[\dX]),[\d.]+,\d+\r?$",
        },
        new("amazon-ratings-2018", "Amazon ratings, item first (2018)", ColumnReader.Read)
        {
            Files = ["*.csv"], Separator = ",", User = "2", Item = "1", Rating = "3", Time = "4",
            Lines = @"\A(B[0-9A-Z]{9}|\d{9}[\dX]),A[0-9A-Z]{9,20},[\d.]+,\d+\r?$",
        },
        new("goodreads-csv", "Goodreads interactions", ColumnReader.ReadCsv)
        {
            Files = ["goodreads_interactions.csv"], User = "user_id", Item = "book_id", Rating = "rating",
            Lines = @"\Auser_id,book_id,is_read,",
        },
        Json("amazon-2018", "Amazon reviews of 2014 or 2018", "reviewerID", "asin", "overall", "unixReviewTime"),
        Json("amazon-2023", "Amazon reviews of 2023", "user_id", "parent_asin", "rating", "timestamp"),
        Json("yelp", "Yelp reviews", "user_id", "business_id", "stars", "date"),
        Json("goodreads", "Goodreads interactions", "user_id", "book_id", "rating", "date_added"),
        new("lightgcn", "the lists of LightGCN", LightGcnReader.Read)
        {
            Files = ["train.txt"], ByName = true, // lines of many or of different numbers of items
            Lines = @"^\d+( \d+){4,} *\r?$|^\d+( \d+){2,} *\r?\n\d+( \d+)? *\r?$|^\d+( \d+)? *\r?\n\d+( \d+){2,} *\r?$",
        },
        new("parquet", "a Parquet file", ParquetClicks.Read) { Files = ["*.parquet"], Lines = @"\APAR1" },
        new("jsonl", "JSON lines", JsonLines.Read)
        {
            Files = ["*.jsonl", "*.json", "*.ndjson"], Lines = "\\A\\{\\s*\"",
        },
        new("csv", "a table", ColumnReader.ReadCsv) { Files = ["*.csv", "*.tsv"] },
        new("pairs", "clicks without a header", PairsReader.Read)
        {
            Files = ["train.*"], Lines = @"\A\d+(\t|::|,|;| )\d+((\t|::|,|;| )[\d.]+){0,2}\r?$",
        },
    ];

    /// <summary>The layout of a name, or null.</summary>
    public static Layout? Named(string name) => All.FirstOrDefault(layout => layout.Name == name);

    private static Layout Json(string name, string what, string user, string item, string rating, string time) =>
        new(name, what, JsonLines.Read)
        {
            Files = ["*.json", "*.jsonl"], User = user, Item = item, Rating = rating, Time = time,
            Lines = $$"""\A(?=\{)(?=.*"{{user}}" *:)(?=.*"{{item}}" *:)(?=.*"{{rating}}" *:)""",
        };
}
