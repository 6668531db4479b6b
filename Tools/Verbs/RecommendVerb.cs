using System.CommandLine;
using ManualVae.Data;
using ManualVae.Serving;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae recommend</c>: the top K for a user, for a list of items, or for many people into a file.</summary>
internal static class RecommendVerb
{
    private const int ReasonsByDefault = 3;

    public static Command Create()
    {
        var run = Flags.Run();
        var output = new Option<string?>("--output")
        {
            Description = $"File to write: user, rank, item, score, title; {RankedFile.Layouts}. {OutputFile.Help}",
            HelpName = "file",
        };
        var history = Flags.History(
            "The clicks that count as a user's history: all that are known, or those that an evaluation shows.");
        var includeSeen = new Option<bool>("--include-seen") { Description = "List items of the history too." };
        var why = new Option<int?>("--why")
        {
            Description = $"Name the clicks that brought each item up, at most n of them ({ReasonsByDefault} without a number).",
            HelpName = "n", Arity = ArgumentArity.ZeroOrOne,
        };
        var json = Flags.Json();
        var (people, lists, model) = (new PeopleFlags(), new ListFlags(), new ModelFlags());
        return Verb.Create("recommend", "The best items for a user, a list of items, or many people.", parsed =>
        {
            bool many = people.AreMany(parsed);
            string? target = parsed.GetValue(output);
            if (many && target is null)
                throw new InputException("--all, --users-file and --histories need --output FILE.");
            OutputFile.RefuseTwo("--output", target, parsed.GetValue(json));
            int reasons = parsed.GetResult(why) is null ? 0
                : Flags.Positive("--why", parsed.GetValue(why) ?? ReasonsByDefault);
            var wanted = lists.Read(parsed) with { IncludeSeen = parsed.GetValue(includeSeen), Why = reasons };
            using var recommender = model.OpenForRecommending(
                parsed, parsed.GetValue(run)!, parsed.GetValue(history) == "shown", batch: many ? 500 : 1);
            return many ? ForMany(recommender, people.Many(parsed, recommender, wanted), wanted, target!, parsed.GetValue(json))
                : ForOne(recommender, people.One(parsed, recommender, wanted), target, parsed.GetValue(json));
        }, [run, .. people.Options, history, .. lists.Options, includeSeen, why, output, json, .. model.Options]);
    }

    private static int ForOne(Recommender recommender, Query query, string? target, bool json)
    {
        var answer = recommender.Recommend([query])[0];
        NoteUnknown(recommender, answer.Unknown);
        if (answer.FromPopularity)
            Terminal.Note("no click is known of this person, so these are the most popular items.");
        var ranked = RankedItems.Rows(answer.Items, RankedItems.HeldOut(recommender.Data, query.User));
        if (target is not null) RankedFile.Write(target, ranked.Select(row => (query.User, row)), query.Why > 0);
        if (json)
            Terminal.WriteJson(new
            {
                model = recommender.Model, user = query.User, answer.History, recommendations = ranked, answer.Unknown,
            });
        else if (target is not null) OutputFile.Messages(target).WriteLine($"{target}: {Readable.Count(ranked.Count, "item")}");
        else RankedItems.WriteTable($"{(query.User is null ? "someone" : $"user {query.User}")} who clicked "
            + $"{RankedItems.Named(recommender, answer.History)}", ranked);
        return ExitCode.Done;
    }

    private static int ForMany(
        Recommender recommender, IReadOnlyList<(string Name, Query Query)> people, Query wanted, string target, bool json)
    {
        var job = new RecommendationJob(recommender, people);
        RankedFile.Write(target, job.Rows(), wanted.Why > 0);
        NoteUnknown(recommender, job.Unknown);
        if (job.FromPopularity > 0)
            Terminal.Note($"no click is known of {Readable.Count(job.FromPopularity, "user")}, who got the most "
                + "popular items.");
        if (json)
            Terminal.WriteJson(new
            {
                model = recommender.Model, users = people.Count, top = wanted.Top, output = target, job.Unknown,
            });
        else OutputFile.Messages(target).WriteLine(
            $"{target}: {Readable.Count(wanted.Top, "item")} for each of {Readable.Count(people.Count, "user")}");
        return ExitCode.Done;
    }

    private static void NoteUnknown(Recommender recommender, IReadOnlyCollection<string> unknown)
    {
        if (unknown.Count == 0) return;
        Terminal.Note($"skipped {Readable.Count(unknown.Count, "item id")} that {recommender.Run!.Path} does "
            + $"not know ({string.Join(", ", unknown.Take(3))}{(unknown.Count > 3 ? ", ..." : "")}); "
            + $"ids look like {string.Join(", ", recommender.Items.Ids.Take(3))}.");
    }
}
