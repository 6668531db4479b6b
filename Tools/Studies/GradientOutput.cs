using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study gradients</c>.</summary>
internal static class GradientOutput
{
    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, PreparedDataset data, GradientResult result)
    {
        string[] names = [.. result.Parts.Select(p => $"{p.Part}, {p.Block}")];
        return new StudyOutput(folder, result)
            .Table("parts", result.Parts, ("part", p => p.Part), ("block", p => p.Block), ("norm", p => p.Norm),
                ("spread", p => p.Spread), ("consistency", p => p.Consistency), ("agreement", p => p.Agreement))
            .Table("users", result.Users, ("user", u => data.UserIds[u.User]), ("clicks", u => u.Clicks),
                ("norm_reconstruction", u => u.Norms[0]), ("norm_kl", u => u.Norms[1]), ("norm_anchor", u => u.Norms[2]),
                ("own_share", u => u.OwnShare),
                ("top_items", u => string.Join(" | ", u.TopItems.Select(item => Name(data, item)))),
                ("top_shares", u => string.Join(" | ", u.TopShares.Select(s => $"{s:0.####}"))))
            .Plot("norms", "Size of single users' gradients",
                $"Mean of {Readable.Count(result.Users.Count, "user")}, root mean square of {result.Options.Draws} "
                + "draws of mask and noise; whiskers: 95 %",
                new("norm"), names, [IntervalSeries.Bars("", result.Parts, p => p.Norm)])
            .Plot("directions", "Direction of single users' gradients",
                "Cosine of one user's gradients under two draws, and of a user's gradient with that of a training batch",
                new("cosine"), names, [new("two draws", [.. result.Parts.Select(p => p.Consistency.Value)]),
                    new("with a training batch", [.. result.Parts.Select(p => p.Agreement.Value)])])
            .Plot("activity", "Gradient and activity",
                "Norm of the reconstruction's gradient over all parameters, one point a user",
                new("clicks") { Log = true }, new Axis("norm") { Log = true },
                [new ScatterSeries("", [.. result.Users.Select(u => (double)u.Clicks)],
                    [.. result.Users.Select(u => u.Norms[0])])])
            .Found(Sentence(result), [
                ("users", $"{result.Users.Count:#,0}"), ("users in a batch of training", $"{result.Options.BatchSize:#,0}"),
                ("cosine of the encoder's gradients of reconstruction and KL", Number(result.Conflict)),
                ("share of the output layer's squared gradient on the user's own clicks",
                    Percent(result.Users.Average(u => u.OwnShare))),
                .. Driving(result, data)]);
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(GradientResult r, PreparedDataset data)
    {
        yield return Row("part, layer", "norm", "spread over draws", "cosine of two draws", "cosine with batch");
        foreach (var p in r.Parts)
            yield return Row($"{p.Part}, {p.Block}", p.Norm, $"{p.Spread:0.000}", p.Consistency, p.Agreement);
        yield return $"cosine of the encoder's gradients of reconstruction and KL: {r.Conflict}";
        yield return "share of the output layer's squared gradient on the user's own clicks: mean "
            + $"{r.Users.Average(u => u.OwnShare):0.00}";
        var first = r.Users[0];
        yield return "driving items of the first user: "
            + string.Join("; ", first.TopItems.Select((i, n) => $"{Name(data, i)} {first.TopShares[n]:0.0%}"));
    }

    private static string Sentence(GradientResult result)
    {
        GradientPart[] parts = [.. result.Parts.Where(p => p.Part == "reconstruction")];
        var (steady, loose) = (parts.MaxBy(p => p.Consistency.Value)!, parts.MinBy(p => p.Consistency.Value)!);
        return $"The reconstruction's gradient of one user is most stable in {steady.Block} (cosine "
            + $"{Number(steady.Consistency.Value)} between two draws of mask and noise) and least in {loose.Block} "
            + $"({Number(loose.Consistency.Value)}). Its cosine with the gradient of a training batch is "
            + $"{Number(parts.Min(p => p.Agreement.Value))} to {Number(parts.Max(p => p.Agreement.Value))}, by layer.";
    }

    private static IEnumerable<(string, string)> Driving(GradientResult result, PreparedDataset data)
    {
        var first = result.Users[0];
        yield return ($"items that drive the gradient of user {data.UserIds[first.User]}", string.Join("; ",
            first.TopItems.Select((item, n) => $"{Name(data, item)} {Percent(first.TopShares[n])}")));
    }

    private static string Name(PreparedDataset data, int item) => data.ItemTitles[item] ?? data.ItemIds[item];
}
