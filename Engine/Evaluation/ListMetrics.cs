using System.Buffers;
using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>
/// The metrics of which items are in one user's list (<see cref="Metric.Definition"/>). An item of a tie that the cutoff cuts is
/// in the list with the chance that it has over all orders. Calibration, which is not linear in the list, is that of the expected
/// genres.
/// </summary>
/// <param name="facts">What is known of the items.</param>
/// <param name="split">Whose lists.</param>
internal sealed class ListMetrics(ItemFacts facts, EvaluationSplit split)
{
    private const double Head = 0.2, Smoothing = 0.01; // Smoothing as in Steck 2018

    private readonly Lazy<double[]> _tail = new(() => facts.InStretch(Head, 1));

    /// <summary>The value at a cutoff for a row of the split.</summary>
    public double Value(MetricKind kind, int cutoff, UserRanking ranking, int row) => kind switch
    {
        MetricKind.Novelty => Mean(ranking, cutoff, facts.Popularity.SelfInformation),
        MetricKind.AveragePopularity => Mean(ranking, cutoff, item => facts.Popularity.Clicks[item]),
        MetricKind.LongTail => Mean(ranking, cutoff, item => _tail.Value[item]),
        MetricKind.Diversity => 1 - MeanCosine(ranking, cutoff),
        MetricKind.Serendipity => Serendipity(ranking, cutoff, row),
        MetricKind.Calibration => Divergence(ranking, cutoff, row),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not decided by the items of one list."),
    };

    private static double Mean(UserRanking ranking, int cutoff, Func<int, double> value)
    {
        double sum = 0;
        int length = 0;
        foreach (var tie in ranking.Ties)
        {
            int within = tie.Within(cutoff);
            if (within == 0) break;
            double own = 0;
            foreach (int item in ranking.Items.AsSpan(tie.First, tie.Length)) own += value(item);
            sum += own * within / tie.Length;
            length += within;
        }
        return length == 0 ? 0 : sum / length;
    }

    // With unit vectors z the cosines of all pairs of a set add up to (|sum z|^2 - sum |z|^2) / 2: no loop over pairs. A pair of
    // a cut tie of n items, m of them within, is in the list with chance m (m - 1) / (n (n - 1)). 1 where there is no pair.
    private double MeanCosine(UserRanking ranking, int cutoff)
    {
        var features = facts.Features!;
        var (whole, cut) = (Zeros(features.Columns), Zeros(features.Columns));
        double wholeSquares = 0, cutSquares = 0, share = 0, pairShare = 0;
        int length = 0;
        foreach (var tie in ranking.Ties)
        {
            int within = tie.Within(cutoff);
            if (within == 0) break;
            length += within;
            var items = ranking.Items.AsSpan(tie.First, tie.Length);
            if (within == tie.Length)
            {
                wholeSquares += AddUnitVectors(features, items, whole);
                continue;
            }
            cutSquares = AddUnitVectors(features, items, cut);
            share = (double)within / tie.Length;
            pairShare = share * (within - 1) / (tie.Length - 1);
        }
        Span<double> a = whole.AsSpan(0, features.Columns), b = cut.AsSpan(0, features.Columns);
        double pairs = (TensorPrimitives.SumOfSquares<double>(a) - wholeSquares) / 2 + share * TensorPrimitives.Dot<double>(a, b)
            + pairShare * (TensorPrimitives.SumOfSquares<double>(b) - cutSquares) / 2;
        ArrayPool<double>.Shared.Return(whole);
        ArrayPool<double>.Shared.Return(cut);
        return length < 2 ? 1 : pairs / (length * (length - 1.0) / 2);
    }

    private static double[] Zeros(int length)
    {
        var zeros = ArrayPool<double>.Shared.Rent(length);
        zeros.AsSpan(0, length).Clear();
        return zeros;
    }

    // Returns the sum of their squares: 1 for each item that has a feature. Features are present or not.
    private static int AddUnitVectors(CsrMatrix features, ReadOnlySpan<int> items, double[] sum)
    {
        int counted = 0;
        foreach (int item in items)
        {
            var own = features.RowColumns(item);
            if (own.Length > 0) counted++;
            foreach (int feature in own) sum[feature] += 1 / Math.Sqrt(own.Length);
        }
        return counted;
    }

    private double Serendipity(UserRanking ranking, int cutoff, int row)
    {
        var known = split.Known.RowColumns(row);
        int[] clicks = facts.Popularity.Clicks;
        // The user's K most clicked unknown items: all with more clicks than the last of them, and a share of its equals.
        int above = 0, equal = 0, last = -1;
        foreach (int item in facts.MostClicked)
        {
            if (known.BinarySearch(item) >= 0) continue;
            if (clicks[item] != last)
            {
                if (above + equal >= cutoff) break;
                (above, equal, last) = (above + equal, 0, clicks[item]);
            }
            equal++;
        }
        double equalShare = equal == 0 ? 0 : Math.Min(1, (cutoff - above) / (double)equal), found = 0;
        foreach (var tie in ranking.Ties)
        {
            int within = tie.Within(cutoff);
            if (within == 0) break;
            if (tie.Hits == 0) continue;
            foreach (int item in ranking.Items.AsSpan(tie.First, tie.Length))
                if (split.HeldOut.Contains(row, item) && clicks[item] <= last)
                    found += (clicks[item] < last ? 1 : 1 - equalShare) * within / tie.Length;
        }
        return found / cutoff;
    }

    // 0 where the user's clicks have no genre.
    private double Divergence(UserRanking ranking, int cutoff, int row)
    {
        var genres = facts.Genres!;
        var (clicked, listed) = (new double[genres.Columns], new double[genres.Columns]);
        foreach (int item in split.FoldIn.RowColumns(row)) AddGenres(genres, item, 1, clicked);
        foreach (var tie in ranking.Ties)
        {
            double share = (double)tie.Within(cutoff) / tie.Length;
            if (share == 0) break;
            foreach (int item in ranking.Items.AsSpan(tie.First, tie.Length)) AddGenres(genres, item, share, listed);
        }
        double clickedSum = clicked.Sum(), listedSum = listed.Sum(), divergence = 0;
        for (int g = 0; g < clicked.Length; g++)
        {
            double p = clicked[g] / clickedSum, q = listedSum == 0 ? 0 : listed[g] / listedSum;
            if (clicked[g] > 0) divergence += p * Math.Log(p / ((1 - Smoothing) * q + Smoothing * p));
        }
        return divergence;
    }

    private static void AddGenres(CsrMatrix genres, int item, double weight, double[] sum)
    {
        var own = genres.RowColumns(item);
        foreach (int genre in own) sum[genre] += weight / own.Length;
    }
}
