using ManualVae.Data;
using ManualVae.Serving;

namespace ManualVae.Tools.Serve;

/// <summary>
/// A run in service under its folder's name. A new run in the folder takes over while the old one ends its requests.
/// </summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly string _run;
    private readonly Func<string, Recommender> _load;
    private readonly ServeOptions _options;
    private readonly Metrics _metrics;
    private readonly SemaphoreSlim _reloading = new(1);
    private Generation _current;
    private string _served, _seen;

    /// <summary>Loads the run.</summary>
    /// <exception cref="InputException">It cannot be opened.</exception>
    public ServedModel(string run, Func<string, Recommender> load, ServeOptions options, Metrics metrics)
    {
        (_run, _load, _options, _metrics) = (run, load, options, metrics);
        Name = Readable.Folder(run);
        (_current, _served) = Load();
        _seen = _served;
    }

    /// <summary>The name of the run's folder.</summary>
    public string Name { get; }

    /// <summary>The generation that new requests are given to; for looks only, it may close at any time.</summary>
    public Generation Current => Volatile.Read(ref _current);

    /// <summary>What is in service.</summary>
    public ModelState State
    {
        get
        {
            var generation = Current;
            var recommender = generation.Recommender;
            return new(Name, recommender.Model, recommender.Items.Count, recommender.Users.Count, generation.Dispatcher.Waiting,
                generation.Loaded);
        }
    }

    /// <summary>Enters the current generation; the caller leaves it.</summary>
    public Generation Enter()
    {
        while (true)
            if (Current is var generation && generation.TryEnter()) return generation;
    }

    /// <summary>
    /// Takes the new run into service, if one lies in the folder and no file of it has changed since the last look.
    /// </summary>
    /// <param name="now">Take what lies there, even if it is the run in service.</param>
    public async Task Look(bool now = false)
    {
        await _reloading.WaitAsync();
        try
        {
            string files = Files(Current.Recommender);
            bool settled = files == _seen;
            _seen = files;
            if (now || (settled && files != _served)) await Task.Run(Replace);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Current.Leave();
        await Current.Closed;
    }

    private void Replace()
    {
        try
        {
            var (next, files) = Load();
            Interlocked.Exchange(ref _current, next).Leave();
            _served = _seen = files;
            _metrics.CountReload(Name, "loaded");
            Console.Error.WriteLine($"{Name}: loaded anew ({Describe()})");
        }
        catch (Exception problem)
        {
            // The old run stays; a repaired one is taken when its files change again.
            _served = _seen;
            _metrics.CountReload(Name, "failed");
            string message = problem is InputException input ? input.Describe(Settings.SettingFlag.Of) : problem.Message;
            Console.Error.WriteLine($"{Name}: not loaded, the old run stays in service: {message}");
        }
    }

    /// <summary>Model, items, users.</summary>
    public string Describe()
    {
        var state = State;
        return $"{state.Model}, {Readable.Count(state.Items, "item")}, {Readable.Count(state.Users, "user")}";
    }

    // Files that change while they are read would mix two runs: what was read counts only if they are the same afterwards.
    private (Generation, string) Load()
    {
        for (int attempt = 1; ; attempt++)
        {
            string before = Files(null);
            var recommender = _load(_run);
            try
            {
                if (Files(null) == before) return (new(recommender, _options, _metrics), Files(recommender));
                if (attempt == 3) throw new InputException($"{_run}: its files keep changing; is a training still writing it?");
            }
            catch
            {
                recommender.Dispose();
                throw;
            }
            recommender.Dispose();
        }
    }

    // What tells one run from another: sizes and times of its files and of its data's manifest, behind links.
    private string Files(Recommender? loaded)
    {
        string best = Path.Combine(_run, "best.ckpt");
        string[] files = ["run.json", "items.tsv", "users.tsv", File.Exists(best) ? "best.ckpt" : "last.ckpt"];
        var paths = files.Select(file => Path.Combine(_run, file));
        if (loaded?.Data?.Directory is { Length: > 0 } data) paths = paths.Append(Path.Combine(data, "manifest.json"));
        return string.Join(' ', paths.Select(SizeAndTime));
    }

    private static string SizeAndTime(string path)
    {
        try
        {
            if (!File.Exists(path)) return path;
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return $"{path} {file.Length} {file.LastWriteTimeUtc.Ticks}";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return path; // it is being replaced, and differs at the next look
        }
    }
}
