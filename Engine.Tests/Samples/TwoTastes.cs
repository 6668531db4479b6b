namespace ManualVae.Tests.Samples;

/// <summary>400 users and 60 films, as people bring them: odd users like odd films, even users even ones.</summary>
internal static class TwoTastes
{
    /// <summary>Ids of users and of films begin at 1.</summary>
    public const int Users = 400, Films = 60;

    /// <summary>The clicks.</summary>
    public static IEnumerable<(int User, int Film)> Clicks =>
        from user in Enumerable.Range(1, Users)
        from film in Enumerable.Range(1, Films)
        where film % 2 == user % 2 && (user * 7 + film * 11) % 3 != 0
        select (user, film);

    /// <summary>A CSV with the columns user and item.</summary>
    public static string Csv { get; } = Table("user,item", Clicks.Select(click => $"{click.User},{click.Film}"));

    /// <summary>A CSV as MovieLens publishes it: every click has 4 stars or more.</summary>
    public static string Ratings { get; } = Table("userId,movieId,rating,timestamp", Clicks.Select(click =>
        $"{click.User},{click.Film},{4 + (click.User + click.Film) % 2 / 2.0:0.0},{978300760 + click.Film}"));

    /// <summary>The films' titles and genres.</summary>
    public static string Titles { get; } = Table("movieId,title,genres", Enumerable.Range(1, Films).Select(film =>
        $"{film},\"Film {film}, The (1990)\",{(film % 2 == 0 ? "Comedy" : "Drama")}"));

    private static string Table(string header, IEnumerable<string> rows) => string.Join('\n', rows.Prepend(header)) + "\n";
}
