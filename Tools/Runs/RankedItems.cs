using System.Globalization;
using ManualVae.Data;
using Spectre.Console;

namespace ManualVae.Tools.Runs;

/// <summary>One recommended or similar item.</summary>
internal sealed record RankedItem(int Rank, string Item, string? Title, string? Genres, double Score, bool HeldOut = false);

/// <summary>Ranked items by name.</summary>
internal static class RankedItems
{
    /// <summary>The k best items for a history, those it holds excluded.</summary>
    public static IReadOnlyList<RankedItem> Recommend(TrainedModel trained, History history, int k)
    {
        if (!history.FoldIn.RowColumns(history.Row).ToArray().Any(trained.Knows))
            Console.Error.WriteLine("note: no click is known of this person, so these are the most popular items.");
        var (items, scores) = (new int[k], new float[k]);
        trained.Serving.Rank(history.FoldIn, history.Row, 1, k, items, scores);
        return [.. items.TakeWhile(item => item >= 0)
            .Select((item, r) => Describe(trained.Data, r, item, scores[r], history.HeldOut.AsSpan().BinarySearch(item) >= 0))];
    }

    /// <summary>An item with what is known of it.</summary>
    public static RankedItem Describe(PreparedDataset data, int rank, int item, double score, bool heldOut = false) =>
        new(rank + 1, data.ItemIds[item], data.ItemTitles[item], data.ItemGenres[item], score, heldOut);

    /// <summary>A table of ranked items.</summary>
    public static void WriteTable(string title, IReadOnlyList<RankedItem> ranked, IAnsiConsole? console = null)
    {
        bool titles = ranked.Any(r => r.Title is not null), genres = ranked.Any(r => r.Genres is not null),
            hits = ranked.Any(r => r.HeldOut);
        var table = Terminal.Table([">rank", "item", .. titles ? ["title"] : Array.Empty<string>(),
            .. genres ? ["genres"] : Array.Empty<string>(), ">score", .. hits ? ["held out"] : Array.Empty<string>()]);
        foreach (var item in ranked)
            table.AddRow([
                item.Rank.ToString(CultureInfo.InvariantCulture), Markup.Escape(item.Item),
                .. titles ? [Markup.Escape(item.Title ?? "")] : Array.Empty<string>(),
                .. genres ? [$"[grey]{Markup.Escape(item.Genres?.Replace("|", ", ", StringComparison.Ordinal) ?? "")}[/]"]
                    : Array.Empty<string>(),
                item.Score.ToString("0.000", CultureInfo.InvariantCulture),
                .. hits ? [item.HeldOut ? "[green]✓ clicked[/]" : ""] : Array.Empty<string>()]);
        console ??= Terminal.Results;
        console.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
        console.Write(table);
    }

    /// <summary>The first items by name, and how many more there are.</summary>
    public static string Named(PreparedDataset data, IReadOnlyList<int> items)
    {
        const int shown = 4;
        string names = string.Join("; ", items.Take(shown).Select(i => data.ItemTitles[i] ?? data.ItemIds[i]));
        return items.Count > shown ? $"{names} and {items.Count - shown} more" : names.Length > 0 ? names : "nothing";
    }
}
