namespace ManualVae.Data.Import;

/// <summary>Splits that divide the clicks of each user; at least one click of a user stays in training, but for folds.</summary>
internal static class UserSplits
{
    /// <summary>True where the last clicks by time are held out: on request, or if the source has times.</summary>
    public static bool ByTime(ClickSource source) =>
        source.Options.HoldOut is { } asked ? asked == HoldOutOrder.Last : source.HasTimes;

    /// <summary>The last (or drawn) clicks of a user are the test, as many before them validation.</summary>
    public static Division LeaveOut(ClickSource source, int clicks) => Divide(source, count =>
    {
        int test = Math.Min(clicks, count - 1);
        return (Math.Min(clicks, count - 1 - test), test);
    });

    /// <summary>Shares of each user's clicks, rounded.</summary>
    public static Division Ratio(ClickSource source, double validationRatio, double testRatio) => Divide(source, count =>
    {
        int test = Math.Min((int)Math.Round(testRatio * count), count - 1);
        return (Math.Min((int)Math.Round(validationRatio * count), count - 1 - test), test);
    });

    /// <summary>
    /// The shuffled clicks of each user are dealt to the folds in turn, from where the user before stopped: over all folds of one
    /// seed each click is a test click once.
    /// </summary>
    public static Division Folds(ClickSource source, Fold fold)
    {
        var log = source.Train;
        var parts = new Parts(source);
        int dealt = 0;
        foreach (var (user, own) in InOrder(source, byTime: false))
            foreach (int position in own)
            {
                int turn = dealt++ % fold.Count;
                (turn == fold.Index ? parts.Test : turn == fold.Validation ? parts.Validation : parts.Train)
                    .Add(user, log.Items[position]);
            }
        return parts.Divide();
    }

    private static Division Divide(ClickSource source, Func<int, (int Validation, int Test)> sizes)
    {
        var log = source.Train;
        var parts = new Parts(source);
        bool byTime = ByTime(source);
        long ties = 0;
        foreach (var (user, own) in InOrder(source, byTime))
        {
            var (validation, test) = sizes(own.Length);
            int firstTest = own.Length - test, firstValidation = firstTest - validation;
            for (int i = 0; i < own.Length; i++)
            {
                var part = i >= firstTest ? parts.Test : i >= firstValidation ? parts.Validation : parts.Train;
                part.Add(user, log.Items[own[i]]);
                bool startsPart = (i == firstTest && test > 0) || (i == firstValidation && validation > 0);
                if (byTime && startsPart && i > 0 && log.Times[own[i]] == log.Times[own[i - 1]]) ties++;
            }
        }
        return parts.Divide() with { Ties = ties };
    }

    // The positions of each user's clicks, by time or shuffled. Users and items go by id into the shuffle, so that the draws do
    // not depend on the order of lines.
    private static IEnumerable<(int User, int[] Own)> InOrder(ClickSource source, bool byTime)
    {
        var log = source.Train;
        var (offsets, positions) = log.ByUser(source.Users.Count);
        var order = byTime ? new TimeOrder(source) : null;
        int[] itemRanks = source.Items.SortedRanks();
        var random = new NumpyRandom(source.Options.Seed);
        foreach (int user in Splits.SortedUsers(source, withClicksOnly: true))
        {
            int[] own = positions[offsets[user]..offsets[user + 1]];
            if (order is not null) order.Sort(own, log);
            else random.Shuffle<int>(Splits.SortByItem(own, log, itemRanks));
            yield return (user, own);
        }
    }

    private sealed class Parts(ClickSource source)
    {
        public ClickLog Train { get; } = source.NewLog();
        public ClickLog Validation { get; } = source.NewLog();
        public ClickLog Test { get; } = source.NewLog();

        public Division Divide() => Splits.FromLogs(source, Train, Validation, Test);
    }
}
