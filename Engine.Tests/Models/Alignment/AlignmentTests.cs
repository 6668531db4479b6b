using ManualVae.Data;
using ManualVae.Models.Alignment;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Alignment;

public class AlignmentTests
{
    private const int Users = 70, Items = 12;

    private static readonly CsrMatrix Train = ToyClicks.Random(Users, Items); // the first user has no clicks

    private static readonly ItemAttribute[] Attributes =
    [
        Attribute("genres", 5, [.. Enumerable.Range(0, Items).Select(i => new[] { i % 3, 3 + i % 2 })]),
        Attribute("actors", 4, [.. Enumerable.Range(0, Items).Select(i => new[] { i / 3 })]),
        Attribute("year", 2, [.. Enumerable.Range(0, Items).Select(i => new[] { i / 6 })]),
    ];

    /// <summary>A categorical attribute from each item's features.</summary>
    public static ItemAttribute Attribute(string name, int features, int[][] items) => new(
        name, AttributeKind.Categorical, [.. Enumerable.Range(0, features).Select(f => $"{name}{f}")],
        FixedScores.Rows(features, items));

    [Fact]
    public void Smoothed_cosines_of_features()
    {
        float[] g = SmoothedCosine.Of(FixedScores.Rows(20, [0, 1], [1], [], [0, 1, 2]), delta: 0.5);
        Assert.Equal((float)(1 / (Math.Sqrt(2) + 0.5)), g[1]);
        Assert.Equal((float)(2 / (Math.Sqrt(6) + 0.5)), g[3]);
        Assert.Equal([0, 0, 0], [g[0], g[2], g[5]]);
    }

    [Fact]
    public void Cosines_of_dense_vectors_are_those_of_the_same_sparse_features()
    {
        var random = new Random(4);
        float[] values = [.. Enumerable.Range(0, 21).Select(_ => (float)random.NextDouble() - 0.4f)];
        var dense = new CsrMatrix(3, [.. Enumerable.Range(0, 8).Select(r => 3L * r)],
            [.. Enumerable.Range(0, 21).Select(e => e % 3)], values);
        // Nine more columns without values make them sparse.
        var sparse = new CsrMatrix(13, dense.RowOffsets.ToArray(), dense.ColumnIndices.ToArray(), values);
        Assert.Equal(SmoothedCosine.Of(sparse, 0.5), SmoothedCosine.Of(dense, 0.5), (x, y) => Math.Abs(x - y) < 1e-6);
        double dot = values[0] * values[3] + values[1] * values[4] + values[2] * values[5];
        double Norm(int row) => Math.Sqrt(values.Skip(3 * row).Take(3).Sum(v => v * v));
        Assert.Equal(dot / (Norm(0) * Norm(1) + 0.5), SmoothedCosine.Of(dense, 0.5)[1], 1e-6);
    }

    [Fact]
    public void Strengths_fall_from_beta_to_nothing_at_the_tenth_percentile()
    {
        int[] clicks = [0, 2, 4, 10, 20, 30, 40, 50, 60, 70, 80]; // the 10th percentile is entry 1 of 0..10
        Assert.Equal([100, 0, 0, 0], AlignmentStrength.Of(clicks, 100)[..4]);
        int[] more = [.. Enumerable.Range(0, 41)]; // percentile 4
        Assert.Equal([8, 6, 4, 2, 0, 0], AlignmentStrength.Of(more, 8)[..6]);
        Assert.Equal([5], AlignmentStrength.Of([0], 5));
    }

    [Fact]
    public void Terms_are_the_attributes_and_each_two_of_them()
    {
        Assert.Equal([new(0), new(1), new(2), new(0, 1), new(0, 2), new(1, 2)], MixtureTerm.Of(3, secondOrder: true));
        Assert.Equal([new MixtureTerm(0)], MixtureTerm.Of(1, secondOrder: true));
        Assert.Equal(2, MixtureTerm.Of(2, secondOrder: false).Count);
    }

    [Theory]
    [InlineData(true, 0.2)]
    [InlineData(false, 1)]
    public void Weights_are_the_best_non_negative_ones(bool secondOrder, double zeroWeight)
    {
        var similarities = new AttributeSimilarities(Attributes, 0.5);
        var mixture = new MixtureEquations(Train, similarities, secondOrder: true).Solve(zeroWeight, secondOrder: secondOrder);
        Assert.Equal(secondOrder ? 6 : 3, mixture.Terms.Count);

        // The design written out, user by user and item by item, with a column of ones.
        var x = Matrix<double>.Build.Dense(Users, Items, (u, i) => Train.Contains(u, i) ? 1 : 0);
        var scores = mixture.Terms.Select(term => x * Matrix<double>.Build.Dense(Items, Items, (i, j) =>
            similarities.Row(term.First, i)[j] * (term.Second is int s ? similarities.Row(s, i)[j] : 1.0))).ToList();
        var design = Matrix<double>.Build.Dense(Users * Items, scores.Count + 1,
            (r, c) => c == scores.Count ? 1 : scores[c][r / Items, r % Items]);
        var y = Vector<double>.Build.Dense(Users * Items, r => x[r / Items, r % Items]);
        var weights = y.Map(v => v == 1 ? 1 : zeroWeight);
        // The best intercept for these weights; then no slope may be left (Karush, Kuhn and Tucker).
        var fitted = design.SubMatrix(0, Users * Items, 0, scores.Count) * Vector<double>.Build.DenseOfArray(mixture.Weights);
        double intercept = weights * (y - fitted) / weights.Sum();
        var slope = design.TransposeThisAndMultiply(weights.PointwiseMultiply(y - fitted - intercept));
        for (int k = 0; k < scores.Count; k++)
        {
            Assert.True(mixture.Weights[k] >= 0);
            if (mixture.Weights[k] > 0) Assert.Equal(0, slope[k], 1e-3);
            else Assert.True(slope[k] < 1e-3, $"{slope[k]}");
        }
        Assert.Contains(mixture.Weights, w => w > 0);
    }

    [Fact]
    public void One_attribute_has_the_slope_of_the_weighted_regression()
    {
        // Two users, two alike items: scores (0, 0; 1, 0) of clicks (0, 0; 0, 1) times G = 1 off the diagonal.
        var train = FixedScores.Rows(2, [], [1]);
        var similarities = new AttributeSimilarities([Attribute("a", 1, [[0], [0]])], 0);
        double zero = 0.5;
        // Weights .5, .5, .5 of zeros and 1 of the click; only the unclicked item of user 1 has a score: the slope is negative.
        Assert.Equal([0.0], new MixtureEquations(train, similarities, true).Solve(zero).Weights);
        // Both clicked: scores (1, 1) on clicks (1, 1), and (0, 0) on (0, 0): the slope is 1.
        var both = new MixtureEquations(FixedScores.Rows(2, [], [0, 1]), similarities, true).Solve(zero);
        Assert.Equal(1, both.Weights[0], 1e-12);
        Assert.Equal([0, 1, 1, 0], both.Matrix());
        Assert.Equal([0, 3, 3, 0], both.Matrix(3));
    }

    [Fact]
    public void Attributes_that_know_nothing_or_the_same_of_all_get_no_weight()
    {
        ItemAttribute[] attributes =
            [Attributes[0], Attribute("nothing", 2, [.. Enumerable.Repeat(Array.Empty<int>(), Items)])];
        var similarities = new AttributeSimilarities(attributes, 0.5);
        var mixture = new MixtureEquations(Train, similarities, secondOrder: true).Solve(0.1);
        Assert.Equal([0, 0], mixture.Weights[1..]);
        Assert.Equal(["genres"], mixture.NamedWeights.Keys);
        Assert.StartsWith("genres ", mixture.ToString(), StringComparison.Ordinal);

        // Alike with all: nothing can be told apart by it among items that a user has not clicked; its product with genres is
        // genres once more.
        ItemAttribute[] constant =
            [Attributes[0], Attribute("constant", 1, [.. Enumerable.Range(0, Items).Select(_ => new[] { 0 })])];
        var both = new MixtureEquations(Train, new AttributeSimilarities(constant, 0), secondOrder: true).Solve(0.1);
        Assert.All(both.Weights, w => Assert.True(w >= 0 && double.IsFinite(w)));
        Assert.Equal("nothing", new MixtureEquations(FixedScores.Rows(1, [0]),
            new AttributeSimilarities([Attribute("a", 1, [[0]])], 0), true).Solve(0.1).ToString());
    }

    [Fact]
    public void Chosen_attributes_are_mixed_as_if_there_were_no_others_and_bits_repeat()
    {
        var all = new MixtureEquations(Train, new AttributeSimilarities(Attributes, 0.5), secondOrder: true);
        var two = new MixtureEquations(Train, new AttributeSimilarities(Attributes[..2], 0.5), secondOrder: true);
        var chosen = all.Solve(0.1, ["genres", "actors"]);
        Assert.Equal(two.Solve(0.1).Weights, chosen.Weights);
        Assert.Equal(two.Solve(0.1).Matrix(), chosen.Matrix());
        var again = new MixtureEquations(Train, new AttributeSimilarities(Attributes, 0.5), secondOrder: true);
        Assert.Equal(all.Solve(0.1).Weights, again.Solve(0.1).Weights);
    }

    [Fact]
    public void Aligned_targets_are_the_clicks_and_the_scores_of_rare_items()
    {
        float[] similarity = [0, 1, 2, 1, 0, 4, 2, 4, 0];
        var targets = new AlignedTargets(similarity, [0, 0, 0.5]);
        var clicks = FixedScores.Rows(3, [0], [], [0, 1, 2], [1]);
        var rows = targets.Of(clicks, [2, 0, 1]);
        Assert.Equal((3, 3), (rows.Rows, rows.Columns));
        Assert.Equal([0, 1, 2], rows.RowColumns(0).ToArray());
        Assert.Equal([1, 1, 1 + (2 + 4) * 0.5f], rows.RowValues(0).ToArray());
        Assert.Equal([1, 1], rows.RowValues(1).ToArray());
        Assert.Equal([0, 2], rows.RowColumns(1).ToArray());
        Assert.Equal(0, rows.RowLength(2));
        Assert.Equal((1, 2 + 4), (targets.RareItems, AlignedTargets.LargestBatch(2, 1, clicks)));
    }

    [Fact]
    public void Feature_cosines_put_attributes_side_by_side()
    {
        using var model = FeatureCosine.Fit(Attributes[..2], new(0.5));
        float[] expected = SmoothedCosine.Of(FixedScores.Rows(9, [.. Enumerable.Range(0, Items)
            .Select(i => new[] { i % 3, 3 + i % 2, 5 + i / 3 })]), 0.5);
        Assert.Equal(expected, model.Weights.ToArray());
        using var one = FeatureCosine.Fit(Attributes, new(0.5, "actors"));
        Assert.Equal(SmoothedCosine.Of(Attributes[1].Values, 0.5), one.Weights.ToArray());
    }
}
