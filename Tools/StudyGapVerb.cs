using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.StudyVerb;

namespace ManualVae.Tools;

/// <summary>
/// <c>study gap</c>: what it would cost pairs of users to share a code, and how much of it their posteriors pay.
/// </summary>
internal static class StudyGapVerb
{
    private sealed record GapPair(UserPair Pair, double Gap, double Overlap);

    public static Command Create()
    {
        var flags = new StudyFlags(500);
        var pairs = new Option<int>("--pairs") { Description = "Pairs of users.", HelpName = "n", DefaultValueFactory = _ =>
            500 };
        var draws = new Option<int>("--draws") { Description = "Draws from each posterior.", HelpName = "n",
            DefaultValueFactory = _ => 20 };
        return Verb.Create("gap",
            "The compromise gap (theorem 2.5): what two users lose by sharing a code, and what their posteriors' overlap costs.",
            parsed =>
        {
            Verb.Positive("--draws", parsed.GetValue(draws));
            var (run, users) = flags.Open(parsed, batch: 500);
            using (run)
            {
                if (!run.Model.Settings.Variational) throw new InputException(
                    "The gap is about posteriors: give a run of a VAE.");
                var posteriors = PosteriorEncoder.Encode(run.Model, users, InputMask.Clean);
                var sample = PairSampler.Sample(users, posteriors.Distance, parsed.GetValue(pairs), flags.Seed(parsed));
                GapPair[] result = [.. sample.Select(pair => new GapPair(
                    pair, CompromiseGap.At(users.Items(pair.U), users.Items(pair.V), 0.5, 0.5),
                    CompromiseGap.Overlap(users, posteriors, pair.U, pair.V, parsed.GetValue(draws), flags.Seed(parsed))))];
                int[] who = [.. sample.Select(pair => pair.U)];
                var trend = Estimates.Spearman(
                    [.. result.Select(r => r.Gap / (users.Items(r.Pair.U).Length + users.Items(r.Pair.V).Length))],
                    [.. result.Select(r => r.Pair.Distance)], [.. sample.Select(pair => pair.Weight)], who, flags.Seed(parsed));
                var output = new StudyOutput(run.Folder.Path, "gap", new { gapAndDistance = trend, pairs = result })
                    .Table("pairs", ["user_u", "user_v", "overlap_items", "l1", "w2", "gap_nats", "overlap_cost_nats"],
                        result.Select(r => new object?[]
                    {
                        run.Data.UserIds[users.Users[r.Pair.U]], run.Data.UserIds[users.Users[r.Pair.V]], r.Pair.Overlap,
                        r.Pair.L1, r.Pair.Distance, r.Gap, r.Overlap,
                    }))
                    .Plot("gap", new Chart
                    {
                        Title = "Compromise gap by latent distance",
                        Subtitle = $"What a pair would lose at one common code, equal weights, one point a pair; Spearman {trend}",
                        X = new Axis("latent distance W2(u, v)"), Y = new Axis("gap a click", "nats"),
                        Series = [new ScatterSeries("", [.. result.Select(r => r.Pair.Distance)],
                            [.. result.Select(r => r.Gap / (users.Items(r.Pair.U).Length + users.Items(r.Pair.V).Length))])],
                    });
                return flags.Print(parsed, output,
                [
                    Text($"{result.Length} pairs: gap at a shared code {result.Average(r => r.Gap):0.0} nats on average; paid by the posteriors' overlap {result.Average(r => r.Overlap):0.###}"),
                    $"Spearman of the gap a click and W2: {trend}",
                ]);
            }
        }, [.. flags.Options, pairs, draws]);
    }
}
