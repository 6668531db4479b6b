using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Serving;
using ManualVae.Tools.Runs;

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
        var history = new Option<string>("--history")
        {
            Description = "The clicks that count as a user's history: all that are known, or those that an evaluation shows.",
            HelpName = "all|shown", DefaultValueFactory = _ => "all",
        }.AcceptOnlyFromAmong("all", "shown");
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
            using var recommender = model.OpenForRecommending(parsed, parsed.GetValue(run)!, parsed.GetValue(history) == "shown");
            if (everyone) return ForAll(recommender, k, target!, parsed.GetValue(json));

            string[] clicked = id is not null ? [] : [.. (list ?? []).SelectMany(part =>
                part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)), .. Lines(file)];
            var answer = id is not null ? recommender.Recommend(id, k) : recommender.Recommend(clicked, k);
            Notes(recommender, answer);
            var ranked = RankedItems.Rows(answer.Items, RankedItems.HeldOut(recommender.Data, id));
            if (target is not null) RankedFile.Write(target, ranked.Select(item => (id, item)));
            if (parsed.GetValue(json))
                Terminal.WriteJson(new
                {
                    model = recommender.Model, user = id, answer.History, recommendations = ranked, answer.Unknown,
                });
            else if (target is not null)
                OutputFile.Messages(target).WriteLine($"{target}: {Readable.Count(ranked.Count, "item")}");
            else RankedItems.WriteTable($"{(id is null ? "someone" : $"user {id}")} who clicked "
                + $"{RankedItems.Named(recommender, answer.History)}", ranked);
            return ExitCode.Done;
        }, [run, user, items, itemsFile, all, history, output, top, json, .. model.Options]);
    }

    private static void Notes(Recommender recommender, Recommendations answer)
    {
        if (answer.Unknown is { Count: > 0 } unknown)
            Console.Error.WriteLine($"note: skipped {Readable.Count(unknown.Count, "item id")} that {recommender.Run!.Path} does "
                + $"not know ({string.Join(", ", unknown.Take(3))}{(unknown.Count > 3 ? ", ..." : "")}); "
                + $"ids look like {string.Join(", ", recommender.Items.Ids.Take(3))}.");
        if (answer.FromPopularity)
            Console.Error.WriteLine("note: no click is known of this person, so these are the most popular items.");
    }

    private static int ForAll(Recommender recommender, int k, string output, bool json)
    {
        int users = recommender.Users.Count;
        RankedFile.Write(output, Everybody(recommender, k));
        if (json) Terminal.WriteJson(new { model = recommender.Model, users, top = k, output });
        else OutputFile.Messages(output).WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{output}: {Readable.Count(k, "item")} for each of {Readable.Count(users, "user")}"));
        return ExitCode.Done;
    }

    private static IEnumerable<(string? User, RankedRow Item)> Everybody(Recommender recommender, int k)
    {
        foreach (string[] users in recommender.Users.Chunk(UsersAtOnce))
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            foreach (var answer in recommender.Recommend([.. users.Select(user => new Query { User = user, Top = k })]))
                foreach (var row in RankedItems.Rows(answer.Items)) yield return (answer.User, row);
        }
    }

    private static IEnumerable<string> Lines(string? file) =>
        file is null ? []
        : File.Exists(file) ? File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)
        : throw new InputException($"{file}: no such file; --items-file takes a file with one item id a line.");
}
