using System.Globalization;
using System.Text.Json.Serialization;
using ManualVae.Data;
using ManualVae.Serving;
using Spectre.Console;

namespace ManualVae.Tools.Runs;

/// <summary>One recommended or similar item, as a row of a table or of a file.</summary>
internal sealed record RankedRow(int Rank, string Item, string? Title, string? Genres, double Score, bool HeldOut = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Reason>? Why = null)
{
    /// <summary>The clicks that brought it up, as a field of a table: their ids, most first.</summary>
    public string WhyIds() => string.Join('|', (Why ?? []).Select(reason => reason.Id));
}

/// <summary>Ranked items by name.</summary>
internal static class RankedItems
{
    /// <summary>The rows of a list.</summary>
    /// <param name="items">The list, best first.</param>
    /// <param name="heldOut">Ids of held-out clicks, to be marked.</param>
    public static IReadOnlyList<RankedRow> Rows(IReadOnlyList<RankedItem> items, IReadOnlySet<string>? heldOut = null) =>
        [.. items.Select((item, r) => new RankedRow(r + 1, item.Id, item.Title, item.Genres, item.Score,
            heldOut?.Contains(item.Id) ?? false, item.Why))];

    /// <summary>The held-out clicks of a user; none if the evaluation has nothing to find for them.</summary>
    public static IReadOnlySet<string> HeldOut(PreparedDataset? data, string? id)
    {
        int user = data is null || id is null ? -1 : Array.IndexOf(data.UserIds, id);
        foreach (var part in new[] { data?.Test, data?.Validation })
            if (part is not null && user >= part.FirstUser && user < part.FirstUser + part.FoldIn.Rows)
                return part.HeldOut.RowColumns(user - part.FirstUser).ToArray().Select(item => data!.ItemIds[item]).ToHashSet();
        return new HashSet<string>();
    }

    /// <summary>A table of ranked items.</summary>
    public static void WriteTable(string title, IReadOnlyList<RankedRow> ranked, IAnsiConsole? console = null)
    {
        bool titles = ranked.Any(r => r.Title is not null), genres = ranked.Any(r => r.Genres is not null),
            hits = ranked.Any(r => r.HeldOut), why = ranked.Any(r => r.Why is not null);
        var table = Terminal.Table([">rank", "item", .. titles ? ["title"] : Array.Empty<string>(),
            .. genres ? ["genres"] : Array.Empty<string>(), ">score", .. hits ? ["held out"] : Array.Empty<string>(),
            .. why ? ["because of"] : Array.Empty<string>()]);
        foreach (var item in ranked)
            table.AddRow([
                item.Rank.ToString(CultureInfo.InvariantCulture), Markup.Escape(item.Item),
                .. titles ? [Markup.Escape(item.Title ?? "")] : Array.Empty<string>(),
                .. genres ? [$"[grey]{Markup.Escape(item.Genres?.Replace("|", ", ", StringComparison.Ordinal) ?? "")}[/]"]
                    : Array.Empty<string>(),
                item.Score.ToString("0.000", CultureInfo.InvariantCulture),
                .. hits ? [item.HeldOut ? "[green]✓ clicked[/]" : ""] : Array.Empty<string>(),
                .. why ? [Markup.Escape(Because(item.Why))] : Array.Empty<string>()]);
        console ??= Terminal.Results;
        console.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
        console.Write(table);
    }

    private static string Because(IReadOnlyList<Reason>? reasons) => string.Join("; ", (reasons ?? []).Select(reason =>
        string.Create(CultureInfo.InvariantCulture, $"{reason.Title ?? reason.Id} {reason.Contribution:+0.000}")));

    /// <summary>The first items by name, and how many more there are.</summary>
    public static string Named(Recommender recommender, IReadOnlyList<string> ids)
    {
        const int shown = 4;
        string names = string.Join("; ", ids.Take(shown).Select(recommender.NameOf));
        return ids.Count > shown ? $"{names} and {ids.Count - shown} more" : names.Length > 0 ? names : "nothing";
    }
}
