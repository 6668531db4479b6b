using System.Globalization;
using ManualVae.Data;
using ManualVae.Tools.Sweep;
using ManualVae.Training;

namespace ManualVae.Tools.Recipe;

/// <summary>
/// The family of a recipe, by successive halving over epochs: brackets of trials, the first of them with the candidates' starts,
/// the rest drawn near what did well. A bracket's rungs share the time that is left evenly, so the last has as long as the first.
/// </summary>
internal sealed class FamilyStage(PreparedDataset data, RecipeTrials trials, RecipeBudget budget, ulong seed)
{
    private const int Brackets = 4, MostOfBracket = 12, Updates = 3000, FewestEpochs = 20, MostEpochs = 150, Patience = 10;
    private const double Behind = 0.95; // of the best: a candidate below it has no more draws

    private int _drawn;

    private sealed record Entry(RecipeCandidate Candidate, IReadOnlyDictionary<string, string> Own, RecipeTrial? Trial = null);

    /// <summary>Searches until its time is over.</summary>
    /// <param name="candidates">What is tried, what suits the data first.</param>
    /// <param name="popularity">The value of popularity; 0 if unknown.</param>
    public void Run(IReadOnlyList<RecipeCandidate> candidates, double popularity)
    {
        for (int bracket = 0; bracket < Brackets && budget.Spent < budget.Plan.Family; bracket++)
        {
            int rungs = SuccessiveHalving.Rungs(SuccessiveHalving.FirstOf(MostEpochs), MostEpochs).Count;
            double start = budget.Spent, step = (budget.Plan.Family - start) / rungs;
            var going = FirstRung(candidates, popularity, bracket, start + step);
            for (int rung = 1; rung < rungs && going.Count > 0; rung++)
            {
                Keep(going);
                var done = new List<Entry>();
                double longest = 0;
                for (int i = 0; i < going.Count && budget.Spent < budget.Plan.Family; i++)
                {
                    double begun = budget.Spent;
                    done.Add(Try(going[i], rung, Share(start + step * (rung + 1), going.Count - i, longest)));
                    longest = Math.Max(longest, budget.Spent - begun);
                }
                going = GoOn(done, popularity, first: false);
            }
            Keep([]);
        }
    }

    /// <summary>Batch, epochs and patience of a trial, where it does not name them.</summary>
    /// <param name="own">Its settings.</param>
    /// <param name="users">Training users.</param>
    public static Dictionary<string, string> WithLength(IReadOnlyDictionary<string, string> own, int users)
    {
        var all = new Dictionary<string, string>(own);
        int fitting = RunSettings.BatchSizeFor(users);
        int batch = all.TryGetValue("batch-size", out string? given)
            ? Math.Min(fitting, int.Parse(given, CultureInfo.InvariantCulture)) : fitting;
        all["batch-size"] = $"{batch}";
        int updates = (users + batch - 1) / batch; // of an epoch
        all.TryAdd("epochs", $"{Math.Clamp((Updates + updates - 1) / Math.Max(1, updates), FewestEpochs, MostEpochs)}");
        all.TryAdd("patience", $"{Patience}");
        return all;
    }

    private List<Entry> FirstRung(IReadOnlyList<RecipeCandidate> candidates, double popularity, int bracket, double end)
    {
        var done = new List<Entry>();
        Entry[] starts = bracket > 0 ? [] : [.. Enumerable.Range(0, candidates.Max(c => c.Starts.Count))
            .SelectMany(k => candidates.Where(c => c.Starts.Count > k).Select(c => new Entry(c, c.Starts[k])))];
        double longest = 0;
        for (int i = 0; i < starts.Length && budget.Spent < end; i++)
        {
            double begun = budget.Spent;
            Add(starts[i], Share(end, starts.Length - i, longest));
            longest = Math.Max(longest, budget.Spent - begun);
        }
        while (done.Count < MostOfBracket && budget.Spent < end) Add(Draw(candidates, popularity), end);
        return GoOn(done, popularity, first: true, each: bracket == 0);

        void Add(Entry entry, double until)
        {
            done.Add(Try(entry, 0, until));
            Keep(GoOn(done, popularity, first: true, each: bracket == 0));
        }
    }

    // Until when one of several trials may take: half of the time that is left, or as long as an earlier one had. On small data
    // all have their turn; on data so large that an epoch takes minutes, the first two are trained, not all of them for no epoch.
    private double Share(double end, int trials, double longest) =>
        Math.Min(end, budget.Spent + Math.Max(longest, Math.Max(0, end - budget.Spent) / Math.Min(2, trials)));

    // In turn of the candidates that are not far behind, or have not begun.
    private Entry Draw(IReadOnlyList<RecipeCandidate> candidates, double popularity)
    {
        double best = candidates.Max(Best);
        RecipeCandidate[] near = [.. candidates.Where(c => Best(c) >= Behind * best
            || RecipeHalving.HasNotBegun(Best(c), popularity))];
        var candidate = near[_drawn % near.Length];
        var ranked = trials.All.Where(t => t.Candidate == candidate.Name && t.Validation is not null)
            .OrderByDescending(t => t.Epochs).ThenByDescending(t => t.Validation).Select(t => t.Settings).ToList();
        return new(candidate, TreeParzen.Propose(candidate.Space!, ranked, [], seed, _drawn++));
    }

    private double Best(RecipeCandidate candidate) =>
        trials.All.Where(t => t.Candidate == candidate.Name).Max(t => t.Validation) ?? 0;

    private Entry Try(Entry entry, int rung, double end)
    {
        var own = WithLength(entry.Own, data.Train.Rows);
        int epochs = int.Parse(own["epochs"], CultureInfo.InvariantCulture);
        var rungs = SuccessiveHalving.Rungs(SuccessiveHalving.FirstOf(epochs), epochs);
        using var until = budget.Until(Math.Min(end, budget.Plan.Family));
        return entry with { Trial = trials.Try(entry.Candidate, own, rungs[Math.Min(rung, rungs.Count - 1)], until.Token) };
    }

    private static List<Entry> GoOn(List<Entry> done, double popularity, bool first, bool each = false) =>
        [.. RecipeHalving.GoOn([.. done.Select((entry, i) => (i, entry.Candidate.Name, entry.Trial!.Validation))],
            popularity, first, each)
            .Select(i => done[i])];

    // Those that go on and the leaders keep their checkpoints.
    private void Keep(IReadOnlyList<Entry> going) => trials.KeepLeaders(going.Select(entry => entry.Trial!));
}
