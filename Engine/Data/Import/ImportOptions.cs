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
    /// <summary>Temporal: share of the clicks for validation.</summary>
    public double ValidationRatio { get; init; } = 0.1;
    /// <summary>Temporal: share of the clicks for the test.</summary>
    public double TestRatio { get; init; } = 0.2;
    /// <summary>
    /// Ready-made train and test without validation: hold out a training click of each user (the last by time, else a drawn
    /// one), and draw negatives for it if the test has sampled ones.
    /// </summary>
    public bool CarveValidation { get; init; }
    /// <summary>csv: name of the column of users.</summary>
    public string? UserColumn { get; init; }
    /// <summary>csv: name of the column of items.</summary>
    public string? ItemColumn { get; init; }
    /// <summary>csv: name of the column of ratings.</summary>
    public string? RatingColumn { get; init; }
    /// <summary>csv: name of the column of times.</summary>
    public string? TimeColumn { get; init; }
    /// <summary>csv, jsonl: the column of the items' titles.</summary>
    public string? TitleColumn { get; init; }
    /// <summary>
    /// File of the items' titles and genres, for any format: a table with a header or JSON lines. Columns such as title and
    /// genres are recognised.
    /// </summary>
    public string? Items { get; init; }
    /// <summary>The column of ids in the file of items; null recognises it.</summary>
    public string? ItemIdColumn { get; init; }
    /// <summary>csv: the separator, 1 to 16 ASCII characters.</summary>
    public string Separator { get; init; } = ",";

    /// <summary>Refuses settings that no import can have.</summary>
    /// <exception cref="InputException">Names the setting and what it must be.</exception>
    public void Validate()
    {
        if (Split == SplitKind.ColdItems)
            throw About(
                $"{Setting(nameof(Split))} cold-items: divides a prepared dataset; use strong, weak, leave-one-out or temporal.");
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
        if (Separator.Length is 0 or > 16 || !System.Text.Ascii.IsValid(Separator) || Separator.AsSpan().ContainsAny("\r\n\""))
            throw About($"{Setting(nameof(Separator))}: must be 1 to 16 ASCII characters, no quote and no line break.");
        if (Format is not ("csv" or "jsonl" or "parquet" or Auto)
            && (UserColumn ?? ItemColumn ?? RatingColumn ?? TimeColumn ?? TitleColumn) is not null)
            throw About($"{Setting(nameof(Format))} {Format}: has columns of its own; name none.");
    }
}
