using System.Net;
using System.Text.RegularExpressions;
using ManualVae.Data.Import;

namespace ManualVae.Data.Attributes;

/// <summary>An attribute that is known by the name of its column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Columns">Names that its column has.</param>
internal sealed record Recognised(string Name, AttributeKind Kind, params string[] Columns)
{
    /// <summary>Width of the bins of a number, such as 10 for decades; null for quantiles.</summary>
    public double? Width { get; init; }

    /// <summary>Not taken unless it is asked for.</summary>
    public bool OnRequest { get; init; }

    /// <summary>All of them. The names of columns are as <see cref="ColumnNames.Find"/> compares them.</summary>
    public static IReadOnlyList<Recognised> All { get; } =
    [
        new("genres", AttributeKind.Categorical, "genres", "genre"),
        new("year", AttributeKind.Numeric, "year", "releaseyear", "yearofpublication", "publicationyear") { Width = 10 },
        new("rated", AttributeKind.Categorical, "rated"),
        new("directors", AttributeKind.Categorical, "directors", "director"),
        new("writers", AttributeKind.Categorical, "writers", "writer"),
        new("actors", AttributeKind.Categorical, "actors", "cast"),
        new("countries", AttributeKind.Categorical, "countries", "country"),
        new("plot", AttributeKind.Text, "plot", "overview", "synopsis"),
        new("title", AttributeKind.Text, "title") { OnRequest = true },
        new("description", AttributeKind.Text, "description"),
        new("features", AttributeKind.Text, "features", "feature"),
        new("brand", AttributeKind.Categorical, "brand", "store"),
        new("categories", AttributeKind.Categorical, "categories", "category"),
        // Tags are written by users: they tell who met the item, as clicks do.
        new("tags", AttributeKind.Categorical, "tag", "tags") { OnRequest = true },
    ];
}

/// <summary>Fields of published files as features need them.</summary>
internal static partial class FieldText
{
    /// <summary>Takes what stands in parentheses at the end of a title: "Heat (1995)" has 1995.</summary>
    public static string? YearOfTitle(string text) =>
        TitleYear().Match(text) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>The first four digits: OMDb writes series as "1995-1998".</summary>
    public static string? FirstYear(string text) => FourDigits().Match(text) is { Success: true } found ? found.Value : null;

    /// <summary>Names without what a person did: "Joe Ranft (story by), Pete Docter (screenplay)".</summary>
    public static string Names(string text) => Parentheses().Replace(text, "");

    /// <summary>Text of a web page: without tags, and with letters for their entities.</summary>
    public static string Plain(string text) => WebUtility.HtmlDecode(Tag().Replace(text, " "));

    [GeneratedRegex(@"\((\d{4})(?:[-\u2013]\d{0,4})?\)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex TitleYear();

    [GeneratedRegex(@"\d{4}", RegexOptions.CultureInvariant)]
    private static partial Regex FourDigits();

    [GeneratedRegex(@"\s*\([^()]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Parentheses();

    [GeneratedRegex("<[^<>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
