using System.Globalization;

namespace ManualVae.Data.Import;

/// <summary>What a person should know of a finished split before training on it.</summary>
internal static class SplitWarnings
{
    /// <summary>One line each.</summary>
    public static IEnumerable<string> Of(PreparedDataset data)
    {
        (string Name, EvaluationSplit? Part)[] parts = [("validation", data.Validation), ("test", data.Test)];
        string[] empty = [.. parts.Where(p => p.Part is { HasClicksToFind: false }).Select(p => p.Name)];
        if (empty.Length > 0)
            yield return $"warning: nothing to find in {string.Join(" and ", empty)}: no held-out user has clicks enough to hold "
                + "one out" + (data.Manifest.Split == SplitKind.Strong
                    ? $" (it takes {Splits.FewestClicksToDivide}); keep users with at least {Splits.FewestClicksToDivide} clicks "
                        + "only, or divide every user's clicks: leave-one-out"
                    : "; keep users with more clicks only, or train on all clicks: split none");
        foreach (var (name, part) in parts)
            if (part?.UsersShownWithoutClicks is > 0 and var strangers)
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"warning: {strangers:#,0} of {part.UsersWithHeldOut:#,0} {name} users have no click before it")
                    + (data.Manifest.Split == SplitKind.Weak && 2 * strangers >= part.UsersWithHeldOut
                        ? ": the files are divided by user, and no model knows these users; divide them anew: split strong"
                        : "; most models know nothing of them");
    }
}
