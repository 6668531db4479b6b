namespace ManualVae.Data.Synthetic;

/// <summary>
/// Clicks from a planted low-rank model. A user is a mixture theta_u of a few factors, a factor phi_g a distribution over the
/// items it owns; clicks are drawn from p_u = s sum_g theta_ug phi_g + (1 - s) w without repetition, where w is the popularity
/// and s the personal share. Factors are drawn in proportion to the popularity of their items, so the mean of p_u over users is
/// w. Someone who has seen all that the tastes offer goes on to popular items, then to any.
/// </summary>
public static class SyntheticClicks
{
    private const int RejectionsBeforePopular = 10, RejectionsBeforeAny = 30;

    /// <summary>
    /// Makes a dataset divided as a strong split. Users are exchangeable, so the last ones are the test and those before them
    /// validation. Each part is drawn straight into its matrix: nothing is held but the matrices.
    /// </summary>
    /// <param name="shape">What to make.</param>
    /// <param name="seed">The same seed gives the same clicks, whatever the number of threads.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">The shape is impossible.</exception>
    public static PreparedDataset Generate(SyntheticShape shape, uint seed = 98765, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        shape.Validate();
        var items = new SyntheticItems(shape, seed);
        int[] activity = Activity(shape, seed);
        int trainUsers = shape.Users - 2 * shape.HeldOutUsers;
        var report = new Share(progress, shape.Users);
        CsrMatrix Part(int first, int rows, bool everyItem) =>
            Draw(shape, items, activity, first, rows, seed, everyItem, report, cancellation);
        var train = Part(0, trainUsers, everyItem: true);
        EvaluationSplit HeldOut(int first) => Divide(Part(first, shape.HeldOutUsers, everyItem: false), first, seed);
        var (validation, test) = (HeldOut(trainUsers), HeldOut(trainUsers + shape.HeldOutUsers));
        var manifest = new DatasetManifest
        {
            Source = new DatasetSource("synthetic", shape.Name),
            Split = SplitKind.Strong,
            Seed = seed,
            Import = new ImportTally { ClicksRead = shape.Interactions },
        };
        string[] users = new string[shape.Users];
        for (int user = 0; user < users.Length; user++) users[user] = (user + 1).ToString();
        return new PreparedDataset(manifest, train, validation, test, users, items.List);
    }

    /// <summary>Clicks of each user; their sum is exact.</summary>
    private static int[] Activity(SyntheticShape shape, uint seed)
    {
        var raw = new double[shape.Users];
        for (int user = 0; user < raw.Length; user++)
        {
            var random = SplitMix64.For(seed, purpose: 2, (uint)user);
            raw[user] = Math.Exp(shape.ActivitySpread * random.Normal());
        }
        int most = shape.Items / 2;
        long Total(double scale)
        {
            long total = 0;
            foreach (double value in raw) total += Clicks(value, scale);
            return total;
        }
        int Clicks(double value, double scale) => (int)Math.Min(most, shape.FewestUserClicks + Math.Floor(scale * value));
        double low = 0, high = 1;
        while (Total(high) < shape.Interactions && high < 1e12) high *= 2;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            if (Total(middle) <= shape.Interactions) low = middle;
            else high = middle;
        }
        var activity = new int[raw.Length];
        long missing = shape.Interactions;
        for (int user = 0; user < activity.Length; user++) missing -= activity[user] = Clicks(raw[user], low);
        for (int user = 0; missing > 0; user = (user + 1) % activity.Length)
            if (activity[user] < most) (activity[user], missing) = (activity[user] + 1, missing - 1);
        return activity;
    }

    private static CsrMatrix Draw(SyntheticShape shape, SyntheticItems items, int[] activity, int first, int rows, uint seed,
        bool everyItem,
        Share report, CancellationToken cancellation)
    {
        var offsets = new long[rows + 1];
        for (int row = 0; row < rows; row++) offsets[row + 1] = offsets[row] + activity[first + row];
        var columns = new int[offsets[rows]];
        // So that every item occurs in training, item i is the first click of a certain user.
        int[]? firstItems = everyItem ? FirstItems(shape, activity, rows) : null;
        const int Block = 512;
        Cores.For(0, (rows + Block - 1) / Block, () => new int[shape.Items],
            (block, _, seen) =>
            {
                int end = Math.Min(rows, (block + 1) * Block);
                for (int row = block * Block; row < end; row++)
                {
                    var clicks = columns.AsSpan((int)offsets[row], activity[first + row]);
                    int given = 0;
                    for (int item = firstItems?[row] ?? shape.Items; item < firstItems?[row + 1]; item++) clicks[given++] = item;
                    DrawUser(shape, items, (uint)(first + row), seed, seen, clicks, given);
                    clicks.Sort();
                }
                report.Add(end - block * Block);
                return seen;
            },
            _ => { }, cancellation);
        return new CsrMatrix(shape.Items, offsets, columns);
    }

    /// <summary>Items [f[row], f[row + 1]) are given to a row; never more than the row holds.</summary>
    private static int[] FirstItems(SyntheticShape shape, int[] activity, int rows)
    {
        var first = new int[rows + 1];
        long given = 0;
        for (int row = 0; row < rows; row++)
        {
            long due = (row + 1L) * shape.Items / rows;
            given += Math.Min(due - given, activity[row]);
            first[row + 1] = (int)given;
        }
        if (given == shape.Items) return first;
        var name = InputException.Setting(nameof(shape.Users));
        throw InputException.About(
            $"{name} {shape.Users}: too few training users for {shape.Items} items to be clicked once each.");
    }

    private static void DrawUser(SyntheticShape shape, SyntheticItems items, uint user, uint seed, int[] seen, Span<int> clicks,
        int given)
    {
        int stamp = (int)user + 1;
        for (int i = 0; i < given; i++) seen[clicks[i]] = stamp;
        var random = SplitMix64.For(seed, purpose: 3, user);
        Span<int> tastes = stackalloc int[shape.TastesOfAUser];
        Span<double> upTo = stackalloc double[shape.TastesOfAUser];
        double sum = 0;
        for (int k = 0; k < tastes.Length; k++)
        {
            tastes[k] = items.Factors.Draw(ref random);
            upTo[k] = sum += random.Exponential(); // normalised below: theta_u is Dirichlet(1, ..., 1) over the tastes
        }
        for (int i = given, rejections = 0; i < clicks.Length;)
        {
            int item;
            if (rejections >= RejectionsBeforeAny) item = random.Below(shape.Items);
            else if (rejections >= RejectionsBeforePopular || random.Uniform() >= shape.PersonalShare)
                item = items.Everything.Draw(ref random);
            else
            {
                double at = random.Uniform() * sum;
                int k = 0;
                while (k < tastes.Length - 1 && at >= upTo[k]) k++;
                item = items.Members[tastes[k]][items.Within[tastes[k]].Draw(ref random)];
            }
            if (seen[item] == stamp)
            {
                rejections++;
                continue;
            }
            (seen[item], clicks[i++], rejections) = (stamp, item, 0);
        }
    }

    /// <summary>The fold-in and held-out clicks of held-out users, drawn as the published splits do.</summary>
    private static EvaluationSplit Divide(CsrMatrix clicks, int firstUser, uint seed)
    {
        var random = new NumpyRandom(seed);
        long[] shownOffsets = new long[clicks.Rows + 1], heldOffsets = new long[clicks.Rows + 1];
        for (int row = 0; row < clicks.Rows; row++)
        {
            int held = HeldOut(clicks.RowLength(row));
            heldOffsets[row + 1] = heldOffsets[row] + held;
            shownOffsets[row + 1] = shownOffsets[row] + clicks.RowLength(row) - held;
        }
        int[] shownColumns = new int[shownOffsets[^1]], heldColumns = new int[heldOffsets[^1]];
        for (int row = 0, shown = 0, held = 0; row < clicks.Rows; row++)
        {
            var own = clicks.RowColumns(row);
            var chosen = new bool[own.Length];
            if (HeldOut(own.Length) is > 0 and var size)
                foreach (int i in random.Choice(own.Length, size)) chosen[i] = true;
            for (int i = 0; i < own.Length; i++)
                if (chosen[i]) heldColumns[held++] = own[i];
                else shownColumns[shown++] = own[i];
        }
        return new EvaluationSplit(new CsrMatrix(clicks.Columns, shownOffsets, shownColumns),
            new CsrMatrix(clicks.Columns, heldOffsets, heldColumns), firstUser);
        static int HeldOut(int count) =>
            count < Import.Splits.FewestClicksToDivide ? 0 : (int)(Import.Splits.HeldOutShare * count);
    }

    /// <summary>Adds up what threads have done and reports it, one at a time.</summary>
    private sealed class Share(IProgress<double>? progress, int total)
    {
        private int _done;

        public void Add(int users)
        {
            lock (this) progress?.Report((double)(_done += users) / total);
        }
    }
}
