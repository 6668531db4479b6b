namespace ManualVae.Data.Import;

/// <summary>Turns a click log into a prepared dataset: reads, merges duplicates, filters, divides.</summary>
public static class DatasetImport
{
    /// <summary>Runs one import. Nothing is written; <see cref="PreparedDataset.Save"/> the result.</summary>
    /// <param name="options">What to read and how to divide it.</param>
    /// <param name="note">Receives a line about each decision that the options left open.</param>
    /// <param name="progress">Receives the share of the current file that has been read.</param>
    /// <param name="cancellation">Stops the import.</param>
    /// <exception cref="InputException">The options or the files cannot be used.</exception>
    public static PreparedDataset Run(ImportOptions options, Action<string>? note = null, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        Check(options);
        var files = new SourceFiles(progress, cancellation);
        if (options.Format == ClickFormats.ProSg) return ProSgFolder.Read(options, files);
        var source = ClickFormats.Read(options, files);
        cancellation.ThrowIfCancellationRequested();

        var split = options.Split
            ?? (!source.IsDivided ? SplitKind.Strong : options.Format == "ncf" ? SplitKind.LeaveOneOut : SplitKind.Weak);
        bool asDivided = source.IsDivided && split != SplitKind.Strong;
        RequireUsableSplit(options, source, split, asDivided);
        bool merged = source.IsDivided && !asDivided;
        if (merged)
        {
            note?.Invoke("merged the ready-made parts into one click log, sorted by user and item, to divide the users anew");
            source.MergeParts();
        }
        var order = options.FoldInOrder ?? (merged ? FoldInOrder.Positions : FoldInOrder.Source);
        int duplicates = MergeDuplicates(source);
        if (duplicates > 0) note?.Invoke($"merged {duplicates} repeated (user, item) pairs");
        int removed = asDivided ? 0 : FilterPass.Apply(source.Train, source.Users.Count, source.Items.Count, options.Filters);
        if (source.Train.Count == 0)
            throw new InputException(
                $"{options.Input}: no training clicks are left of {source.ClicksRead} read; relax the filters.");

        bool drawsSeed = split == SplitKind.Strong;
        if (options.CarveValidation)
        {
            if (!asDivided || source.Validation is not null)
                throw new InputException(
                    "--carve-validation: only for ready-made train and test files without a validation file; leave it out.");
            drawsSeed = !source.HasTimes || source.Candidates is not null;
            Splits.CarveValidation(source);
        }
        var division = asDivided ? Splits.Weak(source) : split switch
        {
            SplitKind.Strong => Splits.Strong(source, options.HeldOutUsers, order),
            SplitKind.LeaveOneOut => Splits.LeaveOneOut(source),
            _ => Splits.Temporal(source, options.ValidationRatio, options.TestRatio),
        };
        cancellation.ThrowIfCancellationRequested();

        string[] userIds = [.. division.Users.Select(user => source.Users[user])];
        string[] itemIds = [.. division.Items.Select(item => source.Items[item])];
        var described = itemIds.Select(id => source.Descriptions.GetValueOrDefault(id)).ToArray();
        long overlap = Overlap(division.Validation) + Overlap(division.Test);
        if (overlap > 0)
            note?.Invoke($"{overlap} held-out clicks lie in the user's fold-in too; kept as published, they can never be found");
        var manifest = new DatasetManifest
        {
            Source = Describe(options, files),
            Filters = options.Filters,
            Split = split,
            Seed = drawsSeed ? options.Seed : null,
            SplitSettings = Settings(options, split, source, asDivided, order),
            Import = new ImportTally
            {
                ClicksRead = source.ClicksRead,
                BelowMinimumRating = source.BelowMinimumRating,
                DuplicatesMerged = duplicates,
                RemovedByFilters = removed,
                UnknownItemsDropped = division.UnknownItemsDropped,
                HeldOutAlsoInFoldIn = overlap,
            },
        };
        return new PreparedDataset(manifest, division.Train, division.Validation, division.Test, userIds,
            new ItemList(itemIds, [.. described.Select(d => d.Title)], [.. described.Select(d => d.Genres)]));
    }

    internal static DatasetSource Describe(ImportOptions options, SourceFiles files)
    {
        var (hash, bytes) = files.Fingerprint();
        return new DatasetSource(options.Format,
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Input))), hash, bytes);
    }

    private static void Check(ImportOptions options)
    {
        if (!ClickFormats.Names.Contains(options.Format))
            throw new InputException($"--format {options.Format}: unknown; use one of {string.Join(", ", ClickFormats.Names)}.");
        var filters = options.Filters;
        foreach (var (name, value) in new[]
        {
            ("--min-item-clicks", filters.MinimumItemClicks), ("--min-user-clicks", filters.MinimumUserClicks),
                ("--k-core", filters.KCore),
        })
            if (value < 0) throw new InputException($"{name} {value}: must be 0 or more.");
        if (filters.MinimumRating is { } rating && !double.IsFinite(rating))
            throw new InputException("--min-rating: must be a finite number.");
        if (!(options.ValidationRatio >= 0 && options.TestRatio > 0 && options.ValidationRatio + options.TestRatio < 1))
            throw new InputException(
                $"--validation-ratio {options.ValidationRatio} and --test-ratio {options.TestRatio}: must not be negative, the "
                    + "latter above 0, their sum below 1.");
        if (options.Separator.Length is 0 or > 16 || !System.Text.Ascii.IsValid(options.Separator)
            || options.Separator.AsSpan().ContainsAny("\r\n\""))
            throw new InputException("--separator: must be 1 to 16 ASCII characters, no quote and no line break.");
        if (options.Format != "csv"
            && (options.UserColumn ?? options.ItemColumn ?? options.RatingColumn ?? options.TimeColumn) is not null)
            throw new InputException($"Columns are named for --format csv only, not for {options.Format}; leave them out.");
    }

    private static void RequireUsableSplit(ImportOptions options, ClickSource source, SplitKind split, bool asDivided)
    {
        if (asDivided)
        {
            if (options.Filters != new ClickFilters())
                throw new InputException(
                    $"{options.Input}: a ready-made split is used as it is; leave the filters out, or divide anew with --split "
                    + "strong.");
            if (split == SplitKind.Temporal || (split == SplitKind.LeaveOneOut && !OneTestClickEach(source)))
                throw new InputException(
                    $"{options.Input}: its files are divided already; leave --split out, or divide anew with --split strong.");
        }
        else if (split == SplitKind.Weak)
            throw new InputException(
                $"{options.Input}: --split weak needs ready-made train, validation and test files; use leave-one-out, temporal "
                    + "or strong for one click log.");
        else if (split is SplitKind.LeaveOneOut or SplitKind.Temporal && !source.HasTimes)
            throw new InputException(
                $"{options.Input}: has no times, which --split {(split == SplitKind.Temporal ? "temporal" : "leave-one-out")} "
                + "needs"
                + (options.Format == "csv" ? "; name their column with --time-column." : "; use --split strong."));
        if (options.HeldOutUsers is not null && split != SplitKind.Strong)
            throw new InputException("--held-out-users: only --split strong holds out users; leave it out.");
    }

    private static bool OneTestClickEach(ClickSource source)
    {
        if (source.Test is null) return false;
        var clicks = new int[source.Users.Count];
        foreach (int user in source.Test.Users)
            if (++clicks[user] > 1) return false;
        return true;
    }

    private static int MergeDuplicates(ClickSource source)
    {
        int merged = 0;
        foreach (var log in new[] { source.Train, source.Validation, source.Test })
            merged += log?.MergeDuplicates(source.Users.Count, source.Items.Count) ?? 0;
        return merged;
    }

    private static long Overlap(EvaluationSplit? part)
    {
        long overlap = 0;
        for (int row = 0; part is not null && row < part.HeldOut.Rows; row++)
            foreach (int item in part.HeldOut.RowColumns(row))
                if (part.FoldIn.Contains(row, item)) overlap++;
        return overlap;
    }

    private static SortedDictionary<string, string>? Settings(ImportOptions options, SplitKind split, ClickSource source,
        bool asDivided, FoldInOrder order)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (asDivided) settings["files"] = "as published";
        if (options.CarveValidation)
            settings["validation"] = source.HasTimes ? "last training click of a user" : "one drawn training click of a user";
        if (source.ValidationCandidates is not null)
            settings["validationCandidates"] = "drawn items without a training click of the user, as many as in the test";
        if (split == SplitKind.Strong)
        {
            settings[ProSgFolder.OrderSetting] = order.ToString().ToLowerInvariant();
            settings["heldOutShare"] = Splits.HeldOutShare.ToString(System.Globalization.CultureInfo.InvariantCulture);
            settings["fewestClicksToDivide"] = Splits.FewestClicksToDivide.ToString(
                System.Globalization.CultureInfo.InvariantCulture);
        }
        if (split == SplitKind.Temporal)
        {
            settings["validationRatio"] = options.ValidationRatio.ToString(System.Globalization.CultureInfo.InvariantCulture);
            settings["testRatio"] = options.TestRatio.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        return settings.Count == 0 ? null : settings;
    }
}
