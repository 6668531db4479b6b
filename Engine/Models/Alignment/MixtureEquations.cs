using System.Numerics.Tensors;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Alignment;

/// <summary>
/// The normal equations of the weights of a mixture: the regression (with an intercept, which is then left out, as in the
/// released code of Monteil et al. 2024) of the clicks x_ui on the scores (X G)_ui of each term over all users and items. Made
/// once, they give the weights for any choice of terms and any weight of the zeros.
/// </summary>
public sealed class MixtureEquations
{
    private const int UsersOfBlock = 64; // blocks are summed one after another: the same bits for any number of threads

    private readonly AttributeSimilarities _similarities;
    private readonly IReadOnlyList<MixtureTerm> _terms;
    private readonly double[] _all, _clicked; // sums of products of two terms, the last "term" being 1

    /// <summary>Sums over all users. Time: clicks x terms x items and users x terms^2 x items / 2.</summary>
    /// <param name="train">Clicks, users x items; click values are ignored.</param>
    /// <param name="similarities">Of the same items.</param>
    /// <param name="secondOrder">Products of two similarities too.</param>
    /// <param name="cancellation">Watched between blocks of users.</param>
    public MixtureEquations(CsrMatrix train, AttributeSimilarities similarities, bool secondOrder,
        CancellationToken cancellation = default)
    {
        _similarities = similarities;
        _terms = MixtureTerm.Of(similarities.Names.Count, secondOrder);
        int width = _terms.Count + 1, blocks = (train.Rows + UsersOfBlock - 1) / UsersOfBlock;
        var sums = new (double[] All, double[] Clicked)[blocks];
        Cores.For(0, blocks, () => Enumerable.Range(0, width).Select(_ => new float[train.Columns]).ToArray(),
            (block, _, scores) =>
            {
                sums[block] = (new double[width * width], new double[width * width]);
                for (int user = block * UsersOfBlock; user < Math.Min(train.Rows, (block + 1) * UsersOfBlock); user++)
                    Add(train.RowColumns(user), scores, sums[block].All, sums[block].Clicked);
                return scores;
            }, _ => { }, cancellation);
        (_all, _clicked) = (new double[width * width], new double[width * width]);
        foreach (var (all, clicked) in sums)
        {
            TensorPrimitives.Add(_all, all, _all);
            TensorPrimitives.Add(_clicked, clicked, _clicked);
        }
    }

    /// <summary>
    /// The weights, 0 or more, that bring the mixture's scores closest to the clicks: min of the weighted sum of squares of
    /// x - intercept - sum_k mu_k X G_k.
    /// </summary>
    /// <param name="zeroWeight">Weight of a zero, above 0; a click weighs 1.</param>
    /// <param name="attributes">Names of the attributes that take part; null for all.</param>
    /// <param name="secondOrder">Products too, if they were summed.</param>
    public ItemMixture Solve(double zeroWeight, IReadOnlyCollection<string>? attributes = null, bool secondOrder = true)
    {
        bool TakesPart(int attribute) => attributes?.Contains(_similarities.Names[attribute]) != false;
        int width = _terms.Count + 1, one = _terms.Count;
        int[] chosen = [.. Enumerable.Range(0, one).Where(t => TakesPart(_terms[t].First)
            && (_terms[t].Second is not int second || secondOrder && TakesPart(second)))];
        double Sum(int a, int b) => zeroWeight * (_all[a * width + b] - _clicked[a * width + b]) + _clicked[a * width + b];

        // The intercept is free: centred by the weighted means, it drops out of the equations.
        int m = chosen.Length;
        double weight = Sum(one, one);
        var (a, b) = (new double[m * m], new double[m]);
        for (int i = 0; i < m; i++)
        {
            double mean = Sum(chosen[i], one) / weight;
            b[i] = _clicked[chosen[i] * width + one] - mean * _clicked[one * width + one];
            for (int j = 0; j < m; j++) a[i * m + j] = Sum(chosen[i], chosen[j]) - mean * Sum(chosen[j], one);
        }
        // What is left of a term without variance is rounding.
        for (int i = 0; i < m; i++)
            if (a[i * m + i] <= 1e-6 * Sum(chosen[i], chosen[i]))
                for (int j = 0; j < m; j++) a[i * m + j] = a[j * m + i] = 0;
        return new(_similarities, [.. chosen.Select(t => _terms[t])], NonNegativeLeastSquares.Solve(a, b));
    }

    private void Add(ReadOnlySpan<int> clicks, float[][] scores, double[] all, double[] clicked)
    {
        int one = _terms.Count, width = one + 1;
        foreach (float[] s in scores.AsSpan(0, one)) Array.Clear(s);
        Array.Fill(scores[one], 1);
        foreach (int item in clicks)
            for (int t = 0; t < one; t++)
            {
                var row = _similarities.Row(_terms[t].First, item);
                if (_terms[t].Second is int second)
                    TensorPrimitives.MultiplyAdd(row, _similarities.Row(second, item), scores[t], scores[t]);
                else TensorPrimitives.Add(scores[t], row, scores[t]);
            }
        var own = new float[width][];
        for (int t = 0; t < width; t++)
        {
            own[t] = new float[clicks.Length];
            for (int c = 0; c < clicks.Length; c++) own[t][c] = scores[t][clicks[c]];
        }
        for (int s = 0; s < width; s++)
            for (int t = 0; t <= s; t++)
            {
                all[s * width + t] += TensorPrimitives.Dot<float>(scores[s], scores[t]);
                clicked[s * width + t] += TensorPrimitives.Dot<float>(own[s], own[t]);
                (all[t * width + s], clicked[t * width + s]) = (all[s * width + t], clicked[s * width + t]);
            }
    }
}
