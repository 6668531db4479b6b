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
    public static Division Strong(ClickSource source, int? heldOutUsers, FoldInOrder order)
    {
        var log = source.Train;
        int[] sorted = SortedUsers(source, withClicksOnly: true);
        int heldOut = heldOutUsers ?? Math.Min(10_000, sorted.Length / 10);
        if (heldOut < 1 || 2L * heldOut >= sorted.Length)
        {
            var (name, most) = (InputException.Setting(nameof(ImportOptions.HeldOutUsers)), Math.Max(1, (sorted.Length - 1) / 2));
            string first = sorted.Length < 3 ? ", once there are at least 3 users" : "";
            throw InputException.About(
                $"Cannot hold out twice {heldOut} of {sorted.Length} users; give {name} from 1 to {most}{first}.");
        }
        uint seed = source.Options.Seed;
        int[] permutation = new NumpyRandom(seed).Permutation(sorted.Length);
        var users = new int[sorted.Length];
        for (int i = 0; i < users.Length; i++) users[i] = sorted[permutation[i]];
        int trainUsers = users.Length - 2 * heldOut;

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

        var byUser = log.ByUser(source.Users.Count);
        long dropped = 0;
        EvaluationSplit Part(int first)
        {
            var held = users.AsSpan(first, heldOut);
            int[] rows = Inverse(held, source.Users.Count);
            var (part, unknown) = order == FoldInOrder.Source
                ? FoldIn(log, byUser, sorted, rows, columnOfItem, heldOut, items.Count, first, seed)
                : FoldIn(log, byUser, held, rows, columnOfItem, heldOut, items.Count, first, seed, sortColumns: true);
            dropped += unknown;
            return part;
        }
        var train = log.ToMatrix(trainUsers, items.Count, rowOfUser, columnOfItem);
        var validation = Part(trainUsers);
        var test = Part(trainUsers + heldOut);
        return new Division(train, validation, test, users, [.. items], dropped);
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

    /// <summary>
    /// Leave one out by time: a user's last click is the test, the one before it validation; what happened at the same time
    /// counts in the order of the file. A user with two clicks gives the last to the test; a single click stays in training.
    /// </summary>
    public static Division LeaveOneOut(ClickSource source)
    {
        var log = source.Train;
        var (offsets, positions) = log.ByUser(source.Users.Count);
        ClickLog train = source.NewLog(), validation = source.NewLog(), test = source.NewLog();
        long ties = 0;
        for (int user = 0; user < source.Users.Count; user++)
        {
            int[] own = InOrderOfTime(positions[offsets[user]..offsets[user + 1]], log);
            for (int i = 0; i < own.Length; i++)
            {
                int fromEnd = own.Length - i;
                var part = fromEnd == 1 && own.Length >= 2 ? test : fromEnd == 2 && own.Length >= 3 ? validation : train;
                part.Add(user, log.Items[own[i]]);
                if (part != train && log.Times[own[i]] == log.Times[own[i - 1]]) ties++;
            }
        }
        return FromLogs(source, train, validation, test) with { Ties = ties };
    }

    /// <summary>
    /// Temporal: all clicks in order of time; the last share is the test, the share before it validation, as at one moment of a
    /// running service. Equal times count in the order of the file. Users whose clicks are all late have empty training rows.
    /// </summary>
    public static Division Temporal(ClickSource source, double validationRatio, double testRatio)
    {
        var log = source.Train;
        int[] order = new int[log.Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        order = InOrderOfTime(order, log);
        int firstTest = order.Length - (int)Math.Round(testRatio * order.Length);
        int firstValidation = firstTest - (int)Math.Round(validationRatio * order.Length);
        ClickLog train = source.NewLog(), validation = source.NewLog(), test = source.NewLog();
        for (int i = 0; i < order.Length; i++)
            (i >= firstTest ? test : i >= firstValidation ? validation : train).Add(log.Users[order[i]], log.Items[order[i]]);
        long AtTimeBefore(int first, int end)
        {
            int i = first;
            while (first > 0 && i < end && source.Train.Times[order[i]] == source.Train.Times[order[first - 1]]) i++;
            return i - first;
        }
        if (train.Count == 0) throw new InputException("The temporal split leaves no training clicks; give smaller ratios.");
        return FromLogs(source, train, validationRatio > 0 ? validation : null, test) with
        {
            Ties = AtTimeBefore(firstValidation, firstTest) + AtTimeBefore(firstTest, order.Length),
        };
    }

    /// <summary>
    /// Moves one training click of each user with at least two into a validation part: the last by time where the source has
    /// times, else one drawn with the seed, whatever the order of lines. Where the test has sampled negatives, each of these
    /// users is given as many, drawn with the seed from the items that are not in the user's training clicks. The test clicks
    /// are ignored: like any item of the future, a test click may be among them.
    /// </summary>
    public static void CarveValidation(ClickSource source)
    {
        var log = source.Train;
        var (offsets, positions) = log.ByUser(source.Users.Count);
        var random = new NumpyRandom(source.Options.Seed);
        var keep = new bool[log.Count];
        Array.Fill(keep, true);
        var validation = source.NewLog();
        int[] itemRanks = source.Items.SortedRanks();
        foreach (int user in SortedUsers(source, withClicksOnly: true))
        {
            int[] own = positions[offsets[user]..offsets[user + 1]];
            if (!source.HasTimes) Array.Sort(Array.ConvertAll(own, position => itemRanks[source.Train.Items[position]]), own);
            if (own.Length < 2) continue;
            int chosen = source.HasTimes ? InOrderOfTime(own, log)[^1] : own[random.Choice(own.Length, 1)[0]];
            keep[chosen] = false;
            validation.Add(user, log.Items[chosen]);
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
        foreach (int user in heldOut.Users)
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

    private static Division FromLogs(ClickSource source, ClickLog train, ClickLog? validation, ClickLog test)
    {
        int[] users = SortedUsers(source, withClicksOnly: true), rowOfUser = Inverse(users, source.Users.Count);
        var present = new bool[source.Items.Count];
        foreach (int item in source.Train.Items) present[item] = true;
        int[] items = [.. Order(source.Items.SortedRanks()).Where(item => present[item])];
        int[] columnOfItem = Inverse(items, source.Items.Count);
        CsrMatrix Matrix(ClickLog log) => log.ToMatrix(users.Length, items.Length, rowOfUser, columnOfItem);
        return Shared(Matrix(train), validation is null ? null : Matrix(validation), Matrix(test), null, users, items);
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

    private static int[] SortedUsers(ClickSource source, bool withClicksOnly)
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

    private static int[] InOrderOfTime(int[] positions, ClickLog log)
    {
        var keys = new (long, int)[positions.Length];
        for (int i = 0; i < keys.Length; i++) keys[i] = (log.Times[positions[i]], positions[i]);
        Array.Sort(keys, positions);
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
