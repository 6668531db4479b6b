using System.CommandLine;
using System.Globalization;
using System.Text;
using ManualVae.Data;
using Spectre.Console;

namespace ManualVae.Tools;

/// <summary>One recommended or similar item.</summary>
internal sealed record RankedItem(int Rank, string Item, string? Title, string? Genres, double Score, bool HeldOut = false);

/// <summary><c>manualvae recommend</c>: the top K for a known user, for a list of items, or for all users into a file.</summary>
internal static class RecommendVerb
{
    private const int UsersAtOnce = 500;

    public static Command Create()
    {
        var run = Verb.Run();
        var user = new Option<string?>("--user") { Description = "A user of the data, by original id.", HelpName = "id" };
        var items = new Option<string[]>("--items")
        {
            Description = "For someone nobody trained on: the ids of items they clicked, separated by commas.",
                HelpName = "id,id,...", AllowMultipleArgumentsPerToken = true,
        };
        var itemsFile = new Option<string?>("--items-file") { Description = "The same from a file, one id a line.",
            HelpName = "file" };
        var all = new Option<bool>("--all") { Description = "All users of the data, into the file of --output." };
        var output = new Option<string?>("--output") {
            Description = "Tab-separated file for --all: user, rank, item, score, title.", HelpName = "file" };
        var top = Verb.Top();
        var json = Verb.Json();
        var model = new TrainedModel.Flags();
        return Verb.Create("recommend", "The best items for a user, for a list of items, or for all users.", parsed =>
        {
            var (id, list, file) = (parsed.GetValue(user), parsed.GetValue(items), parsed.GetValue(itemsFile));
            bool everyone = parsed.GetValue(all);
            if ((id is null ? 0 : 1) + (list is { Length: > 0 } || file is not null ? 1 : 0) + (everyone ? 1 : 0) != 1)
                throw new InputException("Give one of --user ID, --items ID,ID,... (or --items-file FILE), --all --output FILE.");
            if (everyone && parsed.GetValue(output) is null) throw new InputException("--all needs --output FILE.");
            int k = Verb.Positive("--top", parsed.GetValue(top));
            using var trained = model.Open(parsed, parsed.GetValue(run)!);
            if (everyone) return ForAll(trained, k, parsed.GetValue(output)!, parsed.GetValue(json));

            var history = id is not null
                ? History.OfUser(trained.Data, id)
                : History.OfItems(trained.Data, [.. (list ?? []).SelectMany(part =>
                    part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)), .. Lines(file)]);
            var ranked = Recommend(trained, history, k);
            var known = history.FoldIn.RowColumns(history.Row).ToArray();
            if (parsed.GetValue(json))
                Terminal.WriteJson(new { model = trained.Run.Manifest.Model, user = id,
                    history = known.Select(i => trained.Data.ItemIds[i]), recommendations = ranked });
            else WriteTable($"{(id is null ? "someone" : $"user {id}")} who clicked {Named(trained.Data, known)}", ranked);
            return Program.Done;
        }, [run, user, items, itemsFile, all, output, top, json, .. model.Options]);
    }

    /// <summary>The k best items for a history, those it holds excluded.</summary>
    public static IReadOnlyList<RankedItem> Recommend(TrainedModel trained, History history, int k)
    {
        var (items, scores) = (new int[k], new float[k]);
        trained.Recommender.Rank(history.FoldIn, history.Row, 1, k, items, scores);
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

    /// <summary>A few of the items by name, and how many more there are.</summary>
    public static string Named(PreparedDataset data, IReadOnlyList<int> items)
    {
        const int shown = 4;
        string names = string.Join("; ", items.Take(shown).Select(i => data.ItemTitles[i] ?? data.ItemIds[i]));
        return items.Count > shown ? $"{names} and {items.Count - shown} more" : names.Length > 0 ? names : "nothing";
    }

    private static int ForAll(TrainedModel trained, int k, string output, bool json)
    {
        var data = trained.Data;
        AtomicFile.Write(output, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine("user\trank\titem\tscore\ttitle");
            var (items, scores) = (new int[UsersAtOnce * k], new float[UsersAtOnce * k]);
            for (int user = 0; user < data.UserIds.Length;)
            {
                Verb.Cancellation.ThrowIfCancellationRequested();
                var first = History.OfUser(data, user);
                int count = Math.Min(UsersAtOnce, first.FoldIn.Rows - first.Row); // users of one matrix are neighbours in it
                trained.Recommender.Rank(first.FoldIn, first.Row, count, k, items.AsSpan(0, count * k),
                    scores.AsSpan(0, count * k));
                for (int row = 0; row < count; row++)
                    for (int r = 0; r < k && items[row * k + r] >= 0; r++)
                    {
                        int item = items[row * k + r];
                        writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                            $"{data.UserIds[user + row]}\t{r + 1}\t{data.ItemIds[item]}\t{scores[row * k + r]:R}\t{data.ItemTitles[item]}"));
                    }
                user += count;
            }
        });
        if (json) Terminal.WriteJson(new { model = trained.Run.Manifest.Model, users = data.UserIds.Length, top = k, output });
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{output}: {k} items for each of {data.UserIds.Length:#,0} users"));
        return Program.Done;
    }

    private static IEnumerable<string> Lines(string? file) =>
        file is null ? []
        : File.Exists(file) ? File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)
        : throw new InputException($"{file}: no such file; --items-file takes a file with one item id a line.");
}
