using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Studies;

/// <summary>The flags of a study: those of all studies, and its own options.</summary>
/// <typeparam name="TOptions">The study's options.</typeparam>
/// <param name="study">Name of the study.</param>
/// <param name="defaultUsers">Default number of sampled users.</param>
/// <param name="batch">Rows in one pass; null for the number of users or the run's batch, whichever is larger.</param>
/// <param name="toys">The study also takes a toy.</param>
internal sealed class StudyFlags<TOptions>(string study, int defaultUsers, int? batch = null, bool toys = false)
    where TOptions : class, IStudyOptions, new()
{
    private readonly SettingFlags<TOptions> _settings =
        new(new(), notes: new Dictionary<string, string> { [nameof(IStudyOptions.Seed)] = "The users are drawn with it too." });

    private readonly Option<string> _run = RunFlag(toys);

    private readonly ToyFlags? _toys = toys ? new() : null;

    private readonly ModelFlags _model = new();

    private readonly Option<int?> _users = new("--users")
    {
        Description = $"Training users sampled. [default: {defaultUsers}, or all there are]", HelpName = "n",
    };

    private readonly Option<string?> _ids = new("--user-ids")
    {
        Description = "These users instead of a sample.", HelpName = "id,id",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = $"Name of the study's folder in RUN/studies. [default: {study}; a study that is there is replaced]",
        HelpName = "name",
    };

    private readonly Option<bool> _json = Flags.Json();

    /// <summary>The defaults for a run; they are fitted to the number of users.</summary>
    public Func<StudiedModel, TOptions> Defaults { get; init; } = _ => new();

    /// <summary>Name of the folder where <c>--name</c> is not given, or null for the study's name.</summary>
    public Func<TOptions, string>? Folder { get; init; }

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options =>
        [_run, .. _toys?.Options ?? [], .. _model.StudyOptions, _users, _ids, _name, .. _settings.Options, _json];

    /// <summary>Opens the run or makes the toy, chooses the users, runs the study and prints the document or the lines.</summary>
    /// <exception cref="InputException">Not exactly one of a run and a toy, or what <see cref="Run"/> refuses.</exception>
    public int Study(ParseResult parsed,
        Func<StudiedModel, Population, TOptions, StudyFolder, (StudyOutput Output, IEnumerable<string> Lines)> study)
    {
        using var backend = Session.Backend("reference", threads: 1); // toys compute in double precision
        using var toy = _toys!.Open(parsed, backend, parsed.GetValue(_run), [.. _model.StudyOptions.OfType<Option>(), _name]);
        if (toy is null)
            return Run(parsed, (run, users, options, folder) => study(StudiedModel.Of(run), users, options, folder));
        Given(parsed, out var given, out int? asked);
        return Finish(parsed, StudiedModel.Of(toy),
            Choose(toy.Data, asked ?? toy.Users.Count, parsed.GetValue(_ids), given.Seed),
            (options, users) => _toys.Folder(parsed, StudyName, new { users, options }), study);
    }

    /// <summary>Opens the run, chooses the users, runs the study and prints the document or the lines.</summary>
    /// <exception cref="InputException">Not a run of an autoencoder, or users it does not have.</exception>
    public int Run(ParseResult parsed,
        Func<TrainedModel, Population, TOptions, StudyFolder, (StudyOutput Output, IEnumerable<string> Lines)> study)
    {
        Given(parsed, out var given, out int? asked);
        string? ids = parsed.GetValue(_ids), path = parsed.GetValue(_run)!;
        using var run = Open(parsed, path, batch ?? Math.Max(
            RunFolder.Open(path).Manifest.Settings.BatchSize, ids?.Split(',').Length ?? asked ?? defaultUsers));
        _ = run.Model; // refuses a baseline
        return Finish(parsed, StudiedModel.Of(run), Choose(run.Data, asked, ids, given.Seed),
            (options, users) => StudyFolder.Of(path, StudyName, parsed.GetValue(_name) ?? Folder?.Invoke(options),
                new { users, ids, options }),
            (_, users, options, folder) => study(run, users, options, folder));
    }

    private int Finish(ParseResult parsed, StudiedModel studied, Population users, Func<TOptions, int, StudyFolder> place,
        Func<StudiedModel, Population, TOptions, StudyFolder, (StudyOutput Output, IEnumerable<string> Lines)> study)
    {
        var options = _settings.Read(parsed, (TOptions)Defaults(studied).FittedTo(users.Count));
        var folder = place(options, users.Count);
        if (folder.Replaced() is string note) Terminal.Note(note);
        var (output, lines) = study(studied, users, options, folder);
        return output.Print(parsed.GetValue(_json), lines);
    }

    /// <summary>The options and the number of users that the command line gives; refuses those outside their ranges.</summary>
    private void Given(ParseResult parsed, out TOptions options, out int? users)
    {
        options = _settings.Read(parsed, new());
        options.Validate();
        users = parsed.GetValue(_users) is int count ? Flags.Positive("--users", count) : null;
    }

    private static Option<string> RunFlag(bool toys)
    {
        var flag = Flags.Run();
        flag.Required = !toys;
        return flag;
    }

    /// <summary>Opens a run with the flags of the device.</summary>
    public TrainedModel Open(ParseResult parsed, string path, int batch) =>
        _model.Open(parsed, path, batch, keepUnknown: false);

    private string StudyName { get; } = study;

    /// <summary>A random sample of the training users, or those of the given ids.</summary>
    private Population Choose(PreparedDataset data, int? asked, string? ids, ulong seed)
    {
        if (string.IsNullOrEmpty(ids))
        {
            int there = Enumerable.Range(0, data.Train.Rows).Count(user => data.Train.RowLength(user) > 0);
            if (asked is null && there < defaultUsers)
                Terminal.Note($"{Readable.Count(there, "training user")} with clicks; the study takes all.");
            return Population.Sample(data.Train, asked ?? Math.Min(there, defaultUsers), seed);
        }
        var index = new Dictionary<string, int>();
        for (int user = 0; user < data.Train.Rows; user++) index[data.UserIds[user]] = user;
        var users = new SortedSet<int>();
        foreach (string id in ids.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!index.TryGetValue(id, out int user))
                throw new InputException($"--user-ids {id}: no training user has that id; they are in the second column of "
                    + $"{Path.Combine(data.Directory, "users.tsv")}.");
            if (data.Train.RowLength(user) == 0) throw new InputException($"--user-ids {id}: this user has no training clicks.");
            users.Add(user);
        }
        if (users.Count == 0) throw new InputException($"--user-ids {ids}: names no user; give ids separated by commas.");
        return new(data.Train, [.. users]);
    }
}
