using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>Turns a click log into a prepared dataset: reads, merges duplicates, filters, divides.</summary>
public static class DatasetImport
{
    /// <summary>Name in <see cref="DatasetManifest.SplitSettings"/> of the order of a strong split's draws.</summary>
    internal const string FoldInOrderSetting = "foldInOrder";

    /// <summary>Runs one import. Nothing is written; <see cref="PreparedDataset.Save"/> the result.</summary>
    /// <param name="options">What to read and how to divide it.</param>
    /// <param name="note">Receives a line about each decision that the options left open.</param>
    /// <param name="progress">Receives the share of the current file that has been read.</param>
    /// <param name="cancellation">Stops the import.</param>
    /// <exception cref="InputException">The options or the files cannot be used.</exception>
    public static PreparedDataset Run(ImportOptions options, Action<string>? note = null, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Validate();
        var files = new SourceFiles(progress, cancellation);
        if (options.Format == ClickFormats.ProSg) return ReadPublished(options, files, note);
        var source = ClickFormats.Read(options, files);
        Tell(files.Text, note);
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
                $"{options.Input}: no training clicks are left of {source.ClicksRead} read, besides {source.LeftOutByWhere} left "
                    + "out by their columns; relax the filters.");

        bool drawsSeed = split == SplitKind.Strong;
        if (options.CarveValidation)
        {
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
        if (division.Ties > 0)
            note?.Invoke(
                $"{division.Ties} held-out clicks share their time with a click before them; the order of lines decided");
        var manifest = new DatasetManifest
        {
            Source = files.Describe(options),
            Filters = options.Filters,
            Split = split,
            Seed = drawsSeed ? options.Seed : null,
            SplitSettings = Settings(options, split, source, asDivided, order),
            Import = new ImportTally
            {
                ClicksRead = source.ClicksRead,
                BadLines = files.Text.BadLines,
                LeftOutByWhere = source.LeftOutByWhere,
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

    private static PreparedDataset ReadPublished(ImportOptions options, SourceFiles files, Action<string>? note)
    {
        var data = files.Text.Read(options, () => ProSgReader.Read(options, files));
        Tell(files.Text, note);
        return data;
    }

    private static void Tell(SourceText text, Action<string>? note)
    {
        foreach (string line in text.Notes) note?.Invoke(line);
        if (text.BadLines > 0) note?.Invoke($"left out {text.BadLines} bad lines in all");
    }

    private static void RequireUsableSplit(ImportOptions options, ClickSource source, SplitKind split, bool asDivided)
    {
        string input = options.Input, kind = split == SplitKind.Temporal ? "temporal" : "leave-one-out";
        var (name, column) = (Setting(nameof(options.Split)), Setting(nameof(options.TimeColumn)));
        if (asDivided)
        {
            if (options.Filters with { MinRating = null } != new ClickFilters())
                throw About(
                    $"{input}: a ready-made split is used as it is; leave the filters out, or divide anew with {name} strong.");
            if (split == SplitKind.Temporal || (split == SplitKind.LeaveOneOut && !OneTestClickEach(source)))
                throw About(
                    $"{input}: its files are divided already; leave {name} out, or divide anew with {name} strong.");
        }
        else if (split == SplitKind.Weak)
            throw About(
                $"{input}: {name} weak needs ready-made train and test files; divide one log leave-one-out, temporal or strong.");
        else if (split is SplitKind.LeaveOneOut or SplitKind.Temporal && !source.HasTimes)
            throw options.Format == "csv"
                ? About($"{input}: has no times, which {name} {kind} needs; name their column with {column}.")
                : About($"{input}: has no times, which {name} {kind} needs; use {name} strong.");
        if (options.HeldOutUsers is not null && split != SplitKind.Strong)
            throw About($"{Setting(nameof(options.HeldOutUsers))}: only {name} strong holds out users; leave it out.");
        var carve = Setting(nameof(options.CarveValidation));
        if (options.CarveValidation && (!asDivided || source.Validation is not null))
            throw About($"{carve}: only for ready-made train and test files without a validation file; leave it out.");
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
            settings[FoldInOrderSetting] = order.ToString().ToLowerInvariant();
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
