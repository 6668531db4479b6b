namespace ManualVae.Data.Import;

/// <summary>The ways to divide clicks into training, validation and test.</summary>
internal static class Splits
{
    /// <summary>Held-out users with fewer clicks keep them all as fold-in (Liang et al. 2018, their code).</summary>
    public const int FewestClicksToDivide = 5;

    /// <summary>Share of a held-out user's clicks that is to be found.</summary>
    public const double HeldOutShare = 0.2;

    /// <summary>
    /// Strong generalisation exactly as the code of Liang et al. 2018: users sorted by id and permuted; the last are the test,
    /// those before them validation; items are those of the training users in order of first appearance; of each held-out user
    /// with n >= 5 clicks on known items, int(0.2 n) are drawn as held-out, the generator being seeded anew for each part.
    /// </summary>
    public static Division Strong(ClickSource source, int? heldOutUsers, FoldInOrder order, Fold? fold = null)
    {
        var log = source.Train;
        int[] sorted = SortedUsers(source, withClicksOnly: true);
        uint seed = source.Options.Seed;
        var (users, validationUsers, testUsers) = Arrange(sorted, new NumpyRandom(seed).Permutation(sorted.Length), heldOutUsers,
            fold);
        int trainUsers = users.Length - validationUsers - testUsers;

        int[] rowOfUser = Inverse(users.AsSpan(0, trainUsers), source.Users.Count);
        var columnOfItem = new int[source.Items.Count];
        Array.Fill(columnOfItem, -1);
        var items = new List<int>();
        for (int i = 0; i < log.Count; i++)
            if (rowOfUser[log.Users[i]] >= 0 && columnOfItem[log.Items[i]] < 0)
            {
                columnOfItem[log.Items[i]] = items.Count;
                items.Add(log.Items[i]);
            }

        long dropped = 0;
        EvaluationSplit Part(int first, int heldOut)
        {
            var held = users.AsSpan(first, heldOut);
            int[] rows = Inverse(held, source.Users.Count);
            var byUser = log.ByUser(source.Users.Count, rows);
            var (part, unknown) = order == FoldInOrder.Source
                ? FoldIn(log, byUser, sorted, rows, columnOfItem, heldOut, items.Count, first, seed)
                : FoldIn(log, byUser, held, rows, columnOfItem, heldOut, items.Count, first, seed, sortColumns: true);
            dropped += unknown;
            return part;
        }
        var train = log.ToMatrix(trainUsers, items.Count, rowOfUser, columnOfItem);
        var validation = Part(trainUsers, validationUsers);
        var test = Part(trainUsers + validationUsers, testUsers);
        return new Division(train, validation, test, users, [.. items], dropped);
    }

    /// <summary>The permuted users with those of the training first, then those of validation, then those of the test.</summary>
    private static (int[] Users, int Validation, int Test) Arrange(int[] sorted, int[] permutation, int? heldOutUsers,
        Fold? fold)
    {
        int count = sorted.Length;
        int[] users = Array.ConvertAll(permutation, i => sorted[i]);
        if (fold is var (index, folds))
        {
            if (count < folds)
                throw InputException.About(
                    $"{InputException.Setting(nameof(Fold))}: {folds} folds of {count} users; give {count} at most.");
            int Start(int f) => (int)((long)count * f / folds);
            int[] Users(int f) => users[Start(f)..Start(f + 1)];
            int[] validation = Users(fold.Value.Validation), test = Users(index);
            return ([.. users.Except(validation).Except(test), .. validation, .. test], validation.Length, test.Length);
        }
        int heldOut = heldOutUsers ?? Math.Min(10_000, count / 10);
        if (heldOut >= 1 && 2L * heldOut < count) return (users, heldOut, heldOut);
        var (name, most) = (InputException.Setting(nameof(ImportOptions.HeldOutUsers)), Math.Max(1, (count - 1) / 2));
        var split = InputException.Setting(nameof(ImportOptions.Split));
        string first = count < 3 ? ", once there are at least 3 users" : "";
        throw InputException.About(
            $"Cannot hold out twice {heldOut} of {count} users; give {name} from 1 to {most}{first}, or {split} none.");
    }

    /// <summary>Ready-made files, used as they are: users and items sorted by id, whether they have clicks or not.</summary>
    public static Division Weak(ClickSource source)
    {
        var (users, items, rowOfUser, columnOfItem) = AllSorted(source);
        CsrMatrix Matrix(ClickLog log) => log.ToMatrix(users.Length, items.Length, rowOfUser, columnOfItem);
        var train = Matrix(source.Train);
        var validation = source.Validation is null ? null : Matrix(source.Validation);
        return Shared(train, validation, source.Test is null ? null : Matrix(source.Test),
            source.Candidates is null ? null : Distinct(source.Candidates, source, Matrix), users, items,
            source.ValidationCandidates is null ? null : Matrix(source.ValidationCandidates));
    }

    /// <summary>All clicks are training clicks: nothing is validated or tested.</summary>
    public static Division None(ClickSource source) => FromLogs(source, source.Train, null, null);

    /// <summary>
    /// Temporal: all clicks in order of time; the last share is the test, the share before it validation, as at one moment of a
    /// running service. Users whose clicks are all late have empty training rows.
    /// </summary>
    /// <param name="source">The clicks.</param>
    /// <param name="validationRatio">Share of the clicks for validation, where no moment begins it.</param>
    /// <param name="testRatio">Share of the clicks for the test, where no moment begins it.</param>
    /// <param name="window">The moments at which validation and test begin, or null.</param>
    public static Division Temporal(ClickSource source, double validationRatio, double testRatio, TimeWindow? window = null)
    {
        var log = source.Train;
        int[] order = new int[log.Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        new TimeOrder(source).Sort(order, log);
        int FirstFrom(double moment) => order.TakeWhile(i => log.IsBefore(i, moment)).Count();
        int firstTest = window is null ? order.Length - (int)Math.Round(testRatio * order.Length) : FirstFrom(window.TestFrom);
        int firstValidation = window?.ValidationFrom is double from ? FirstFrom(from)
            : firstTest - (int)Math.Round(validationRatio * (window is null ? order.Length : firstTest));
        ClickLog train = source.NewLog(), validation = source.NewLog(), test = source.NewLog();
        for (int i = 0; i < order.Length; i++)
            (i >= firstTest ? test : i >= firstValidation ? validation : train).Add(log.Users[order[i]], log.Items[order[i]]);
        long AtTimeBefore(int first, int end)
        {
            int i = first;
            while (first > 0 && i < end && source.Train.Times[order[i]] == source.Train.Times[order[first - 1]]) i++;
            return i - first;
        }
        if (train.Count == 0)
            throw new InputException("The temporal split leaves no training clicks; give smaller ratios or later moments.");
        return FromLogs(source, train, validation.Count > 0 || validationRatio > 0 ? validation : null, test) with
        {
            Ties = AtTimeBefore(firstValidation, firstTest) + AtTimeBefore(firstTest, order.Length),
        };
    }

    /// <summary>
    /// Moves training clicks of each user with at least two into a validation part: one, the last by time where the source has
    /// times, or a share, drawn with the seed, whatever the times and the order of lines. Where the test has sampled negatives,
    /// each of these users is given as many, drawn with the seed from the items that are not in the user's training clicks. The
    /// test clicks are ignored: like any item of the future, a test click may be among them.
    /// </summary>
    public static void CarveValidation(ClickSource source, CarvedShare carved)
    {
        var log = source.Train;
        var (offsets, positions) = log.ByUser(source.Users.Count);
        var random = new NumpyRandom(source.Options.Seed);
        var keep = new bool[log.Count];
        Array.Fill(keep, true);
        var validation = source.NewLog();
        int[] itemRanks = source.Items.SortedRanks();
        var byTime = carved.IsDrawn(source.HasTimes) ? null : new TimeOrder(source);
        foreach (int user in SortedUsers(source, withClicksOnly: true))
        {
            int[] own = positions[offsets[user]..offsets[user + 1]];
            if (carved.Of(own.Length) is not (> 0 and int count)) continue;
            int[] sorted = byTime?.Sort(own, log) ?? SortByItem(own, log, itemRanks);
            foreach (int chosen in byTime is null ? random.Choice(own.Length, count) : [own.Length - 1])
            {
                keep[sorted[chosen]] = false;
                validation.Add(user, log.Items[sorted[chosen]]);
            }
        }
        if (source.Candidates is not null) source.ValidationCandidates = DrawCandidates(source, validation, offsets, positions);
        log.Keep(keep);
        source.Validation = validation;
    }

    /// <summary>As many items as the test gives each of the users, drawn from those that the user has not clicked.</summary>
    private static ClickLog DrawCandidates(ClickSource source, ClickLog heldOut, int[] offsets, int[] positions)
    {
        var counts = new int[source.Users.Count];
        foreach (int user in source.Candidates!.Users) counts[user]++;
        int[] items = Order(source.Items.SortedRanks());
        var random = new NumpyRandom(source.Options.Seed);
        var candidates = source.NewLog();
        foreach (int user in heldOut.Users.ToArray().Distinct())
        {
            var clicked = new bool[items.Length];
            foreach (int position in positions.AsSpan(offsets[user]..offsets[user + 1]))
                clicked[source.Train.Items[position]] = true;
            int[] others = Array.FindAll(items, item => !clicked[item]);
            foreach (int drawn in random.Choice(others.Length, Math.Min(counts[user], others.Length)))
                candidates.Add(user, others[drawn]);
        }
        return candidates;
    }

    private static (EvaluationSplit Part, long Unknown) FoldIn(ClickLog log, (int[] Offsets, int[] Positions) byUser,
        ReadOnlySpan<int> users, int[] rowOfUser, int[] columnOfItem, int rows, int columns, int firstUser, uint seed,
            bool sortColumns = false)
    {
        var random = new NumpyRandom(seed);
        List<(int, int)> foldIn = [], heldOut = [];
        var own = new List<int>();
        long unknown = 0;
        foreach (int user in users)
        {
            int row = rowOfUser[user];
            if (row < 0) continue;
            own.Clear();
            for (int p = byUser.Offsets[user]; p < byUser.Offsets[user + 1]; p++)
                if (columnOfItem[log.Items[byUser.Positions[p]]] is >= 0 and var column) own.Add(column);
                else unknown++;
            if (sortColumns) own.Sort();
            var chosen = new bool[own.Count];
            if (own.Count >= FewestClicksToDivide)
                foreach (int i in random.Choice(own.Count, (int)(HeldOutShare * own.Count))) chosen[i] = true;
            for (int i = 0; i < chosen.Length; i++) (chosen[i] ? heldOut : foldIn).Add((row, own[i]));
        }
        var part = new EvaluationSplit(CsrMatrix.FromPairs(rows, columns, foldIn), CsrMatrix.FromPairs(rows, columns, heldOut),
            firstUser);
        return (part, unknown);
    }

    /// <summary>A division whose parts have the same users: all with clicks, sorted by id, and all items with clicks.</summary>
    public static Division FromLogs(ClickSource source, ClickLog train, ClickLog? validation, ClickLog? test)
    {
        int[] users = SortedUsers(source, withClicksOnly: true), rowOfUser = Inverse(users, source.Users.Count);
        var present = new bool[source.Items.Count];
        foreach (int item in source.Train.Items) present[item] = true;
        int[] items = [.. Order(source.Items.SortedRanks()).Where(item => present[item])];
        int[] columnOfItem = Inverse(items, source.Items.Count);
        CsrMatrix Matrix(ClickLog log) => log.ToMatrix(users.Length, items.Length, rowOfUser, columnOfItem);
        return Shared(Matrix(train), validation is null ? null : Matrix(validation),
            test is null ? null : Matrix(test), null, users, items);
    }

    /// <summary>All parts have the same users: the test may see training and validation together.</summary>
    private static Division Shared(CsrMatrix train, CsrMatrix? validation, CsrMatrix? test, CsrMatrix? candidates, int[] users,
        int[] items, CsrMatrix? validationCandidates = null) => new(
        train,
        validation is null ? null : new EvaluationSplit(train, validation, 0, validationCandidates),
        test is null ? null
            : new EvaluationSplit(validation is null ? train : CsrMatrix.Union(train, validation), test, 0, candidates),
        users, items);

    private static CsrMatrix Distinct(ClickLog candidates, ClickSource source, Func<ClickLog, CsrMatrix> matrix)
    {
        candidates.MergeDuplicates(source.Users.Count, source.Items.Count);
        return matrix(candidates);
    }

    /// <summary>Users by id.</summary>
    public static int[] SortedUsers(ClickSource source, bool withClicksOnly)
    {
        var present = new bool[source.Users.Count];
        foreach (int user in source.Train.Users) present[user] = true;
        return [.. Order(source.Users.SortedRanks()).Where(user => present[user] || !withClicksOnly)];
    }

    private static (int[] Users, int[] Items, int[] RowOfUser, int[] ColumnOfItem) AllSorted(ClickSource source)
    {
        int[] rows = source.Users.SortedRanks(), columns = source.Items.SortedRanks();
        return (Order(rows), Order(columns), rows, columns);
    }

    /// <summary>Sorts positions of one user's clicks by the ranks of their items.</summary>
    public static int[] SortByItem(int[] positions, ClickLog log, int[] itemRanks)
    {
        Array.Sort(Array.ConvertAll(positions, position => itemRanks[log.Items[position]]), positions);
        return positions;
    }

    private static int[] Order(int[] ranks)
    {
        var order = new int[ranks.Length];
        for (int i = 0; i < ranks.Length; i++) order[ranks[i]] = i;
        return order;
    }

    private static int[] Inverse(ReadOnlySpan<int> chosen, int count)
    {
        var inverse = new int[count];
        Array.Fill(inverse, -1);
        for (int i = 0; i < chosen.Length; i++) inverse[chosen[i]] = i;
        return inverse;
    }
}
