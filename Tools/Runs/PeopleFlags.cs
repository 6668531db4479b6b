using System.CommandLine;
using ManualVae.Data;
using ManualVae.Data.Import;
using ManualVae.Serving;

namespace ManualVae.Tools.Runs;

/// <summary>The flags that say for whom items are wanted: one person, or many.</summary>
internal sealed class PeopleFlags
{
    private readonly Option<string?> _user = new("--user")
    {
        Description = "A user of the data, by original id.", HelpName = "id",
    };

    private readonly Option<string[]> _items = new("--items")
    {
        Description = "For a new user: the items they clicked, by id or title, separated by commas.",
        HelpName = "id,id,...", AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _itemsFile = new("--items-file")
    {
        Description = "The same from a file, one id a line.", HelpName = "file",
    };

    private readonly Option<bool> _all = new("--all") { Description = "All users of the data, into the file of --output." };

    private readonly Option<string?> _usersFile = new("--users-file")
    {
        Description = "Users of the data from a file, one id a line, into the file of --output.", HelpName = "file",
    };

    private readonly Option<string?> _histories = new("--histories")
    {
        Description = "People nobody trained on, into the file of --output: a file of users and items, as data import "
            + "reads them.",
        HelpName = "file",
    };

    private readonly Option<string?> _part = new("--part")
    {
        Description = "With many people: part I of N, such as 2/8. All parts in their order are the whole.", HelpName = "I/N",
    };

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_user, _items, _itemsFile, _all, _usersFile, _histories, _part];

    /// <summary>True for many people, false for one.</summary>
    /// <exception cref="InputException">The flags contradict each other.</exception>
    public bool AreMany(ParseResult parsed)
    {
        bool[] many = [parsed.GetValue(_all), parsed.GetValue(_usersFile) is not null, parsed.GetValue(_histories) is not null];
        bool[] one = [parsed.GetValue(_user) is not null,
            parsed.GetValue(_items) is { Length: > 0 } || parsed.GetValue(_itemsFile) is not null];
        if (many.Concat(one).Count(given => given) != 1)
            throw new InputException("Give one of --user ID, --items ID,ID,... (or --items-file FILE), --all, --users-file FILE, "
                + "--histories FILE; the last three with --output FILE.");
        Part.Parse(parsed.GetValue(_part));
        if (one.Any(given => given) && parsed.GetValue(_part) is not null)
            throw new InputException("--part: is for --all, --users-file and --histories; leave it out.");
        return many.Any(given => given);
    }

    /// <summary>The id of the one user that was asked about, or null.</summary>
    public string? User(ParseResult parsed) => parsed.GetValue(_user);

    /// <summary>What is asked for the one person.</summary>
    /// <exception cref="InputException">A file is missing, or a title may mean several items.</exception>
    public Query One(ParseResult parsed, Recommender recommender, Query wanted)
    {
        if (User(parsed) is { } user) return wanted with { User = user };
        var items = (parsed.GetValue(_items) ?? []).SelectMany(text => Items(recommender, text));
        return wanted with { Items = [.. items, .. IdFile.Read("--items-file", parsed.GetValue(_itemsFile)) ?? []] };
    }

    /// <summary>What is asked for each of many people, with their names. Unknown users are left out and said.</summary>
    /// <exception cref="InputException">A file is missing or cannot be read.</exception>
    public IReadOnlyList<(string Name, Query Query)> Many(ParseResult parsed, Recommender recommender, Query wanted)
    {
        var part = Part.Parse(parsed.GetValue(_part));
        if (parsed.GetValue(_histories) is { } path)
            return [.. part.Of(HistoryFile.Read(path, Terminal.Note, Session.Cancellation))
                .Select(person => (person.User, wanted with { Items = person.Items }))];
        var users = IdFile.Read("--users-file", parsed.GetValue(_usersFile), "user") ?? [.. recommender.Users];
        string[] known = [.. users.Where(recommender.KnowsUser)];
        if (known.Length == 0)
            throw new InputException(recommender.Users.Count == 0 ? "The run's data is missing or has no users."
                : $"--users-file: none of its users is among the {recommender.Users.Count} of the data; ids look like "
                    + $"{string.Join(", ", recommender.Users.Take(3))}.");
        if (known.Length < users.Length)
            Terminal.Note($"skipped {Readable.Count(users.Length - known.Length, "user")} that the data does not have "
                + $"({string.Join(", ", users.Except(known).Take(3))}).");
        return [.. part.Of(known).Select(user => (user, wanted with { User = user }))];
    }

    // Ids or titles with commas between them; but a title may hold commas itself.
    private static IEnumerable<string> Items(Recommender recommender, string text)
    {
        if (text.Contains(',') && recommender.ItemNamed(text) is { } whole) return [Said(recommender, text, whole)];
        return text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => recommender.ItemNamed(part) is { } id ? Said(recommender, part, id) : part);
    }

    private static string Said(Recommender recommender, string text, string id)
    {
        if (text != id) Terminal.Note($"'{text}' is {id}, {recommender.NameOf(id)}.");
        return id;
    }
}
