using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Training;
using static ManualVae.Tools.StudyVerb;

namespace ManualVae.Tools;

/// <summary>
/// <c>tables mechanisms</c>: trains the settings of arXiv 2511.06781 (clean input, masking, masking and anchors), runs the studies on
/// them and prints the paper's claims beside what was measured.
/// </summary>
internal static class TablesMechanismsVerb
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Prepared dataset.", HelpName = "folder", Required = true };
        var output = new Option<string>("--output") { Description = "Folder for the runs and the table; finished runs in it are kept.", HelpName = "folder", Required = true };
        var epochs = new Option<int>("--epochs") { Description = "Epochs of the three settings; the sweep of beta has half of it.", HelpName = "n", DefaultValueFactory = _ => 40 };
        var users = new Option<int>("--users") { Description = "Training users sampled.", HelpName = "n", DefaultValueFactory = _ => 600 };
        var pairs = new Option<int>("--pairs") { Description = "Pairs of the radius study.", HelpName = "n", DefaultValueFactory = _ => 2000 };
        var weight = new Option<double>("--anchor-weight") { Description = "lambda of setting 3.", HelpName = "x", DefaultValueFactory = _ => 8 };
        var betas = new Option<string>("--betas") { Description = "Sweep of constant betas; empty for none.", HelpName = "x,x", DefaultValueFactory = _ => "0,0.05,0.2,1,5" };
        var device = new Option<string>("--device") { Description = $"Where to compute: {Backends.Names}.", HelpName = "name", DefaultValueFactory = _ => "auto" };
        var threads = new Option<int>("--threads") { Description = "Threads; 0 for all.", HelpName = "n" };
        var seed = new Option<long>("--seed") { Description = "Seed of training and studies.", HelpName = "n", DefaultValueFactory = _ => 98765 };
        var json = Verb.Json();
        return Verb.Create("mechanisms", "The claims of the mechanisms paper (arXiv 2511.06781) beside what is measured on your data.", parsed =>
        {
            int rounds = parsed.GetValue(epochs);
            if (rounds < 2) throw new InputException($"--epochs {rounds}: give at least 2.");
            if (!(parsed.GetValue(weight) > 0)) throw new InputException(Text($"--anchor-weight {parsed.GetValue(weight)}: give a weight above 0."));
            if (parsed.GetValue(pairs) < 1) throw new InputException($"--pairs {parsed.GetValue(pairs)}: give at least 1.");
            string list = parsed.GetValue(betas)!;
            double[] sweep = list.Length == 0 ? [] : StudyMaskingVerb.Numbers("--betas", list);
            var prepared = PreparedDataset.Open(parsed.GetValue(data)!);
            ulong draw = (ulong)parsed.GetValue(seed);
            var population = Population.Sample(prepared.Train, parsed.GetValue(users), draw);
            string folder = parsed.GetValue(output)!;
            var settings = Settings(prepared, rounds, parsed.GetValue(device)!, parsed.GetValue(threads), draw);

            var measured = new List<MechanismRun>();
            foreach (var (name, changed) in new[]
            {
                ("clean", settings with { Mask = MaskMode.Clean }),
                ("masked", settings),
                ("masked-anchors", settings with { AnchorWeight = parsed.GetValue(weight) }),
            })
                measured.Add(Measure(prepared, changed, population, Path.Combine(folder, name), name, parsed.GetValue(pairs), draw));
            var points = StudyCollapseVerb.Sweep(
                prepared, settings, population, sweep, rounds / 2, Path.Combine(folder, "betas"), new CollapseOptions { Seed = draw });
            var claims = MechanismClaims.Judge(measured, points);
            var written = Write(folder, measured, points, claims, population, prepared);
            if (parsed.GetValue(json)) Console.Out.WriteLine(written.Document);
            else
                foreach (string line in Lines(prepared, settings, measured, points, claims)) Console.Out.WriteLine(line);
            Console.Error.WriteLine($"wrote {written.Folder}");
            return Program.Done;
        }, data, output, epochs, users, pairs, weight, betas, device, threads, seed, json);
    }

    /// <summary>The published Mult-VAE, its beta reaching 0.2 half way through so short a training.</summary>
    private static RunSettings Settings(PreparedDataset data, int epochs, string device, int threads, ulong seed)
    {
        var published = Preset.Load("liang2018", "multvae");
        long updates = (long)epochs * ((data.Train.Rows + published.BatchSize - 1) / published.BatchSize);
        return published with
        {
            Epochs = epochs, BetaSteps = Math.Max(1, (long)(updates / 2 / published.Beta)), Device = device, Threads = threads, Seed = seed,
        };
    }

    private static MechanismRun Measure(
        PreparedDataset data, RunSettings settings, Population population, string folder, string name, int pairs, ulong seed)
    {
        var trained = StudyTraining.Train(data, settings, folder, name);
        using var run = StudyRun.Open(trained.Path, data.Directory, settings.Device, settings.Threads, 512);
        Console.Error.WriteLine($"{name}: studies");
        var options = new RadiusOptions { Pairs = pairs, Seed = seed };
        var clean = RadiusStudy.Run(run.Model, population, options, Verb.Cancellation);
        StudyRadiusVerb.Write(folder, "radius", clean, population, data);
        RadiusResult? masked = null;
        if (settings.Mask != MaskMode.Clean)
        {
            masked = RadiusStudy.Run(run.Model, population, options with { Masked = true }, Verb.Cancellation);
            StudyRadiusVerb.Write(folder, "radius-masked", masked, population, data);
        }
        var masking = MaskingStudy.Run(run.Model, population, new MaskingOptions { Draws = 6, Rates = [0.5], Seed = seed }, Verb.Cancellation);
        StudyMaskingVerb.Write(folder, masking);
        var neighbours = NeighbourStudy.Run(run.Model, population, new NeighbourOptions { Map = population.Count is > 90 and <= TSne.Limit, Seed = seed });
        var quality = data.Test is null ? null : Evaluator.Evaluate(run.Model, data.Test, [Metric.Parse("NDCG@100"), Metric.Parse("Recall@20")]);
        return new(name, clean, masked, masking, neighbours, CollapseStudy.Run(run.Model, population, new CollapseOptions { Seed = seed }),
            AnchorStudy.Run(run.Model, population, settings.AnchorWeight, 0.5, new AnchorOptions { Draws = 10, Seed = seed }),
            quality?.Metrics[0].Mean, quality?.Metrics[0].StandardError, quality?.Metrics[1].Mean);
    }

    private static StudyOutput Write(
        string folder, List<MechanismRun> runs, List<StudyCollapseVerb.SweepPoint> points, IReadOnlyList<MechanismClaim> claims,
        Population population, PreparedDataset data)
    {
        StudyNeighboursVerb.Write(folder, [.. runs.Select(r => (r.Name, r.Neighbours))], population, data);
        var output = new StudyOutput(folder, "mechanisms", new { claims, runs = runs.Select(MechanismClaims.Summary), betas = points.Select(p => new { p.Beta, p.Validation, p.Collapse.Kl, p.Collapse.InformativeUnits, p.Collapse.MeanDistance }) })
            .Table("claims", ["claim", "measured", "verdict"], claims.Select(c => new object?[] { c.Claim, c.Measured, c.Verdict }))
            .Plot("helps", new Chart
            {
                Title = "Does a step on v help u?", Subtitle = "Clean input of three trained settings; W2 over the geometric mean of both users' mean W2; band: 95 % bootstrap",
                X = new Axis("relative latent distance"), Y = new Axis("P(helps)") { Min = 0, Max = 1 },
                Series = [.. runs.Select(r => new LineSeries(r.Name, [.. r.Clean.ByRelativeDistance.Select(b => b.RelativeDistance)], [.. r.Clean.ByRelativeDistance.Select(b => b.Helps.Value)])
                {
                    Low = [.. r.Clean.ByRelativeDistance.Select(b => b.Helps.Low)], High = [.. r.Clean.ByRelativeDistance.Select(b => b.Helps.High)], Markers = true,
                })],
            })
            .Plot("kinds", new BarChart
            {
                Title = "Help by kind of pair", Subtitle = "P(helps) under the clean input; bars: 95 %", Value = new Axis("P(helps)") { Max = 1 },
                Categories = [.. runs.Select(r => r.Name)],
                Series = [.. Enum.GetValues<PairKind>().Select(kind => MechanismClaims.Name(kind)).Select(kind => new BarSeries(kind,
                    [.. runs.Select(r => MechanismClaims.Helps(r.Clean, kind).Value)],
                    [.. runs.Select(r => (MechanismClaims.Helps(r.Clean, kind).High - MechanismClaims.Helps(r.Clean, kind).Low) / 2)]))],
            });
        if (points.Count > 0) StudyCollapseVerb.WriteSweep(output, points);
        return output;
    }

    private static IEnumerable<string> Lines(
        PreparedDataset data, RunSettings settings, List<MechanismRun> runs, List<StudyCollapseVerb.SweepPoint> points, IReadOnlyList<MechanismClaim> claims)
    {
        yield return Text($"{data.Directory}: {data.Train.Rows} training users, {data.ItemCount} items; {settings.Epochs} epochs each, beta to {settings.Beta} half way");
        yield return "";
        yield return Row(["", .. runs.Select(r => r.Name)]);
        string Line(string name, Func<MechanismRun, string> value) => Row([name, .. runs.Select(value)]);
        yield return Line("test NDCG@100", r => Text($"{r.Ndcg:0.0000} ± {r.NdcgError:0.0000}"));
        yield return Line("P(helps) local", r => MechanismClaims.Helps(r.Clean, "local").ToString());
        yield return Line("P(helps) global", r => MechanismClaims.Helps(r.Clean, "global").ToString());
        yield return Line("P(helps) unrelated", r => MechanismClaims.Helps(r.Clean, "unrelated").ToString());
        yield return Line("P(helps) global, masked", r => r.Masked is null ? "-" : MechanismClaims.Helps(r.Masked, "global").ToString());
        yield return Line("W2 and helping, Spearman", r => r.Clean.HelpDecay.ToString());
        yield return Line("W2 and cosine, Spearman", r => r.Clean.CosineDecay.ToString());
        yield return Line("W2 and helping, clicks fixed", r => r.Clean.PartialHelpDecay.ToString());
        yield return Line("W2 and cosine, clicks fixed", r => r.Clean.PartialCosineDecay.ToString());
        yield return Line("relative W2 and helping", r => r.Clean.RelativeHelpDecay.ToString());
        yield return Line("relative W2 and cosine", r => r.Clean.RelativeCosineDecay.ToString());
        yield return Line("control, Spearman", r => r.Clean.ShuffledDecay.ToString());
        yield return Line("inside r_share", r => Text($"{r.Clean.InsideShare:0.00%}"));
        yield return Line("inside, own constant", r => Text($"{r.Clean.InsideOwnShare:0.0%}"));
        yield return Line("inside but not helped", r => Text($"{r.Clean.Violations + r.Clean.OwnViolations}"));
        yield return Line("neighbours kept, two masks", r => r.Masking.Drift[0].BetweenMasks.ToString());
        yield return Line("latent distance, masked/clean", r => Text($"{r.Masking.Drift[0].DistanceRatio:0.000}"));
        yield return Line("variance of mu / users' spread", r => Text($"{r.Anchors.RelativeVariance:0.0000}"));
        yield return Line("latent neighbours near in clicks", r => r.Neighbours.LocalShare.ToString());
        yield return Line("informative dimensions", r => Text($"{r.Collapse.InformativeUnits}"));
        foreach (var p in points)
            yield return Text($"beta {p.Beta}: mean W2 {p.Collapse.MeanDistance:0.000}, informative {p.Collapse.InformativeUnits}, validation {p.Validation:0.0000}{(p.Collapse.Alarm is null ? "" : ", ALARM: collapsed")}");
        yield return "";
        foreach (var claim in claims) yield return $"{claim.Verdict,-13} {claim.Claim}\n{"",-13} measured: {claim.Measured}";
    }
}
