using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Training;
using Spectre.Console;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae ensemble</c>: several runs as one, with weights that are best on validation.</summary>
internal static class EnsembleVerb
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Run folders, trained on one dataset.", Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output")
        {
            Description = "The new run folder. It refers to the folders of its members.", HelpName = "folder", Required = true,
        };
        var weights = new Option<string?>("--weights")
        {
            Description = "A weight for each run, separated by commas. [default: chosen on the validation part]",
            HelpName = "w,w,...",
        };
        var metric = new Option<string>("--metric")
        {
            Description = "What the weights make largest on the validation part.", HelpName = "name",
            DefaultValueFactory = _ => "NDCG@100",
        };
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create("ensemble", "Several runs as one: a weighted mean of their standardised scores.", parsed =>
        {
            string folder = parsed.GetValue(output)!;
            RunFolder[] members = [.. parsed.GetValue(runs)!.Select(RunFolder.Open)];
            EnsembleRun.Check(members);
            using var claim = OutputFolder.Claim(folder, [.. members.Select(member => member.Path)]);
            RunFolder.RefuseToReplace(folder);
            double? value = null;
            double[] shares = Shares(parsed.GetValue(weights), members.Length)
                ?? Choose(members, Metric.Parse(parsed.GetValue(metric)!), parsed, model, out value);
            var run = EnsembleRun.Create(folder, [.. members.Zip(shares)]);
            if (parsed.GetValue(json))
                Terminal.WriteJson(new
                {
                    run = folder, metric = value is null ? null : parsed.GetValue(metric), validation = value,
                    members = members.Zip(shares, (member, weight) =>
                        new { run = member.Path, model = member.Manifest.Model, weight }),
                });
            else Write(run, members, shares, parsed.GetValue(metric)!, value);
            return ExitCode.Done;
        }, [runs, output, weights, metric, json, .. model.Options]);
    }

    private static double[]? Shares(string? text, int count)
    {
        if (text is null) return null;
        double[] shares = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double share)
                && share >= 0 && double.IsFinite(share)
                ? share : throw new InputException($"--weights {text}: '{part}' is no weight of 0 or more."))];
        if (shares.Length != count) throw new InputException($"--weights {text}: has {shares.Length} weights for {count} runs.");
        double sum = shares.Sum();
        return sum > 0
            ? [.. shares.Select(share => share / sum)] : throw new InputException($"--weights {text}: one must be above 0.");
    }

    private static double[] Choose(
        RunFolder[] members, Metric metric, ParseResult parsed, ModelFlags model, out double? value)
    {
        if (!metric.LargerIsBetter)
            throw new InputException($"--metric {metric.Name}: larger is not better; give another, such as NDCG@100.");
        var opened = new List<TrainedModel>();
        try
        {
            foreach (var member in members) opened.Add(model.Open(parsed, member.Path));
            var validation = opened[0].Data.Validation is { HasClicksToFind: true } part ? part : throw new InputException(
                $"{opened[0].Data.Directory}: has no validation part to choose weights on; give --weights.");
            if (members.FirstOrDefault(member => member.Manifest.Settings.FitValidation) is { } final)
                throw new InputException(
                    $"{final.Path}: was trained on the validation clicks, which cannot choose weights then; give --weights.");
            (double[] shares, double best) = EnsembleWeights.Choose(
                [.. opened.Select(run => run.Recommender)], validation, metric, Session.Cancellation);
            value = best;
            return shares;
        }
        finally
        {
            foreach (var run in opened) run.Dispose();
        }
    }

    private static void Write(RunFolder run, RunFolder[] members, double[] shares, string metric, double? value)
    {
        var table = Terminal.Table(["run", "model", ">weight"]);
        foreach (var (member, share) in members.Zip(shares))
            table.AddRow(Markup.Escape(member.Path), member.Manifest.Model, share.ToString("0.00", CultureInfo.InvariantCulture));
        Terminal.Results.Write(table);
        Console.Out.WriteLine(value is double found
            ? string.Create(CultureInfo.InvariantCulture, $"{run.Path}: {metric} {found:0.0000} on validation") : run.Path);
    }
}
