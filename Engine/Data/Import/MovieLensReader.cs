namespace ManualVae.Data.Import;

/// <summary>The three layouts of MovieLens by GroupLens. Titles and genres come from the file beside, if any.</summary>
internal static class MovieLensReader
{
    private static readonly string[] Genres100K =
    [
        "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
        "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
    ];

    /// <summary>100K: <c>u.data</c> (user, item, rating, time; tabs) and <c>u.item</c> ('|', Latin-1, 19 genre flags).</summary>
    public static void Read100K(ClickSource source)
    {
        string path = SourceFiles.Find(source.Options.Input, "u.data");
        if (SourceFiles.TryFindBeside(path, "u.item") is { } titles) Describe100K(source, titles);
        using var table = new TableReader(source.Files, path, "\t");
        ReadRatings(source, table, "user, item, rating and time, tab-separated");
    }

    private static void Describe100K(ClickSource source, string titles)
    {
        using var items = new TableReader(source.Files, titles, "|");
        while (items.Read())
        {
            if (items.FieldCount < 2) continue;
            var genres = new List<string>();
            for (int genre = 0; genre < Genres100K.Length && items.FieldCount == 5 + Genres100K.Length; genre++)
                if (items.Bytes(5 + genre).SequenceEqual("1"u8)) genres.Add(Genres100K[genre]);
            source.Descriptions[items.Text(0)] = (items.Text(1), genres.Count == 0 ? null : string.Join('|', genres));
        }
    }

    /// <summary>1M and 10M: <c>ratings.dat</c> (user::item::rating::time) and <c>movies.dat</c> (id::title::genres).</summary>
    public static void Read1M(ClickSource source)
    {
        string path = SourceFiles.Find(source.Options.Input, "ratings.dat");
        if (SourceFiles.TryFindBeside(path, "movies.dat") is { } titles) Describe1M(source, titles);
        using var table = new TableReader(source.Files, path, "::");
        ReadRatings(source, table, "user::item::rating::time");
    }

    /// <summary>A title may hold "::"; a film without genres or title is no reason to refuse the ratings.</summary>
    private static void Describe1M(ClickSource source, string titles)
    {
        using var items = new TableReader(source.Files, titles, "::");
        while (items.Read())
        {
            int last = items.FieldCount - 1;
            if (last < 1) continue;
            string title = string.Join("::", Enumerable.Range(1, Math.Max(1, last - 1)).Select(items.Text));
            source.Descriptions[items.Text(0)] = (title, last > 1 ? Genres(items.Text(last)) : null);
        }
    }

    /// <summary>20M, 25M, latest: <c>ratings.csv</c> and <c>movies.csv</c>, with headers.</summary>
    public static void ReadCsv(ClickSource source)
    {
        string path = SourceFiles.Find(source.Options.Input, "ratings.csv", "rating.csv");
        using (var table = new TableReader(source.Files, path, ",", hasHeader: true))
        {
            int user = table.Column("userId"), item = table.Column("movieId"), rating = table.Column("rating"),
                time = table.Column("timestamp");
            source.HasTimes = true;
            table.ForEach(() =>
            {
                table.Expect(4, 4, "userId, movieId, rating and timestamp");
                source.Add(source.Train, table, user, item, rating, time);
            });
        }
        if (SourceFiles.TryFindBeside(path, "movies.csv", "movie.csv") is not { } titles) return;
        using var items = new TableReader(source.Files, titles, ",", hasHeader: true, lenient: true);
        int id = items.Column("movieId"), title = items.Column("title"), genres = items.Column("genres");
        while (items.Read()) source.Descriptions[items.Text(id)] = (items.Text(title), Genres(items.Text(genres)));
    }

    private static void ReadRatings(ClickSource source, TableReader table, string layout)
    {
        source.HasTimes = true;
        table.ForEach(() =>
        {
            table.Expect(4, 4, layout);
            source.Add(source.Train, table, 0, 1, 2, 3);
        });
    }

    private static string? Genres(string text) => text is "" or "(no genres listed)" ? null : text;
}
