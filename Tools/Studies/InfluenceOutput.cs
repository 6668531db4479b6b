using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;
using static ManualVae.Tools.Studies.StudyNumbers;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study influence</c>.</summary>
internal static class InfluenceOutput
{
    private const int MapCells = 50;

    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, TrainedModel run, InfluenceResult result, Population users)
    {
        int[] all = [.. Enumerable.Range(0, result.Users)];
        string[] ids = [.. users.Users.Select(user => run.Data.UserIds[user])];
        int[] order = [.. all.OrderBy(u => result.Cluster[u]).ThenBy(u => u)];
        var cells = Cells(result, order);
        var (signs, cosines) = Blocks(result, cells);
        // Single users have their ids; blocks of users have the name of their cluster, at its middle.
        int[] clusters = [.. cells.Select(cell => result.Cluster[cell[0]])];
        string[] names = [.. cells.Select((cell, i) => cells.Length == order.Length ? ids[cell[0]]
            : Middle(clusters, i) ? $"cluster {clusters[i] + 1}" : "")];
        int[] borders = [.. Enumerable.Range(1, cells.Length - 1).Where(i => clusters[i] != clusters[i - 1])];
        string blocks = $"{Readable.Count(result.Users, "user")} by cluster; lines: borders of clusters"
            + (cells.Length == order.Length ? "" : $"; a cell is a block of about {(double)order.Length / cells.Length:0} users");
        return new StudyOutput(folder, result)
            .Table("matrix", all, [("user", u => ids[u]), .. ids.Select<string, (string, Func<int, object?>)>((id, v) =>
                (id, u => (float)result.Matrix[(long)u * result.Users + v]))])
            .Table("clusters", all, ("user", u => ids[u]), ("clicks", u => users.Items(u).Length),
                ("cluster", u => result.Cluster[u]), ("norm", u => Math.Sqrt(result.Matrix[(long)u * result.Users + u])))
            .Plot("signs", new HeatMap
            {
                Title = "Who helps whom", Subtitle = blocks, Values = signs,
                Value = new Axis("share of pairs that help, minus ½"),
                Rows = "user u, who is helped", Columns = "user v, whose step it is", RowNames = names, ColumnNames = names,
                Borders = borders,
            })
            .Plot("cosines", new HeatMap
            {
                Title = "How alike gradients are", Subtitle = blocks, Values = cosines, Value = new Axis("mean cosine"),
                Rows = "user u", Columns = "user v", RowNames = names, ColumnNames = names, Borders = borders,
            })
            .Plot("distribution", "Cosines between users' gradients",
                $"All pairs of {Readable.Count(result.Users, "user")}; {result.PositiveShare:0.0%} are positive",
                new("cosine of gᵤ and gᵥ"), new Axis("pairs of users"),
                [HistogramSeries.Of("", [.. from u in all from v in all[..u] select result.Cosine(u, v)], 40)])
            .Found($"{Percent(result.PositiveShare)} of ordered pairs help each other to first order; the mean cosine of two "
                + $"users' gradients is {Number(result.MeanCosine)}. {Percent(result.SignStability)} of the signs stay the same "
                + $"under another draw of noise. {Structure(result)}",
                ("users", $"{result.Users:#,0}"), ("share of pairs that help", Percent(result.PositiveShare)),
                ("mean cosine of two users' gradients", Number(result.MeanCosine)),
                ("same sign under another draw", Percent(result.SignStability)),
                ("users in each cluster", Sizes(result)),
                ("mean cosine within a cluster", Number(result.WithinCosine)),
                ("mean cosine between clusters", Number(result.BetweenCosine)));
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(InfluenceResult r)
    {
        yield return $"{Readable.Count(r.Users, "user")}: {r.PositiveShare:0.0%} of ordered pairs help each other to first "
            + $"order; mean cosine {r.MeanCosine:0.0000}";
        yield return $"sign the same under another draw: {r.SignStability:0.0%}";
        yield return $"clusters of {Sizes(r)} users: mean cosine within {Number(r.WithinCosine)}, between "
            + Number(r.BetweenCosine);
    }

    private static string Sizes(InfluenceResult r) =>
        string.Join(", ", r.Cluster.CountBy(c => c).OrderBy(c => c.Key).Select(c => c.Value));

    private static string Structure(InfluenceResult r) =>
        !double.IsFinite(r.WithinCosine - r.BetweenCosine) ? "There are too few users for clusters."
            : $"Within clusters the mean cosine is {Number(r.WithinCosine)}, between them {Number(r.BetweenCosine)}.";

    private static bool Middle(int[] clusters, int cell) =>
        (Array.IndexOf(clusters, clusters[cell]) + Array.LastIndexOf(clusters, clusters[cell])) / 2 == cell;

    /// <summary>The users of each cell: single ones, or blocks of equal size; no block has users of two clusters.</summary>
    private static int[][] Cells(InfluenceResult result, int[] order)
    {
        if (order.Length <= MapCells) return [.. order.Select(u => new[] { u })];
        return [.. order.GroupBy(u => result.Cluster[u]).SelectMany(cluster =>
        {
            int[] users = [.. cluster];
            int count = Math.Max(1, users.Length * MapCells / order.Length);
            return Enumerable.Range(0, count).Select(i => users[(i * users.Length / count)..((i + 1) * users.Length / count)]);
        })];
    }

    /// <summary>The matrix in blocks: the share of pairs that help, less one half, and the mean cosine.</summary>
    private static (double[,] Signs, double[,] Cosines) Blocks(InfluenceResult result, int[][] cells)
    {
        double[,] signs = new double[cells.Length, cells.Length], cosines = new double[cells.Length, cells.Length];
        for (int r = 0; r < cells.Length; r++)
            for (int c = 0; c < cells.Length; c++)
            {
                double[] block = [.. from u in cells[r] from v in cells[c] where u != v select result.Cosine(u, v)];
                signs[r, c] = block.Length == 0 ? double.NaN : block.Count(x => x > 0) / (double)block.Length - 0.5;
                cosines[r, c] = block.Length == 0 ? double.NaN : block.Sum() / block.Length;
            }
        return (signs, cosines);
    }
}
