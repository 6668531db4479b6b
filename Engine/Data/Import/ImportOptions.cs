using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>What an import reads, keeps and divides.</summary>
public sealed record ImportOptions
{
    /// <summary>The format that recognises the layout.</summary>
    public const string Auto = "auto";

    /// <summary>Layout of the source; auto recognises it by names of files and first lines.</summary>
    public string Format { get; init; } = Auto;
    /// <summary>
    /// File, folder or zip archive to read, or a file in an archive (<c>set.zip/ratings.csv</c>); gzip, bzip2 and zstd are read
    /// directly. A minus sign is standard input.
    /// </summary>
    public required string Input { get; init; }
    /// <summary>Which clicks to keep.</summary>
    public ClickFilters Filters { get; init; } = new();
    /// <summary>How to divide the clicks; null divides as the source's files do, else strong.</summary>
    public SplitKind? Split { get; init; }
    /// <summary>Seed of the division (numpy's legacy generator), 0 to 2^32 - 1.</summary>
    public uint Seed { get; init; } = 98765;
    /// <summary>Strong: users held out for validation, and again for the test; null holds out a tenth, at most 10000.</summary>
    public int? HeldOutUsers { get; init; }
    /// <summary>
    /// Strong: draw held-out clicks in the order of the source (the reference code) or by positions; null takes the source's
    /// order, or positions if ready-made parts are merged.
    /// </summary>
    public FoldInOrder? FoldInOrder { get; init; }
    /// <summary>Temporal: share of all clicks for validation; ratio: of each user's.</summary>
    public double ValidationRatio { get; init; } = 0.1;
    /// <summary>Temporal: share of all clicks for the test; ratio: of each user's.</summary>
    public double TestRatio { get; init; } = 0.2;
    /// <summary>Leave-k-out: clicks of each user for the test, and as many for validation.</summary>
    public int HeldOutClicks { get; init; } = 5;
    /// <summary>
    /// Leave-one-out, leave-k-out, ratio: hold out a user's last clicks by time, or drawn ones; null takes the last where the
    /// source has times.
    /// </summary>
    public HoldOutOrder? HoldOut { get; init; }
    /// <summary>
    /// I/K: fold I of K is the test, the next one validation. Strong: folds of the users; ratio: of each user's clicks.
    /// </summary>
    public string? Fold { get; init; }
    /// <summary>Temporal: leave out clicks before this moment (a date, or a number like the source's times).</summary>
    public string? TrainFrom { get; init; }
    /// <summary>Temporal: validation begins at this moment; null takes its ratio of the clicks before the test.</summary>
    public string? ValidationFrom { get; init; }
    /// <summary>Temporal: the test begins at this moment; null takes its ratio of the latest clicks.</summary>
    public string? TestFrom { get; init; }
    /// <summary>Temporal: leave out clicks from this moment on.</summary>
    public string? TestUntil { get; init; }
    /// <summary>
    /// Ready-made train and test without validation: hold out training clicks of each user, one (the last by time, else a drawn
    /// one) or a share of them (drawn, such as 0.1), and draw negatives for them if the test has sampled ones.
    /// </summary>
    public string? CarveValidation { get; init; }
    /// <summary>
    /// Ready-made files: leave held-out clicks out that the user's training (or, for the test, validation) holds too.
    /// </summary>
    public bool DropOverlap { get; init; }
    /// <summary>csv, jsonl, parquet: the column of users, by name or number (from 1).</summary>
    public string? UserColumn { get; init; }
    /// <summary>csv, jsonl, parquet: the column of items, by name or number.</summary>
    public string? ItemColumn { get; init; }
    /// <summary>csv, jsonl, parquet: the column of ratings, by name or number.</summary>
    public string? RatingColumn { get; init; }
    /// <summary>csv, jsonl, parquet: the column of times, by name or number.</summary>
    public string? TimeColumn { get; init; }
    /// <summary>csv, jsonl, parquet: the column of the items' titles.</summary>
    public string? TitleColumn { get; init; }
    /// <summary>
    /// File of the items' titles and genres, for any format: a table with a header or JSON lines. Columns such as title and
    /// genres are recognised.
    /// </summary>
    public string? Items { get; init; }
    /// <summary>The column of ids in the file of items; null recognises it.</summary>
    public string? ItemIdColumn { get; init; }
    /// <summary>csv: the separator, 1 to 16 ASCII characters; null guesses it from the first lines.</summary>
    public string? Separator { get; init; }
    /// <summary>The first line is a click, even if it looks like names of columns.</summary>
    public bool NoHeader { get; init; }
    /// <summary>
    /// Tables, JSON lines, Parquet: lines to keep, as COLUMN=VALUE or COLUMN=VALUE,VALUE; a semicolon separates conditions that
    /// must all hold.
    /// </summary>
    public string? Where { get; init; }
    /// <summary>Pattern of dates, as dd/MM/yyyy HH:mm or %d/%m/%Y %H:%M; null knows those of common logs.</summary>
    public string? TimeFormat { get; init; }
    /// <summary>Encoding of the text, such as latin1; null takes UTF-8, or Latin-1 for a file that is not UTF-8.</summary>
    public string? Encoding { get; init; }
    /// <summary>Leave out up to this many bad lines (rows of Parquet), and name the first three.</summary>
    public int SkipBadLines { get; init; }

    /// <summary>The moments of a temporal split, or null where none is given.</summary>
    internal TimeWindow? Window => TimeWindow.Of(TrainFrom, ValidationFrom, TestFrom, TestUntil);

    /// <summary>True where the split makes use of times.</summary>
    internal bool NeedsTimes => CarveValidation == CarvedShare.One
        || Split is SplitKind.LeaveOneOut or SplitKind.LeaveKOut or SplitKind.Ratio or SplitKind.Temporal;

    /// <summary>Refuses settings that no import can have.</summary>
    /// <exception cref="InputException">Names the setting and what it must be.</exception>
    public void Validate()
    {
        if (Split == SplitKind.ColdItems)
            throw About($"{Setting(nameof(Split))} cold-items: divides a prepared dataset; give another split.");
        foreach (var (name, value) in new[]
        {
            (nameof(Filters.MinItemClicks), Filters.MinItemClicks), (nameof(Filters.MinUserClicks), Filters.MinUserClicks),
            (nameof(Filters.KCore), Filters.KCore),
        })
            if (value < 0) throw About($"{Setting(name)} {value}: must be 0 or more.");
        if (Filters.MinRating is { } rating && !double.IsFinite(rating))
            throw About($"{Setting(nameof(Filters.MinRating))} {rating}: must be a finite number.");
        var (validation, test) = (Setting(nameof(ValidationRatio)), Setting(nameof(TestRatio)));
        if (!(ValidationRatio >= 0)) throw About($"{validation} {ValidationRatio}: must be 0 or more.");
        if (!(TestRatio > 0)) throw About($"{test} {TestRatio}: must be above 0.");
        if (!(ValidationRatio + TestRatio < 1))
            throw About($"{validation} {ValidationRatio} and {test} {TestRatio}: their sum must be below 1.");
        if (HeldOutClicks < 1) throw About($"{Setting(nameof(HeldOutClicks))} {HeldOutClicks}: must be 1 or more.");
        Import.Fold.Parse(Fold);
        CarvedShare.Parse(CarveValidation);
        _ = Window;
        if (SkipBadLines < 0) throw About($"{Setting(nameof(SkipBadLines))} {SkipBadLines}: must be 0 or more.");
        if (Separator is { } text
            && (text.Length is 0 or > 16 || !System.Text.Ascii.IsValid(text) || text.AsSpan().ContainsAny("\r\n\"")))
            throw About($"{Setting(nameof(Separator))}: must be 1 to 16 ASCII characters, no quote and no line break.");
        if (Format is not ("csv" or "jsonl" or "parquet" or Auto)
            && (UserColumn ?? ItemColumn ?? RatingColumn ?? TimeColumn ?? TitleColumn) is not null)
            throw About($"{Setting(nameof(Format))} {Format}: has columns of its own; name none.");
    }
}
