using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Training;
using Spectre.Console;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae compare</c>: paired differences over the same users, with intervals and corrected significance; runs with several
/// training seeds and on several divisions of one source are pooled by user.
/// </summary>
internal static class CompareVerb
{
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
        var seed = Flags.Seed("--seed", "Seed of the bootstrap.", 0);
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create("compare",
            "Paired differences of runs, with intervals and significance.", parsed =>
        {
            string[] names = parsed.GetValue(runs)!;
            if (names.Length < 2) throw new InputException("compare needs at least two runs; the first is the baseline.");
            int[] limits = Limits(parsed.GetValue(byClicks));
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
            var rows = PairedComparison.WithFirst([.. names.Zip(pooled, (name, runs) => (name, runs.Values))],
                parsed.GetValue(seed), limits.Length == 0 ? null : pooled[0].ByClicks(limits));
            if (parsed.GetValue(json))
                Terminal.WriteJson(new
                {
                    baseline = names[0], split = heldOut.Split(parsed),
                    input = heldOut.Protocol(parsed) == EvaluationProtocol.Known ? "all" : "train",
                    protocol = ProtocolFlag.NameOf(heldOut.Protocol(parsed)),
                    users = pooled[0].Users.Length, comparisons = rows,
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
            else WriteTable(names, pooled, rows);
            return ExitCode.Done;
        }, [runs, .. heldOut.Options, byClicks, seed, json, .. model.Options]);
    }

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

    private static InputException OtherData(string run, string first) => new(
        $"{run}: was trained on other data than {first}; a paired comparison needs the same users. Pass --data DIR.");

    private static void WriteTable(string[] names, List<PooledRuns> pooled, IReadOnlyList<PairedComparison> rows)
    {
        var console = Terminal.Results;
        if (pooled.Any(runs => runs.Count > 1))
        {
            string[] metrics = [.. rows.Select(row => row.Metric).Distinct()];
            var means = new FittedTable(["runs", .. metrics.Select(m => $">{m}")]);
            foreach (var (name, runs) in names.Zip(pooled))
                means.AddRow([$"[bold]{Markup.Escape(name)}[/]", .. metrics.Select(m =>
                    Number(runs.Values[m].Average(), "0.0000")
                    + (Finite(runs.SeedDeviation(m)) is double sd ? $" [grey]({Number(sd, "0.0000")})[/]" : ""))]);
            console.MarkupLine("Mean over users [grey](standard deviation over training seeds)[/]");
            means.Write(console);
        }
        bool grouped = rows.Any(row => row.Group != PairedComparison.AllUsers);
        var table = new FittedTable(["metric", "run", .. grouped ? new[] { "clicks", ">users" } : [], ">mean", ">baseline",
            ">difference", ">95 % interval", ">p (t)", ">p (Wilcoxon)", ">p (Holm)", ">q (BH)"])
        {
            MayDrop = ["p (Wilcoxon)", "p (t)", "q (BH)", "baseline", "mean", "users"],
        };
        foreach (var row in rows)
        {
            string colour = row.AdjustedP >= 0.05 ? "grey" : !Metric.Parse(row.Metric).LargerIsBetter ? "yellow"
                : row.Difference > 0 ? "green" : "red";
            table.AddRow([
                row.Metric, $"[bold]{Markup.Escape(row.Model)}[/]",
                .. grouped ? new[] { row.Group, row.Users.ToString("#,0") } : [],
                Number(row.Mean, "0.0000"), Number(row.BaselineMean, "0.0000"),
                $"[{colour}]{Number(row.Difference, "+0.0000;-0.0000;0.0000")}[/]",
                $"{Number(row.Low, "+0.0000;-0.0000")} … {Number(row.High, "+0.0000;-0.0000")}",
                P(row.TTestP), P(row.WilcoxonP), $"[{colour}]{P(row.AdjustedP)}[/]",
                P(row.FalseDiscoveryP)]);
        }
        console.MarkupLine($"Against [bold]{Markup.Escape(names[0])}[/], over the same "
            + $"{Readable.Count(pooled[0].Users.Length, "user")}");
        table.Write(console);
        console.MarkupLine(
            "[grey]Interval: percentile bootstrap over users. Holm, BH: the t-test's p, corrected for all comparisons of this "
                + "table. Below 0.05, Holm keeps the chance of any false claim, Benjamini-Hochberg the share of false claims, "
                + "below 5 %.[/]");
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Number(double value, string format) => value.ToString(format);

    private static string P(double p) => p < 0.0001 ? "< 0.0001" : Number(p, "0.0000");
}
