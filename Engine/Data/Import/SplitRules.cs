using System.Globalization;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>Which settings a split may have, and what the manifest says of them.</summary>
internal static class SplitRules
{
    /// <summary>Name in <see cref="DatasetManifest.SplitSettings"/> of the order of a strong split's draws.</summary>
    public const string FoldInOrderSetting = "foldInOrder";

    /// <summary>True where held-out clicks of each user are drawn with the seed.</summary>
    public static bool DrawsClicks(SplitKind split, ClickSource source, bool asDivided) =>
        !asDivided && DividesUsers(split) && (source.Options.Fold is not null || !UserSplits.ByTime(source));

    /// <summary>Refuses a split that the source or the settings do not allow.</summary>
    /// <exception cref="InputException">Says which and why.</exception>
    public static void RequireUsable(ImportOptions options, ClickSource source, SplitKind split, bool asDivided)
    {
        string input = options.Input;
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
        else if (!source.HasTimes && (split == SplitKind.Temporal || options.HoldOut == HoldOutOrder.Last))
        {
            var asked = Setting(split == SplitKind.Temporal ? nameof(options.Split) : nameof(options.HoldOut));
            string kind = split == SplitKind.Temporal ? "temporal" : "last";
            throw options.Format == "csv"
                ? About($"{input}: has no times, which {asked} {kind} needs; name their column with {column}.")
                : About($"{input}: has no times, which {asked} {kind} needs; use {name} strong, or hold out drawn clicks.");
        }
        if (options.HeldOutUsers is not null && split != SplitKind.Strong)
            throw About($"{Setting(nameof(options.HeldOutUsers))}: only {name} strong holds out users; leave it out.");
        if (options.Fold is not null && !(split is SplitKind.Strong or SplitKind.Ratio))
            throw About($"{Setting(nameof(options.Fold))}: only {name} strong (users) and {name} ratio (clicks) have folds.");
        if (options.Fold is not null && options.HeldOutUsers is not null)
            throw About($"{Setting(nameof(options.HeldOutUsers))}: {Setting(nameof(options.Fold))} says how many; leave it out.");
        var holdOut = Setting(nameof(options.HoldOut));
        if (options.HoldOut is not null && (asDivided || !DividesUsers(split)))
            throw About($"{holdOut}: only {name} leave-one-out, leave-k-out and ratio choose among clicks; leave it out.");
        if (options.HoldOut is not null && options.Fold is not null)
            throw About($"{holdOut}: the clicks of a {Setting(nameof(options.Fold))} are always drawn; leave it out.");
        if (split != SplitKind.Temporal && options.Window is not null)
            throw About($"{Setting(nameof(options.TestFrom))}: only {name} temporal cuts at a moment; leave the moments out.");
        var carve = Setting(nameof(options.CarveValidation));
        if (options.CarveValidation is not null && (!asDivided || source.Validation is not null))
            throw About($"{carve}: only for ready-made train and test files without a validation file; leave it out.");
    }

    private static bool DividesUsers(SplitKind split) =>
        split is SplitKind.LeaveOneOut or SplitKind.LeaveKOut or SplitKind.Ratio;

    private static bool OneTestClickEach(ClickSource source)
    {
        if (source.Test is null) return false;
        var clicks = new int[source.Users.Count];
        foreach (int user in source.Test.Users)
            if (++clicks[user] > 1) return false;
        return true;
    }

    /// <summary>What the manifest says of the division, by name; null for nothing.</summary>
    public static SortedDictionary<string, string>? Settings(ImportOptions options, SplitKind split, ClickSource source,
        bool asDivided, FoldInOrder order)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (asDivided) settings["files"] = "as published";
        if (options.DropOverlap) settings["overlap"] = "dropped";
        if (CarvedShare.Parse(options.CarveValidation) is { } carved)
            settings["validation"] = carved.Share is double share
                ? string.Create(CultureInfo.InvariantCulture, $"a drawn share of {share} of each user's training clicks")
                : source.HasTimes ? "last training click of a user" : "one drawn training click of a user";
        if (source.ValidationCandidates is not null)
            settings["validationCandidates"] = "drawn items without a training click of the user, as many as in the test";
        if (split == SplitKind.Strong)
        {
            settings[FoldInOrderSetting] = order.ToString().ToLowerInvariant();
            settings["heldOutShare"] = Splits.HeldOutShare.ToString(CultureInfo.InvariantCulture);
            settings["fewestClicksToDivide"] = Splits.FewestClicksToDivide.ToString(
                CultureInfo.InvariantCulture);
        }
        bool ratios = split == SplitKind.Temporal || (split == SplitKind.Ratio && options.Fold is null);
        if (ratios && options.ValidationFrom is null)
            settings["validationRatio"] = options.ValidationRatio.ToString(CultureInfo.InvariantCulture);
        if (ratios && options.TestFrom is null)
            settings["testRatio"] = options.TestRatio.ToString(CultureInfo.InvariantCulture);
        if (split == SplitKind.LeaveKOut)
            settings["heldOutClicks"] = options.HeldOutClicks.ToString(CultureInfo.InvariantCulture);
        if (DrawsClicks(split, source, asDivided)) settings["holdOut"] = "drawn";
        foreach (var (key, value) in new[]
        {
            ("fold", options.Fold), ("trainFrom", options.TrainFrom), ("validationFrom", options.ValidationFrom),
            ("testFrom", options.TestFrom), ("testUntil", options.TestUntil),
        })
            if (value is not null) settings[key] = value;
        return settings.Count == 0 ? null : settings;
    }
}
