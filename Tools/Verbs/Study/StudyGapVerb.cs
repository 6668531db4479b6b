using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary>
/// <c>study gap</c>: what it would cost pairs of users to share a code, and how much of it their posteriors pay.
/// </summary>
internal static class StudyGapVerb
{
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
            Flags.Positive("--draws", parsed.GetValue(draws));
            var (run, users) = flags.Open(parsed, batch: 500);
            using (run)
            {
                if (!run.Model.Settings.Variational) throw new InputException(
                    "The gap is about posteriors: give a run of a VAE.");
                var posteriors = new PosteriorEncoder(run.Model, users).Encode(InputMask.Clean);
                var sample = PairSampler.Sample(users, posteriors.Distance, parsed.GetValue(pairs), flags.Seed(parsed));
                GapPair[] result = [.. sample.Select(pair => new GapPair(
                    pair, CompromiseGap.At(users.Items(pair.U), users.Items(pair.V), 0.5, 0.5),
                    CompromiseGap.Overlap(users, posteriors, pair.U, pair.V, parsed.GetValue(draws), flags.Seed(parsed))))];
                double[] clickGap =
                    [.. result.Select(r => r.Gap / (users.Items(r.Pair.U).Length + users.Items(r.Pair.V).Length))];
                var trend = Estimates.Spearman(clickGap, [.. sample.Select(pair => pair.Distance)],
                    [.. sample.Select(pair => pair.Weight)], [.. sample.Select(pair => pair.U)], flags.Seed(parsed));
                return flags.Print(
                    parsed, GapOutput.Write(run, result, clickGap, trend, users), GapOutput.Lines(result, trend));
            }
        }, [.. flags.Options, pairs, draws]);
    }
}
