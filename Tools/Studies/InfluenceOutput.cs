using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study influence</c>.</summary>
internal static class InfluenceOutput
{
    private const int MapCells = 50;

    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(TrainedModel run, InfluenceResult result, Population users)
    {
        int[] all = [.. Enumerable.Range(0, result.Users)];
        string[] ids = [.. users.Users.Select(user => run.Data.UserIds[user])];
        var (signs, cosines) = Blocks(result, [.. all.OrderBy(u => result.Cluster[u]).ThenBy(u => u)]);
        int cells = signs.GetLength(0);
        // Every tenth number, so that names do not overlap.
        string[] names = [.. Enumerable.Range(0, cells).Select(i => i % 10 == 0 ? $"{i}" : "")];
        string blocks = $"{Readable.Count(result.Users, "user")} ordered by cluster, {cells} x {cells} blocks";
        return new StudyOutput(run.Folder.Path, "influence", result)
            .Table("matrix", all, [("user", u => ids[u]), .. ids.Select<string, (string, Func<int, object?>)>((id, v) =>
                (id, u => (float)result.Matrix[(long)u * result.Users + v]))])
            .Table("clusters", all, ("user", u => ids[u]), ("clicks", u => users.Items(u).Length),
                ("cluster", u => result.Cluster[u]), ("norm", u => Math.Sqrt(result.Matrix[(long)u * result.Users + u])))
            .Plot("signs", new HeatMap
            {
                Title = "Who helps whom", Subtitle = blocks, Values = signs,
                Value = new Axis("share of pairs that help, less one half"),
                Rows = "u, who is helped", Columns = "v, whose step it is", RowNames = names, ColumnNames = names,
            })
            .Plot("cosines", new HeatMap
            {
                Title = "How alike gradients are", Subtitle = blocks, Values = cosines, Value = new Axis("mean cosine"),
                Rows = "u", Columns = "v", RowNames = names, ColumnNames = names,
            })
            .Plot("distribution", "Cosines between users' gradients",
                $"All pairs of {Readable.Count(result.Users, "user")}; {result.PositiveShare:0.0%} are positive",
                new("cosine of g_u and g_v"), new Axis("pairs of users"),
                [HistogramSeries.Of("", [.. from u in all from v in all[..u] select result.Cosine(u, v)], 40)]);
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(InfluenceResult r)
    {
        yield return $"{Readable.Count(r.Users, "user")}: {r.PositiveShare:0.0%} of ordered pairs help each other to first "
            + $"order; mean cosine {r.MeanCosine:0.0000}";
        yield return $"sign the same under another draw: {r.SignStability:0.0%}";
        string sizes = string.Join(", ", r.Cluster.CountBy(c => c).OrderBy(c => c.Key).Select(c => c.Value));
        yield return $"clusters of {sizes} users: mean cosine within {r.WithinCosine:0.0000}, between {r.BetweenCosine:0.0000}";
    }

    /// <summary>The matrix in blocks: the share of pairs that help, less one half, and the mean cosine.</summary>
    private static (double[,] Signs, double[,] Cosines) Blocks(InfluenceResult result, int[] order)
    {
        int cells = Math.Min(MapCells, order.Length);
        double[,] signs = new double[cells, cells], cosines = new double[cells, cells];
        int[] Members(int cell) => order[(cell * order.Length / cells)..((cell + 1) * order.Length / cells)];
        for (int r = 0; r < cells; r++)
            for (int c = 0; c < cells; c++)
            {
                double[] block = [.. from u in Members(r) from v in Members(c) where u != v select result.Cosine(u, v)];
                signs[r, c] = block.Length == 0 ? double.NaN : block.Count(x => x > 0) / (double)block.Length - 0.5;
                cosines[r, c] = block.Length == 0 ? double.NaN : block.Sum() / block.Length;
            }
        return (signs, cosines);
    }
}
