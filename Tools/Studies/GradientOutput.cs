using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of gradients.</summary>
internal static class GradientOutput
{
    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(TrainedModel run, GradientResult result)
    {
        string[] names = [.. result.Parts.Select(p => $"{p.Part}, {p.Block}")];
        return new StudyOutput(run.Folder.Path, "gradients", result)
            .Table("parts", ["part", "block", "norm", "spread", "consistency", "agreement"],
                result.Parts.Select(p => new object?[] { p.Part, p.Block, p.Norm, p.Spread, p.Consistency, p.Agreement }))
            .Table("users", ["user", "clicks", "norm_reconstruction", "norm_kl", "norm_anchor", "own_share", "top_items",
                "top_shares"],
                result.Users.Select(u => new object?[]
                {
                    run.Data.UserIds[u.User], u.Clicks, u.Norms[0], u.Norms[1], u.Norms[2], u.OwnShare,
                    string.Join(" | ", u.TopItems.Select(item => Name(run.Data, item))), string.Join(
                        " | ", u.TopShares.Select(s => Text($"{s:0.####}"))),
                }))
            .Plot("norms", new BarChart
            {
                Title = "Size of single users' gradients",
                Subtitle = Text($"Mean of {result.Users.Count} users, root mean square of {result.Options.Draws} draws of mask ")
                    + "and noise; bars: 95 %",
                Value = new Axis("norm"), Categories = names,
                Series = [new BarSeries("", [.. result.Parts.Select(p => p.Norm.Value)],
                    [.. result.Parts.Select(p => (p.Norm.High - p.Norm.Low) / 2)])],
            })
            .Plot("directions", new BarChart
            {
                Title = "Direction of single users' gradients",
                Subtitle = "Cosine of one user's gradients under two draws, and of a user's gradient with the batch's",
                Value = new Axis("cosine"), Categories = names,
                Series = [new BarSeries("two draws", [.. result.Parts.Select(p => p.Consistency.Value)]),
                    new BarSeries("with the batch", [.. result.Parts.Select(p => p.Agreement.Value)])],
            })
            .Plot("activity", new Chart
            {
                Title = "Gradient and activity",
                Subtitle = "Norm of the reconstruction's gradient over all parameters, one point a user",
                X = new Axis("clicks") { Log = true }, Y = new Axis("norm") { Log = true },
                Series = [new ScatterSeries("", [.. result.Users.Select(u => (double)u.Clicks)],
                    [.. result.Users.Select(u => u.Norms[0])])],
            });
    }

    /// <summary>The summary for people.</summary>
    public static IEnumerable<string> Lines(GradientResult r, PreparedDataset data)
    {
        yield return Row("part, layer", "norm", "spread over draws", "cosine of two draws", "cosine with batch");
        foreach (var p in r.Parts)
            yield return Row($"{p.Part}, {p.Block}", p.Norm.ToString(), Text($"{p.Spread:0.000}"), p.Consistency.ToString(),
                p.Agreement.ToString());
        yield return $"cosine of the reconstruction's and the KL's gradient of the encoder: {r.Conflict}";
        yield return Text($"share of the output layer's squared gradient on the user's own clicks: mean ")
            + Text($"{r.Users.Average(u => u.OwnShare):0.00}");
        var first = r.Users[0];
        yield return "driving items of the first user: "
            + $"{string.Join("; ", first.TopItems.Select((i, n) => Text($"{Name(data, i)} {first.TopShares[n]:0.0%}")))}";
    }

    private static string Name(PreparedDataset data, int item) => data.ItemTitles[item] ?? data.ItemIds[item];
}
