namespace ManualVae.Data.Import;

/// <summary>What a format's reader produces: numbered users and items, and one click log or several ready-made parts.</summary>
internal sealed class ClickSource
{
    private readonly double? _minimumRating;
    private readonly bool _keepTimes;

    /// <summary>An empty source.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="files">The files of this import.</param>
    public ClickSource(ImportOptions options, SourceFiles files)
    {
        (Options, Files, _minimumRating) = (options, files, options.Filters.MinRating);
        _keepTimes = options.Split is SplitKind.LeaveOneOut or SplitKind.LeaveKOut or SplitKind.Ratio or SplitKind.Temporal
            || options.CarveValidation;
        Train = NewLog();
    }

    /// <summary>What was asked for.</summary>
    public ImportOptions Options { get; }

    /// <summary>The files of this import.</summary>
    public SourceFiles Files { get; }

    /// <summary>Users in order of first appearance.</summary>
    public IdTable Users { get; } = new();

    /// <summary>Items in order of first appearance.</summary>
    public IdTable Items { get; } = new();

    /// <summary>All clicks, or the training clicks of a ready-made split.</summary>
    public ClickLog Train { get; private set; }

    /// <summary>The ready-made validation clicks, or null.</summary>
    public ClickLog? Validation { get; set; }

    /// <summary>The ready-made test clicks, or null.</summary>
    public ClickLog? Test { get; set; }

    /// <summary>The sampled negatives of the test, or null.</summary>
    public ClickLog? Candidates { get; set; }

    /// <summary>The sampled negatives of a carved validation part, or null.</summary>
    public ClickLog? ValidationCandidates { get; set; }

    /// <summary>True where the source says when each click happened.</summary>
    public bool HasTimes { get; set; }

    /// <summary>Titles and genres by item id.</summary>
    public Dictionary<string, (string? Title, string? Genres)> Descriptions { get; } = [];

    /// <summary>Clicks read so far.</summary>
    public long ClicksRead { get; private set; }

    /// <summary>Of those, rated below the minimum.</summary>
    public long BelowMinimumRating { get; private set; }

    /// <summary>True where the source comes with its own division.</summary>
    public bool IsDivided => Validation is not null || Test is not null;

    /// <summary>An empty log of the kind this import needs.</summary>
    public ClickLog NewLog() => new(_keepTimes);

    /// <summary>Appends one click, unless it is rated too low.</summary>
    public void Add(ClickLog log, ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, double rating = double.PositiveInfinity,
        long time = 0)
    {
        ClicksRead++;
        if (rating < _minimumRating) BelowMinimumRating++;
        else log.Add(Users.Intern(user), Items.Intern(item), time);
    }

    /// <summary>Merges the ready-made parts into one log, sorted by user and item.</summary>
    public void MergeParts()
    {
        foreach (var part in new[] { Validation, Test })
            if (part is not null) Train.Add(part);
        (Validation, Test, Candidates) = (null, null, null);
        Train.Sort(Users.SortedRanks(), Items.SortedRanks());
    }

    /// <summary>Refuses a minimum rating if the source has no ratings.</summary>
    public void RequireNoRatingFilter(string path)
    {
        if (_minimumRating is not null)
            throw InputException.About(
                $"{path}: holds no ratings; leave {InputException.Setting(nameof(ClickFilters.MinRating))} out.");
    }
}
