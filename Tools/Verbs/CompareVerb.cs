using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
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
            Description = "Run folders; each is compared with the first. Several joined by commas (training seeds, "
                + "divisions of one "
                + "source) count as one: a user's value is the mean over those that evaluate the user.",
            Arity = ArgumentArity.OneOrMore,
        };
        var split = HeldOut.Split();
        var input = HeldOut.Input();
        var metrics = HeldOut.Metrics();
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
            "Paired differences of runs from the first one, with confidence intervals and corrected significance.", parsed =>
        {
            string[] names = parsed.GetValue(runs)!;
            if (names.Length < 2) throw new InputException("compare needs at least two runs; the first is the baseline.");
            int[] limits = Limits(parsed.GetValue(byClicks));
            string? source = null;
            var pooled = names.Select(name => new PooledRuns([.. Folders(name).Select(folder =>
            {
                using var trained = model.Open(parsed, folder);
                string own = trained.Data.Manifest.Source.Sha256 ?? trained.Data.ManifestHash;
                if ((source ??= own) != own) throw OtherData(folder, names[0]);
                Console.Error.WriteLine($"evaluating {folder}");
                var part = HeldOut.Part(trained.Data, parsed.GetValue(split)!, parsed.GetValue(input)!);
                return Evaluate(trained, part, parsed.GetValue(metrics));
            })])).ToList();
            foreach (var (other, name) in pooled.Zip(names))
                if (!other.Datasets.SetEquals(pooled[0].Datasets)) throw OtherData(name, names[0]);
            var rows = PairedComparison.WithFirst([.. names.Zip(pooled, (name, runs) => (name, runs.Values))],
                parsed.GetValue(seed), limits.Length == 0 ? null : pooled[0].ByClicks(limits));
            if (parsed.GetValue(json))
                Terminal.WriteJson(new
                {
                    baseline = names[0], split = parsed.GetValue(split), input = parsed.GetValue(input),
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
        }, [runs, split, input, metrics, byClicks, seed, json, .. model.Options]);
    }

    private static string[] Folders(string name) =>
        Directory.Exists(name) ? [name] : name.Split(',', StringSplitOptions.RemoveEmptyEntries);

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

    private static UserValues Evaluate(TrainedModel trained, EvaluationSplit part, string? metrics)
    {
        var result = HeldOut.Evaluate(trained, part, metrics);
        return new(trained.Data.ManifestHash,
            [.. result.Rows.Select(row => trained.Data.UserIds[part.FirstUser + row])],
            [.. result.Rows.Select(row => part.Known.RowLength(row) + part.HeldOut.RowLength(row))],
            result.Metrics.Where(m => m.PerUser is not null).ToDictionary(m => m.Metric.Name, m => m.PerUser!));
    }

    private static void WriteTable(string[] names, List<PooledRuns> pooled, IReadOnlyList<PairedComparison> rows)
    {
        var console = Terminal.Results;
        if (pooled.Any(runs => runs.Count > 1))
        {
            string[] metrics = [.. rows.Select(row => row.Metric).Distinct()];
            var means = Terminal.Table(["runs", .. metrics.Select(m => $">{m}")]);
            foreach (var (name, runs) in names.Zip(pooled))
                means.AddRow([$"[bold]{Markup.Escape(name)}[/]", .. metrics.Select(m =>
                    Number(runs.Values[m].Average(), "0.0000")
                    + (Finite(runs.SeedDeviation(m)) is double sd ? $" [grey]({Number(sd, "0.0000")})[/]" : ""))]);
            console.MarkupLine("Mean over users [grey](standard deviation over training seeds)[/]");
            console.Write(means);
        }
        bool grouped = rows.Any(row => row.Group != PairedComparison.AllUsers);
        var table = Terminal.Table(["metric", "run", .. grouped ? new[] { "clicks", ">users" } : [], ">mean", ">baseline",
            ">difference", ">95 % interval", ">p (t)", ">p (Wilcoxon)", ">p (Holm)"]);
        foreach (var row in rows)
        {
            string colour = row.AdjustedP >= 0.05 ? "grey" : row.Difference > 0 ? "green" : "red";
            table.AddRow([
                row.Metric, $"[bold]{Markup.Escape(row.Model)}[/]",
                .. grouped ? new[] { row.Group, row.Users.ToString("#,0", CultureInfo.InvariantCulture) } : [],
                Number(row.Mean, "0.0000"), Number(row.BaselineMean, "0.0000"),
                $"[{colour}]{Number(row.Difference, "+0.0000;-0.0000;0.0000")}[/]",
                $"{Number(row.Low, "+0.0000;-0.0000")} … {Number(row.High, "+0.0000;-0.0000")}",
                P(row.TTestP), P(row.WilcoxonP), $"[{colour}]{P(row.AdjustedP)}[/]"]);
        }
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture,
            $"Against [bold]{Markup.Escape(names[0])}[/], over the same {pooled[0].Users.Length:#,0} users"));
        console.Write(table);
        console.MarkupLine(
            "[grey]Interval: percentile bootstrap over users. Holm: the t-test's p, corrected for all comparisons of this "
                + "table.[/]");
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string P(double p) => p < 0.0001 ? "< 0.0001" : Number(p, "0.0000");
}
