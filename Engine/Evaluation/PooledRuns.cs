namespace ManualVae.Evaluation;

/// <summary>One run's value for each evaluated user.</summary>
/// <param name="Data">Which prepared dataset it was evaluated on (its manifest hash).</param>
/// <param name="Users">Original id of each evaluated user.</param>
/// <param name="Clicks">Clicks of each of these users in the part, shown and to find together.</param>
/// <param name="FoldIn">Clicks of each of these users that the model is shown.</param>
/// <param name="Values">Values by metric, in the order of the users.</param>
public sealed record UserValues(
    string Data, string[] Users, int[] Clicks, int[] FoldIn, IReadOnlyDictionary<string, double[]> Values);

/// <summary>
/// Runs of one recipe with several training seeds, and on several divisions of one source, as one sample of users: a user's value
/// is the mean over all runs that evaluate the user. The users are the independent units of a test; seeds and divisions are not.
/// </summary>
public sealed class PooledRuns
{
    private readonly IReadOnlyList<UserValues> _runs;

    /// <summary>Pools runs.</summary>
    /// <param name="runs">One or more, all with the same metrics.</param>
    public PooledRuns(IReadOnlyList<UserValues> runs)
    {
        _runs = runs;
        var counts = new SortedDictionary<string, (int Clicks, int FoldIn)>(StringComparer.Ordinal);
        foreach (var run in runs)
            for (int i = 0; i < run.Users.Length; i++) counts.TryAdd(run.Users[i], (run.Clicks[i], run.FoldIn[i]));
        Users = [.. counts.Keys];
        (Clicks, FoldIn) = ([.. counts.Values.Select(c => c.Clicks)], [.. counts.Values.Select(c => c.FoldIn)]);
        Values = runs[0].Values.Keys.ToDictionary(metric => metric, MeanByUser);
    }

    /// <summary>How many runs.</summary>
    public int Count => _runs.Count;

    /// <summary>The datasets they were evaluated on.</summary>
    public IReadOnlySet<string> Datasets => _runs.Select(run => run.Data).ToHashSet();

    /// <summary>All users that any run evaluates, sorted by id.</summary>
    public string[] Users { get; }

    /// <summary>Clicks of each user, as in the first run that evaluates the user.</summary>
    public int[] Clicks { get; }

    /// <summary>Clicks of each user that the model is shown, as in the first run that evaluates the user.</summary>
    public int[] FoldIn { get; }

    /// <summary>Each user's mean over the runs, by metric.</summary>
    public IReadOnlyDictionary<string, double[]> Values { get; }

    /// <summary>A metric's mean in each run.</summary>
    public double[] RunMeans(string metric) => [.. _runs.Select(run => run.Values[metric].Average())];

    /// <summary>
    /// Standard deviation of the runs' means over the training seeds: within each dataset (divided by n - 1), variances pooled
    /// over the datasets. NaN where no dataset has two runs.
    /// </summary>
    public double SeedDeviation(string metric)
    {
        double squares = 0;
        int freedom = 0;
        foreach (var runs in _runs.GroupBy(run => run.Data))
        {
            double[] seeds = [.. runs.Select(run => run.Values[metric].Average())];
            double mean = seeds.Average();
            squares += seeds.Sum(value => (value - mean) * (value - mean));
            freedom += seeds.Length - 1;
        }
        return Math.Sqrt(squares / freedom);
    }

    /// <summary>Positions of the users by number of clicks: up to the first limit, the second, ..., over the last.</summary>
    /// <param name="limits">Increasing.</param>
    public IReadOnlyList<(string Name, int[] Users)> ByClicks(IReadOnlyList<int> limits) =>
        [.. Enumerable.Range(0, limits.Count + 1).Select(bin =>
        {
            int low = bin == 0 ? 0 : limits[bin - 1] + 1, high = bin == limits.Count ? int.MaxValue : limits[bin];
            string name = bin == limits.Count ? $"over {limits[^1]}" : bin == 0 ? $"up to {high}" : $"{low} to {high}";
            return (name, Enumerable.Range(0, Users.Length).Where(user => Clicks[user] >= low && Clicks[user] <= high).ToArray());
        })];

    /// <summary>The users in groups of nearly equal size by the clicks that the models are shown of them.</summary>
    /// <param name="groups">How many, 1 or more.</param>
    public IReadOnlyList<UserGroup> ByActivity(int groups) => UserGroup.OfEqualSize(FoldIn, groups);

    private double[] MeanByUser(string metric)
    {
        var position = Users.Index().ToDictionary(user => user.Item, user => user.Index);
        var (sums, counts) = (new double[Users.Length], new int[Users.Length]);
        foreach (var run in _runs)
            for (int i = 0; i < run.Users.Length; i++)
            {
                int user = position[run.Users[i]];
                sums[user] += run.Values[metric][i];
                counts[user]++;
            }
        for (int user = 0; user < sums.Length; user++) sums[user] /= counts[user];
        return sums;
    }
}
