using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Tools.Runs;
using Spectre.Console;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae recommend</c>: the top K for a known user, for a list of items, or for all users into a file.</summary>
internal static class RecommendVerb
{
    private const int UsersAtOnce = 500;

    public static Command Create()
    {
        var run = Flags.Run();
        var user = new Option<string?>("--user") { Description = "A user of the data, by original id.", HelpName = "id" };
        var items = new Option<string[]>("--items")
        {
            Description = "For a new user: the ids of the items they clicked, separated by commas.",
            HelpName = "id,id,...", AllowMultipleArgumentsPerToken = true,
        };
        var itemsFile = new Option<string?>("--items-file")
        {
            Description = "The same from a file, one id a line.", HelpName = "file",
        };
        var all = new Option<bool>("--all") { Description = "All users of the data, into the file of --output." };
        var output = new Option<string?>("--output")
        {
            Description = $"File to write: user, rank, item, score, title; {RankedFile.Layouts}. {OutputFile.Help}",
            HelpName = "file",
        };
        var top = Flags.Top();
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create("recommend", "The best items for a user, for a list of items, or for all users.", parsed =>
        {
            var (id, list, file) = (parsed.GetValue(user), parsed.GetValue(items), parsed.GetValue(itemsFile));
            bool everyone = parsed.GetValue(all);
            if ((id is null ? 0 : 1) + (list is { Length: > 0 } || file is not null ? 1 : 0) + (everyone ? 1 : 0) != 1)
                throw new InputException("Give one of --user ID, --items ID,ID,... (or --items-file FILE), --all --output FILE.");
            if (everyone && parsed.GetValue(output) is null) throw new InputException("--all needs --output FILE.");
            string? target = parsed.GetValue(output);
            OutputFile.RefuseTwo("--output", target, parsed.GetValue(json));
            int k = Flags.Positive("--top", parsed.GetValue(top));
            using var trained = model.Open(parsed, parsed.GetValue(run)!);
            if (everyone) return ForAll(trained, k, target!, parsed.GetValue(json));

            var history = id is not null
                ? History.OfUser(trained.Data, id)
                : History.OfItems(trained.Data, [.. (list ?? []).SelectMany(part =>
                    part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)), .. Lines(file)]);
            var ranked = RankedItems.Recommend(trained, history, k);
            var known = history.FoldIn.RowColumns(history.Row).ToArray();
            if (target is not null) RankedFile.Write(target, ranked.Select(item => (id, item)));
            if (parsed.GetValue(json))
                Terminal.WriteJson(new
                {
                    model = trained.Folder.Manifest.Model, user = id,
                    history = known.Select(i => trained.Data.ItemIds[i]), recommendations = ranked
                });
            else if (target is not null)
                OutputFile.Messages(target).WriteLine($"{target}: {Readable.Count(ranked.Count, "item")}");
            else RankedItems.WriteTable($"{(id is null ? "someone" : $"user {id}")} who clicked "
                + $"{RankedItems.Named(trained.Data, known)}", ranked);
            return ExitCode.Done;
        }, [run, user, items, itemsFile, all, output, top, json, .. model.Options]);
    }

    private static int ForAll(TrainedModel trained, int k, string output, bool json)
    {
        var data = trained.Data;
        RankedFile.Write(output, Everybody(trained, k));
        if (json) Terminal.WriteJson(new { model = trained.Folder.Manifest.Model, users = data.UserIds.Length, top = k, output });
        else OutputFile.Messages(output).WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{output}: {Readable.Count(k, "item")} for each of {Readable.Count(data.UserIds.Length, "user")}"));
        return ExitCode.Done;
    }

    private static IEnumerable<(string? User, RankedItem Item)> Everybody(TrainedModel trained, int k)
    {
        var data = trained.Data;
        var (items, scores) = (new int[UsersAtOnce * k], new float[UsersAtOnce * k]);
        for (int user = 0; user < data.UserIds.Length;)
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            var first = History.OfUser(data, user);
            int count = Math.Min(UsersAtOnce, first.FoldIn.Rows - first.Row); // users of one matrix are neighbours in it
            trained.Serving.Rank(first.FoldIn, first.Row, count, k, items.AsSpan(0, count * k), scores.AsSpan(0, count * k));
            for (int row = 0; row < count; row++)
                for (int r = 0; r < k && items[row * k + r] >= 0; r++)
                    yield return (data.UserIds[user + row],
                        RankedItems.Describe(data, r, items[row * k + r], scores[row * k + r]));
            user += count;
        }
    }

    private static IEnumerable<string> Lines(string? file) =>
        file is null ? []
        : File.Exists(file) ? File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)
        : throw new InputException($"{file}: no such file; --items-file takes a file with one item id a line.");
}
