using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>What a format's reader produces: numbered users and items, and one click log or several ready-made parts.</summary>
internal sealed class ClickSource
{
    private static readonly SettingName MinRating = Setting(nameof(ClickFilters.MinRating)),
        Format = Setting(nameof(ImportOptions.Format)), NoHeader = Setting(nameof(ImportOptions.NoHeader)),
        UserColumn = Setting(nameof(ImportOptions.UserColumn)), ItemColumn = Setting(nameof(ImportOptions.ItemColumn));

    private readonly double? _minimumRating;
    private readonly bool _keepTimes;

    /// <summary>An empty source.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="files">The files of this import.</param>
    public ClickSource(ImportOptions options, SourceFiles files)
    {
        (Options, Files, _minimumRating) = (options, files, options.Filters.MinRating);
        _keepTimes = options.NeedsTimes;
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

    /// <summary>True where clicks of equal times count in the order of their lines: the published training file of NCF.</summary>
    public bool KeepsOrderOfLines => Options is { Format: "ncf", CarveValidation: not null };

    /// <summary>Titles and genres by item id.</summary>
    public Dictionary<string, (string? Title, string? Genres)> Descriptions { get; } = [];

    /// <summary>Clicks read so far.</summary>
    public long ClicksRead { get; private set; }

    /// <summary>Lines left out by a condition on their columns.</summary>
    public long LeftOutByWhere { get; set; }

    /// <summary>Of those, rated below the minimum.</summary>
    public long BelowMinimumRating { get; private set; }

    /// <summary>Clicks whose field for a rating is empty.</summary>
    public long WithoutRating { get; private set; }

    /// <summary>True where the source comes with its own division.</summary>
    public bool IsDivided => Validation is not null || Test is not null;

    /// <summary>An empty log of the kind this import needs.</summary>
    public ClickLog NewLog() => new(_keepTimes, Files.ShareRead);

    /// <summary>Forgets the clicks, once they are in matrices.</summary>
    public void Forget()
    {
        Train = NewLog();
        (Validation, Test, Candidates, ValidationCandidates) = (null, null, null, null);
    }

    /// <summary>Counts clicks that a reader appends to a log itself.</summary>
    public void Count(int read, int belowMinimumRating)
    {
        ClicksRead += read;
        BelowMinimumRating += belowMinimumRating;
    }

    /// <summary>Appends one click, unless it is rated too low.</summary>
    public void Add(ClickLog log, ReadOnlySpan<byte> user, ReadOnlySpan<byte> item, double rating = double.PositiveInfinity,
        ClickTime time = default)
    {
        ClicksRead++;
        if (rating < _minimumRating) BelowMinimumRating++;
        else log.Add(Users.Intern(user), Items.Intern(item), time);
    }

    /// <summary>Notes title and genres of a record's item; -1 for a field that there is not. An empty one says nothing.</summary>
    public void Describe(TableReader table, int id, int title, int genres = -1)
    {
        string? Text(int field) => field >= 0 && field < table.FieldCount && table.Text(field) is { Length: > 0 } text
            ? text : null;
        Describe(table.Text(id), Text(title), Text(genres));
    }

    /// <summary>Notes title and genres of an item; null for what is not known.</summary>
    public void Describe(string item, string? title, string? genres)
    {
        var known = Descriptions.GetValueOrDefault(item);
        Descriptions[item] = (ItemList.OneLine(title) ?? known.Title, ItemList.OneLine(genres) ?? known.Genres);
    }

    /// <summary>
    /// Appends the click of a table's record; -1 for a column that there is not. An empty rating is none: a click unless there is
    /// a minimum.
    /// </summary>
    public void Add(ClickLog log, TableReader table, int user, int item, int rating = -1, int time = -1)
    {
        ReadOnlySpan<byte> userId = table.Id(user, "user"), itemId = table.Id(item, "item");
        bool unrated = rating >= 0 && table.Bytes(rating).IsEmpty;
        double value = rating < 0 ? double.PositiveInfinity : unrated ? double.NegativeInfinity : Rating(table, rating);
        Add(log, userId, itemId, value, time < 0 ? default : table.Time(time));
        if (unrated) WithoutRating++;
    }

    /// <summary>Notes what became of the clicks without a rating.</summary>
    public void TellUnrated()
    {
        if (WithoutRating > 0)
            Files.Text.Note(_minimumRating is null ? $"{WithoutRating} clicks have no rating and are kept"
                : $"{WithoutRating} clicks have no rating and are left out, as if below the minimum");
    }

    /// <summary>A rating. One of 0 or less is no click to most people, so it needs a decision.</summary>
    /// <exception cref="InputException">It is 0 or less, and there is no minimum.</exception>
    public double Rating(TableReader table, int field, string what = "rating")
    {
        double rating = table.Number(field, what);
        return IsDecided(rating) ? rating : throw Undecided($"{table.Path}:{table.Line}", what, table.Text(field));
    }

    /// <summary>True for a rating that is above 0, or of which the minimum says what becomes.</summary>
    public bool IsDecided(double rating) => rating > 0 || _minimumRating is not null;

    /// <summary>The error for a rating of which nothing says what becomes.</summary>
    public static InputException Undecided(string where, string what, string text)
    {
        var least = MinRating;
        return About(
            $"{where}: a {what} of {text} would count as a click; give {least} 1 to leave it out, or {least} {text} to keep it.");
    }

    /// <summary>The first lines of a file.</summary>
    public List<string> FirstLines(string path) => Files.Text.FirstLines(Files.Open(path), path, HeaderLine.Lines);

    /// <summary>Refuses a file without a header that seems to have one.</summary>
    public void RequireNoHeader(string path, Func<string, string[]> split, int user = 0, int item = 1, int rating = -1)
    {
        if (Options.NoHeader) return;
        string[][] rows = [.. FirstLines(path).Select(split)];
        if (rows.Length == 0) return;
        string line = string.Join(' ', rows[0]);
        if (!HeaderLine.Stands(rows, user, item, rating))
        {
            if (!line.Any(char.IsAsciiDigit)) Files.Text.Note($"{path}:1: '{line}' is read as a click, not as a header");
            return;
        }
        string place = $"{path}:1: '{line}'", userName = rows[0][user], itemName = rows[0][item];
        throw About(
            $"{place} looks like a header; use {Format} csv {UserColumn} {userName} {ItemColumn} {itemName}, or {NoHeader}.");
    }

    /// <summary>Merges the ready-made parts into one log, sorted by user and item.</summary>
    public void MergeParts()
    {
        foreach (var part in new[] { Validation, Test })
            if (part is not null) Train.AddAll(part);
        (Validation, Test, Candidates) = (null, null, null);
        Train.Sort(Users.SortedRanks(), Items.SortedRanks());
    }

    /// <summary>Refuses a minimum rating if the source has no ratings.</summary>
    public void RequireNoRatingFilter(string path)
    {
        if (_minimumRating is not null)
            throw About($"{path}: holds no ratings; leave {MinRating} out.");
    }
}
