using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of influence.</summary>
internal static class InfluenceOutput
{
    private const int MapCells = 50;

    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(TrainedModel run, InfluenceResult result, Population users)
    {
        string[] ids = [.. users.Users.Select(user => run.Data.UserIds[user])];
        int[] order = [.. Enumerable.Range(0, result.Users).OrderBy(u => result.Cluster[u]).ThenBy(u => u)];
        int cells = Math.Min(MapCells, result.Users);
        double[,] signs = new double[cells, cells], cosines = new double[cells, cells];
        for (int r = 0; r < cells; r++)
            for (int c = 0; c < cells; c++)
            {
                double positive = 0, cosine = 0;
                int count = 0;
                for (int i = r * result.Users / cells; i < (r + 1) * result.Users / cells; i++)
                    for (int j = c * result.Users / cells; j < (c + 1) * result.Users / cells; j++)
                    {
                        if (i == j) continue;
                        double value = result.Cosine(order[i], order[j]);
                        positive += value > 0 ? 1 : 0;
                        cosine += value;
                        count++;
                    }
                (signs[r, c], cosines[r, c]) = count == 0 ? (double.NaN, double.NaN) : (positive / count - 0.5, cosine / count);
            }
        string blocks = Text($"{result.Users} users ordered by cluster, {cells} x {cells} blocks");
        return new StudyOutput(run.Folder.Path, "influence", result)
            .Table("matrix", ["user", .. ids], Enumerable.Range(0, result.Users).Select(u =>
            {
                var row = new object?[result.Users + 1];
                row[0] = ids[u];
                for (int v = 0; v < result.Users; v++) row[v + 1] = (float)result.Matrix[(long)u * result.Users + v];
                return row;
            }))
            .Table("clusters", ["user", "clicks", "cluster", "norm"], Enumerable.Range(0, result.Users).Select(u => new object?[]
            {
                ids[u], users.Items(u).Length, result.Cluster[u], Math.Sqrt(result.Matrix[(long)u * result.Users + u]),
            }))
            .Plot("signs", new HeatMap
            {
                Title = "Who helps whom", Subtitle = blocks, Values = signs,
                Value = new Axis("share of pairs that help, less one half"),
                Rows = "u, who is helped", Columns = "v, whose step it is", RowNames = Sparse(cells), ColumnNames = Sparse(cells),
            })
            .Plot("cosines", new HeatMap
            {
                Title = "How alike gradients are", Subtitle = blocks, Values = cosines, Value = new Axis("mean cosine"),
                Rows = "u", Columns = "v", RowNames = Sparse(cells), ColumnNames = Sparse(cells),
            })
            .Plot("distribution", new Chart
            {
                Title = "Cosines between users' gradients",
                Subtitle = Text($"All pairs of {result.Users} users; {result.PositiveShare:0.0%} are positive"),
                X = new Axis("cosine of g_u and g_v"), Y = new Axis("pairs of users"),
                Series = [HistogramSeries.Of("", [.. Enumerable.Range(0, result.Users)
                    .SelectMany(u => Enumerable.Range(0, u).Select(v => result.Cosine(u, v)))], 40)],
            });
    }

    /// <summary>Every tenth number, so that names do not overlap.</summary>
    private static string[] Sparse(int cells) => [.. Enumerable.Range(0, cells).Select(i => i % 10 == 0 ? Text($"{i}") : "")];

    public static IEnumerable<string> Lines(InfluenceResult r)
    {
        yield return Text($"{r.Users} users: {r.PositiveShare:0.0%} of ordered pairs help each other to first order; mean ")
            + Text($"cosine {r.MeanCosine:0.0000}");
        yield return Text($"sign the same under another draw: {r.SignStability:0.0%}");
        string sizes = string.Join(", ", r.Cluster.CountBy(c => c).OrderBy(c => c.Key).Select(c => c.Value));
        yield return Text($"clusters of {sizes} users: mean cosine within {r.WithinCosine:0.0000}, ")
            + Text($"between {r.BetweenCosine:0.0000}");
    }
}
