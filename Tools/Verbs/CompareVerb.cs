using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Report;
using ManualVae.Tools.Runs;
using ManualVae.Training;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae compare</c>: paired differences over the same users, with intervals and corrected significance; runs with several
/// training seeds and on several divisions of one source are pooled by user.
/// </summary>
internal static class CompareVerb
{
    private const int GroupsByDefault = 5;

    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Run folders, or files of another system's predictions (as in evaluate); each is compared with the "
                + "first. Several joined by commas (training seeds, divisions of one source) count as one: a user's value is the "
                + "mean over those that evaluate the user.",
            Arity = ArgumentArity.OneOrMore,
        };
        var heldOut = new HeldOutFlags();
        var byClicks = new Option<string?>("--by-clicks")
        {
            Description = "Compare groups of users too, by their clicks in the part, shown and to find together: the "
                + "groups' upper ends, "
                + "such as 10,50,100.", HelpName = "n,n,...",
        };
        var byActivity = new Option<string?>("--by-activity")
        {
            Description = "Compare groups of users of equal size too, by the clicks that the models are shown of them (fold-in): "
                + $"how many groups ({GroupsByDefault} without a number).",
            HelpName = "n", Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string?>("--output")
        {
            Description = "A page of the comparison with figures and stars (.html), or the first metric's figure by activity "
                + "alone (.svg).", HelpName = "file",
        };
        var seed = Flags.Seed("--seed", "Seed of the bootstrap.", 0);
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create("compare",
            "Paired differences of runs, with intervals and significance.", parsed =>
        {
            string[] names = parsed.GetValue(runs)!;
            if (names.Length < 2) throw new InputException("compare needs at least two runs; the first is the baseline.");
            int[] limits = Limits(parsed.GetValue(byClicks));
            int groups = parsed.GetResult(byActivity) is null ? 0 : Groups(parsed.GetValue(byActivity));
            if (groups > 0 && limits.Length > 0)
                throw new InputException("--by-activity and --by-clicks both divide the users; give one of the two flags.");
            string? page = parsed.GetValue(output);
            if (page is not null) ComparisonPage.Check(page, groups > 0);
            OutputFile.RefuseTwo("--output", page, parsed.GetValue(json));
            string? source = null;
            var pooled = names.Select(name => new PooledRuns([.. Parts(name).Select(part =>
            {
                if (File.Exists(part)) return Checked(heldOut.Evaluate(parsed, part, PreparedDataset.Open(DataOfLists())), part);
                using var trained = model.Open(parsed, part);
                Console.Error.WriteLine($"evaluating {part}");
                return Checked(heldOut.Evaluate(parsed, trained), part);
            })])).ToList();
            string DataOfLists() => model.Data(parsed) ?? (names.SelectMany(Parts).FirstOrDefault(Directory.Exists) is string run
                ? RunFolder.Open(run).Manifest.Data
                : throw new InputException("compare of predictions alone needs --data FOLDER, the dataset they are for."));
            UserValues Checked(MeasuredLists measured, string part)
            {
                string own = measured.Data.Manifest.Source.Sha256 ?? measured.Data.ManifestHash;
                return (source ??= own) == own ? measured.Users : throw OtherData(part, names[0]);
            }
            foreach (var (other, name) in pooled.Zip(names))
                if (!other.Datasets.SetEquals(pooled[0].Datasets)) throw OtherData(name, names[0]);
            var activity = groups == 0 ? [] : pooled[0].ByActivity(groups);
            var rows = PairedComparison.WithFirst([.. names.Zip(pooled, (name, runs) => (name, runs.Values))],
                parsed.GetValue(seed), groups > 0 ? [.. activity.Select(group => (group.Name, group.Users))]
                    : limits.Length == 0 ? null : pooled[0].ByClicks(limits));
            string[] labels = Comparison.Labels([.. names.Select(Parts)]);
            var comparison = new Comparison(
                [.. names.Zip(labels, pooled).Select(model => new ComparedRuns(model.First, model.Second, model.Third))], rows,
                activity);
            if (page is not null)
            {
                ComparisonPage.Write(page, comparison, heldOut.Split(parsed));
                if (!OutputFile.IsStandardOutput(page)) Console.Error.WriteLine(page);
            }
            if (parsed.GetValue(json))
                Terminal.WriteJson(new
                {
                    baseline = names[0], split = heldOut.Split(parsed),
                    input = heldOut.Protocol(parsed) == EvaluationProtocol.Known ? "all" : "train",
                    protocol = ProtocolFlag.NameOf(heldOut.Protocol(parsed)),
                    users = pooled[0].Users.Length, comparisons = rows,
                    activity = activity.Select(group => new
                    {
                        group = group.Name, leastFoldIn = group.Least, mostFoldIn = group.Most, users = group.Users.Length,
                    }),
                    runs = names.Zip(pooled, (name, runs) => new
                    {
                        name, metrics = runs.Values.Keys.ToDictionary(metric => metric,
                        metric => new
                        {
                            mean = runs.Values[metric].Average(), seedDeviation = Finite(runs.SeedDeviation(metric)),
                            means = runs.RunMeans(metric)
                        })
                    }),
                });
            else if (!OutputFile.IsStandardOutput(page)) ComparisonTable.Write(Terminal.Results, comparison);
            return ExitCode.Done;
        }, [runs, .. heldOut.Options, byClicks, byActivity, output, seed, json, .. model.Options]);
    }

    // Text, not a number: a run after the flag is told apart from a wrong number.
    private static int Groups(string? text) => text is null ? GroupsByDefault
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 1 ? n
        : throw new InputException($"--by-activity {text}: give the number of groups, 2 or more; for {GroupsByDefault} without a "
            + "number, put the flag after the runs.");

    // A name with a comma may be one folder or file.
    private static string[] Parts(string name) =>
        Path.Exists(name) ? [name] : name.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static int[] Limits(string? text)
    {
        if (text is null) return [];
        string[] parts = text.Split(',');
        int[] limits = [.. parts.Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)];
        return limits.Zip(limits.Prepend(0)).All(pair => pair.First > pair.Second)
            ? limits
            : throw new InputException($"--by-clicks {text}: give increasing whole numbers above 0, such as 10,50,100.");
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static InputException OtherData(string run, string first) => new(
        $"{run}: was trained on other data than {first}; a paired comparison needs the same users. Pass --data DIR.");
}
