using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Studies;

/// <summary>The flags of a study: those of all studies, and its own options.</summary>
/// <typeparam name="TOptions">The study's options.</typeparam>
/// <param name="defaultUsers">Default number of sampled users.</param>
/// <param name="batch">Rows in one pass; null for the number of users.</param>
internal sealed class StudyFlags<TOptions>(int defaultUsers, int? batch = null) where TOptions : class, IStudyOptions, new()
{
    private readonly SettingFlags<TOptions> _settings =
        new(new(), notes: new Dictionary<string, string> { [nameof(IStudyOptions.Seed)] = "The users are drawn with it too." });

    private readonly Option<string> _run = Flags.Run();

    private readonly ModelFlags _model = new();

    private readonly Option<int> _users = new("--users")
    {
        Description = "Training users sampled.", HelpName = "n", DefaultValueFactory = _ => defaultUsers,
    };

    private readonly Option<string?> _ids = new("--user-ids")
    {
        Description = "These users instead of a sample.", HelpName = "id,id",
    };

    private readonly Option<bool> _json = Flags.Json();

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_run, .. _model.StudyOptions, _users, _ids, .. _settings.Options, _json];

    /// <summary>Opens the run, chooses the users, runs the study and prints the document or the lines.</summary>
    /// <exception cref="InputException">Not a run of an autoencoder, or users it does not have.</exception>
    public int Run(ParseResult parsed,
        Func<TrainedModel, Population, TOptions, (StudyOutput Output, IEnumerable<string> Lines)> study)
    {
        var options = _settings.Read(parsed, new());
        options.Validate();
        int count = Flags.Positive("--users", parsed.GetValue(_users));
        string? ids = parsed.GetValue(_ids);
        using var run = Open(parsed, parsed.GetValue(_run)!, batch ?? Math.Max(count, ids?.Split(',').Length ?? 0));
        _ = run.Model; // refuses a baseline
        var (output, lines) = study(run, Choose(run.Data, count, ids, options.Seed), options);
        return output.Print(parsed.GetValue(_json), lines);
    }

    /// <summary>Opens a run with the flags of the device.</summary>
    public TrainedModel Open(ParseResult parsed, string path, int batch) =>
        _model.Open(parsed, path, batch, keepUnknown: false);

    /// <summary>A random sample of the training users, or those of the given ids.</summary>
    private static Population Choose(PreparedDataset data, int count, string? ids, ulong seed)
    {
        if (string.IsNullOrEmpty(ids)) return Population.Sample(data.Train, count, seed);
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
