using ManualVae.Compute;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Compute;

// Losses where formulas written carelessly overflow, cancel or divide by zero.
public abstract partial class BackendTests
{
    private static readonly Func<int, int, double>[] ExtremeLogits =
    [
        (_, _) => 0,
        (_, _) => 1e4,
        (_, _) => -1e4,
        (_, item) => item == 0 ? 1e4 : 0,
        (_, item) => item == 0 ? -1e4 : 0,
        (_, item) => item % 2 == 0 ? 1e4 : -1e4,
        (user, item) => item % (user + 2) == 1 ? 1e4 : -3,
    ];

    /// <summary>
    /// Users of one click, of every item, of none, and of some, one item that nobody but the second clicked; logits up to 1e4 of
    /// both signs. Loss and gradient are finite and those of the formulas in double precision.
    /// </summary>
    [DeviceTheory]
    [InlineData(LikelihoodKind.Multinomial, 1)]
    [InlineData(LikelihoodKind.Multinomial, 0)]
    [InlineData(LikelihoodKind.Gaussian, 1)]
    [InlineData(LikelihoodKind.Gaussian, 0)]
    [InlineData(LikelihoodKind.Logistic, 1)]
    [InlineData(LikelihoodKind.Logistic, 0)]
    public void Losses_of_extreme_logits_are_those_of_the_formula(LikelihoodKind kind, int alone)
    {
        int items = alone == 0 ? IsEmulated ? 37 : 1003 : 1;
        int[][] clicks = [[0], [.. Enumerable.Range(0, items)], [], [.. Enumerable.Range(0, items - 1).Where(i => i % 3 == 0)]];
        var matrix = CsrMatrix.FromPairs(clicks.Length, items,
            [.. clicks.SelectMany((row, user) => row.Select(item => (user, item)))]);
        var likelihood = new Likelihood(kind, kind == LikelihoodKind.Gaussian ? 2 : 1, kind == LikelihoodKind.Gaussian ? 0.5 : 1);
        using var batch = Backend.AllocateBatch(clicks.Length, items, (int)matrix.EntryCount);
        batch.Load(matrix, [0, 1, 2, 3]);
        foreach (var (pattern, logit) in ExtremeLogits.Index())
        {
            var values = new float[clicks.Length * items];
            for (int i = 0; i < values.Length; i++) values[i] = (float)logit(i / items, i % items);
            var (logits, loss) = (TestTensors.Upload(Backend, values, clicks.Length, items), Backend.Allocate(clicks.Length, 1));
            float[] forward = new float[clicks.Length], backward = new float[clicks.Length], slopes = new float[values.Length];
            Backend.LikelihoodForward(likelihood, batch, logits, loss);
            Backend.Download(loss, forward);
            Backend.LikelihoodBackward(likelihood, batch, 0.5, logits, loss);
            Backend.Download(loss, backward);
            Backend.Download(logits, slopes);
            Backend.Free(logits);
            Backend.Free(loss);
            for (int user = 0; user < clicks.Length; user++)
            {
                var f = values.AsSpan(user * items, items);
                var (expected, gradient) = LikelihoodFormula.Of(
                    likelihood, clicks[user], [.. f.ToArray().Select(v => (double)v)]);
                // Single precision of the sum of all terms' sizes, though they may cancel; and of a log-sum-exp near 1e4, whose
                // exponential is off by as much.
                double largest = f.ToArray().Max(Math.Abs), size = kind == LikelihoodKind.Gaussian ? expected
                    : kind == LikelihoodKind.Logistic ? f.ToArray().Sum(v => Math.Abs(v)) + items
                    : (largest + Math.Log(items)) * clicks[user].Length;
                double rounding = 3e-6 * size + 1e-4, slope = kind == LikelihoodKind.Multinomial ? 1.2e-7 * largest + 2e-5 : 2e-5;
                string where = $"{kind}, logits {pattern}, user {user}";
                Assert.True(Math.Abs(forward[user] - expected) <= rounding, $"{where}: loss {forward[user]}, not {expected}");
                Assert.True(Math.Abs(backward[user] - expected) <= rounding, $"{where}: loss {backward[user]}, not {expected}");
                for (int item = 0; item < items; item++)
                    Assert.True(Math.Abs(slopes[user * items + item] - 0.5 * gradient[item])
                        <= slope * (1 + Math.Abs(gradient[item])),
                        $"{where}, item {item}: slope {slopes[user * items + item]}, not {0.5 * gradient[item]}");
            }
        }
    }

    /// <summary>A dropped click, the only one or all of them, leaves the input zero, not 0 / 0.</summary>
    [DeviceTheory, InlineData(MaskMode.MaskThenNormalise), InlineData(MaskMode.NormaliseThenDrop), InlineData(MaskMode.Plain)]
    public void An_input_of_which_nothing_is_left_is_zero(MaskMode mode)
    {
        var matrix = CsrMatrix.FromPairs(3, 5, [(0, 2), (1, 0), (1, 1), (1, 2), (1, 3), (1, 4)]);
        using var batch = Backend.AllocateBatch(3, 5, (int)matrix.EntryCount);
        batch.Load(matrix, [0, 1, 2]);
        Backend.EncodeInputs(batch, new InputMask(mode, 1e-6f, new RandomKey(1, 0, RandomPurpose.Mask)));
        var inputs = new float[matrix.EntryCount];
        Backend.Download(batch.Inputs, inputs);
        Assert.All(inputs, input => Assert.Equal(0, input));
    }
}
