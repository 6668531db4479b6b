using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>Turns a click log into a prepared dataset: reads, merges duplicates, filters, divides.</summary>
public static class DatasetImport
{
    private const int ManyClicks = 1 << 24;

    /// <summary>Runs one import. Nothing is written; <see cref="PreparedDataset.Save"/> the result.</summary>
    /// <param name="options">What to read and how to divide it.</param>
    /// <param name="note">Receives a line about each decision that the options left open, and about a split of no use.</param>
    /// <param name="progress">Receives how much has been read.</param>
    /// <param name="standardInput">What the input <c>-</c> stands for.</param>
    /// <param name="cancellation">Stops the import.</param>
    /// <exception cref="InputException">The options or the files cannot be used.</exception>
    public static PreparedDataset Run(ImportOptions options, Action<string>? note = null,
        IProgress<ImportProgress>? progress = null, Stream? standardInput = null, CancellationToken cancellation = default)
    {
        options.Validate();
        var files = new SourceFiles(progress, cancellation, standardInput);
        string input = options.Input;
        options = LayoutDetection.Resolve(options, files, note);
        var data = options.Format == ClickFormats.ProSg
            ? ReadPublished(options, files, note) : ReadAndDivide(options, input, files, note, cancellation);
        foreach (string warning in SplitWarnings.Of(data)) note?.Invoke(warning);
        return data;
    }

    private static PreparedDataset ReadAndDivide(ImportOptions options, string input, SourceFiles files, Action<string>? note,
        CancellationToken cancellation)
    {
        var source = ClickFormats.Read(options, files);
        bool many = source.Train.Count > ManyClicks;
        GiveBackMemory(many);
        Tell(files.Text, note);
        cancellation.ThrowIfCancellationRequested();

        var split = options.Split
            ?? (!source.IsDivided ? SplitKind.Strong : options.Format == "ncf" ? SplitKind.LeaveOneOut : SplitKind.Weak);
        bool asDivided = source.IsDivided && split is (SplitKind.Weak or SplitKind.LeaveOneOut or SplitKind.Temporal);
        SplitRules.RequireUsable(options, source, split, asDivided);
        bool merged = source.IsDivided && !asDivided;
        if (merged)
        {
            note?.Invoke("merged the ready-made parts into one click log, sorted by user and item, to divide the users anew");
            source.MergeParts();
        }
        var order = options.FoldInOrder ?? (merged ? FoldInOrder.Positions : FoldInOrder.Source);
        int duplicates = MergeDuplicates(source);
        if (duplicates > 0) note?.Invoke($"merged {duplicates} repeated (user, item) pairs");
        GiveBackMemory(many);
        if (options.Window?.Cut(source.Train) is > 0 and var outside)
            note?.Invoke($"left out {outside} clicks outside the time window");
        int removed = asDivided ? 0 : FilterPass.Apply(source.Train, source.Users.Count, source.Items.Count, options.Filters);
        if (source.Train.Count == 0) throw NothingLeft(source);

        bool draws = SplitRules.DrawsClicks(split, source, asDivided);
        if (draws && options.HoldOut is null && options.Fold is null)
            note?.Invoke("the source has no times: the held-out clicks of each user are drawn with the seed");
        var carved = CarvedShare.Parse(options.CarveValidation);
        if (carved is { } share) Splits.CarveValidation(source, share);
        var division = asDivided ? Splits.Weak(source) : Divide(source, split, order);
        bool usesSeed = split == SplitKind.Strong || draws || division.Ties > 0 || (carved is { } drawn
            && (drawn.IsDrawn(source.HasTimes) || !source.KeepsOrderOfLines || source.ValidationCandidates is not null));
        var settings = SplitRules.Settings(options, split, source, asDivided, order);
        source.Forget();
        GiveBackMemory(many);
        cancellation.ThrowIfCancellationRequested();

        division = SettleOverlap(division, options.DropOverlap, note, out long overlapKept);
        if (division.Ties > 0)
            note?.Invoke($"{division.Ties} held-out clicks share their time with a click before them; the seed decided");
        var manifest = new DatasetManifest
        {
            Source = files.Describe(options with { Input = input }),
            Filters = options.Filters,
            Split = split,
            Seed = usesSeed ? options.Seed : null,
            SplitSettings = settings,
            Import = new ImportTally
            {
                ClicksRead = source.ClicksRead,
                BadLines = files.Text.BadLines,
                LeftOutByWhere = source.LeftOutByWhere,
                BelowMinimumRating = source.BelowMinimumRating,
                DuplicatesMerged = duplicates,
                RemovedByFilters = removed,
                UnknownItemsDropped = division.UnknownItemsDropped,
                HeldOutAlsoInFoldIn = overlapKept,
            },
        };
        string[] itemIds = [.. division.Items.Select(item => source.Items[item])];
        var described = itemIds.Select(id => source.Descriptions.GetValueOrDefault(id)).ToArray();
        return new PreparedDataset(manifest, division.Train, division.Validation, division.Test,
            [.. division.Users.Select(user => source.Users[user])],
            new ItemList(itemIds, [.. described.Select(d => d.Title)], [.. described.Select(d => d.Genres)]));
    }

    private static Division Divide(ClickSource source, SplitKind split, FoldInOrder order)
    {
        var options = source.Options;
        var fold = Fold.Parse(options.Fold);
        return split switch
        {
            SplitKind.Strong => Splits.Strong(source, options.HeldOutUsers, order, fold),
            SplitKind.LeaveOneOut => UserSplits.LeaveOut(source, 1),
            SplitKind.LeaveKOut => UserSplits.LeaveOut(source, options.HeldOutClicks),
            SplitKind.Ratio => fold is null
                ? UserSplits.Ratio(source, options.ValidationRatio, options.TestRatio) : UserSplits.Folds(source, fold.Value),
            SplitKind.None => Splits.None(source),
            _ => Splits.Temporal(source, options.ValidationRatio, options.TestRatio, options.Window),
        };
    }

    private static Division SettleOverlap(Division division, bool drop, Action<string>? note, out long kept)
    {
        long overlap = Overlap.Count(division.Validation) + Overlap.Count(division.Test);
        kept = drop ? 0 : overlap;
        if (overlap > 0)
            note?.Invoke(drop ? $"dropped {overlap} held-out clicks that lie in the user's fold-in too"
                : $"{overlap} held-out clicks lie in the user's fold-in too; kept as published, they can never be found");
        return overlap > 0 && drop
            ? division with { Validation = Overlap.Drop(division.Validation), Test = Overlap.Drop(division.Test) } : division;
    }

    private static InputException NothingLeft(ClickSource source) => new(
        $"{source.Options.Input}: no training clicks are left of {source.ClicksRead} read"
            + (source.LeftOutByWhere > 0 ? $", besides {source.LeftOutByWhere} left out by their columns" : "")
            + "; relax the filters.");

    // What one step leaves behind must not lie in memory beside what the next one needs for a large log.
    private static void GiveBackMemory(bool many)
    {
        if (many) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, true, true);
    }

    private static PreparedDataset ReadPublished(ImportOptions options, SourceFiles files, Action<string>? note)
    {
        if (options.Items is not null)
            throw About($"{Setting(nameof(options.Items))}: format {ClickFormats.ProSg} takes no titles; leave it out.");
        var data = files.Text.Read(options, () => ProSgReader.Read(options, files));
        Tell(files.Text, note);
        return data;
    }

    private static void Tell(SourceText text, Action<string>? note)
    {
        foreach (string line in text.Notes) note?.Invoke(line);
        if (text.BadLines > 0) note?.Invoke($"left out {text.BadLines} bad lines in all");
    }

    private static int MergeDuplicates(ClickSource source)
    {
        int merged = 0;
        foreach (var log in new[] { source.Train, source.Validation, source.Test })
            merged += log?.MergeDuplicates(source.Users.Count, source.Items.Count) ?? 0;
        return merged;
    }
}
