using System.Text.RegularExpressions;

namespace ManualVae.Data.Attributes;

/// <summary>A published file of items: how to know it, and what its columns are.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Lines">What its first lines match.</param>
internal sealed record ItemLayout(string Name, string Lines)
{
    /// <summary>Columns of a file without a header, separated by "::"; the second one may hold "::" itself.</summary>
    public string[]? Columns { get; init; }
    /// <summary>Separates the columns of a file without a header.</summary>
    public const string Separates = "::";
    /// <summary>The column of ids; null recognises it.</summary>
    public string? Id { get; init; }
    /// <summary>What separates the values in a field.</summary>
    public string Separator { get; init; } = "|";
    /// <summary>Attributes that are taken here though they are taken elsewhere on request only.</summary>
    public string[] Also { get; init; } = [];
    /// <summary>Makes a field of a column what features need; null leaves it as it is.</summary>
    public Func<string, Func<string, string?>?> Clean { get; init; } = _ => null;

    /// <summary>All of them, most particular first.</summary>
    public static IReadOnlyList<ItemLayout> All { get; } =
    [
        new("the films of MovieLens with what OMDb knows of them", @"\A\d+::.+::\d{4}[^:]*(::[^\r\n]*){8}\r?$")
        {
            Columns = ["id", "title", "year", "rated", "released", "genres", "directors", "writers", "actors", "plot", "poster"],
            Separator = ",",
            Clean = column => column switch
            {
                "year" => FieldText.FirstYear,
                "directors" or "writers" or "actors" => FieldText.Names,
                _ => null,
            },
        },
        new("MovieLens tags", @"\A\d+::\d+::.*::\d{9,}\r?$") { Columns = ["user", "movie", "tag", "time"], Id = "movie" },
        new("MovieLens films", @"\A\d+::.+::[^\r\n]*\r?$") { Columns = ["id", "title", "genres"] },
        new("Amazon metadata", """\A\{.*"(parent_)?asin":""")
        {
            Also = ["title"],
            Clean = column => column is "title" or "description" or "feature" or "features" ? FieldText.Plain : null,
        },
    ];

    /// <summary>The layout of a file by its beginning, or null.</summary>
    public static ItemLayout? Of(string beginning) => All.FirstOrDefault(layout =>
        Regex.IsMatch(beginning, layout.Lines, RegexOptions.Multiline | RegexOptions.CultureInvariant));
}
