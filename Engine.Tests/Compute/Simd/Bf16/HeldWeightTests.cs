using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Tests.Models;
using Xunit;
using static ManualVae.Tests.Compute.TestTensors;

namespace ManualVae.Tests.Compute.Simd.Bf16;

/// <summary>Weights held in bfloat16, and products of few rows with them.</summary>
public class HeldWeightTests
{
    private static SimdBackend Emulated(WorkerPool threads) => new(threads, GemmKernel.EmulatedBf16);

    private static Parameter Constant(Tensor value) => new("w", value, default, default, default);

    private static float[] Logits(IBackend backend, Tensor x, Parameter weight)
    {
        var y = backend.Allocate(x.Rows, weight.Value.Rows);
        backend.LinearForward(x, weight, null, Activation.Identity, y);
        return backend.Floats(y);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(64, 64)]
    [InlineData(65, 2)]
    [InlineData(211, 601)]
    [InlineData(130, 1301)] // sums in two parts
    public void Sums_have_the_bits_of_the_product_in_tiles(int items, int width)
    {
        foreach (int threads in (int[])[1, 2, 3, 7])
        {
            using var pool = new WorkerPool(threads);
            using var backend = Emulated(pool);
            var weight = Constant(Upload(backend, Draw(items * width, 1), items, width));
            var x = Upload(backend, Draw(8 * width, 2), 8, width);
            int[] users = [1, 2, 3, 4, 5, 8];
            Assert.Equal(0, backend.FewUsers(weight));
            float[][] expected = [.. users.Select(count => Logits(backend, x.Top(count), weight))];
            backend.Hold(weight);
            Assert.Equal(FewRows.Most, backend.FewUsers(weight));
            for (int i = 0; i < users.Length; i++) Assert.Equal(expected[i], Logits(backend, x.Top(users[i]), weight));
        }
    }

    [Bf16Fact]
    public void And_those_of_the_instruction()
    {
        using var backend = new SimdBackend(2, Precision.Bf16);
        var weight = Constant(Upload(backend, Draw(1031 * 600, 1), 1031, 600));
        var x = Upload(backend, Draw(5 * 600, 2), 5, 600);
        float[] expected = Logits(backend, x, weight);
        backend.Hold(weight);
        Assert.Equal(expected, Logits(backend, x, weight));
    }

    /// <summary>Each operand is rounded once, by 2^-9 of it at most.</summary>
    [Fact]
    public void Is_as_far_from_single_precision_as_two_roundings()
    {
        const int Items = 300, Width = 200;
        using var pool = new WorkerPool(2);
        using var half = Emulated(pool);
        using var single = new SimdBackend(pool);
        float[] w = Draw(Items * Width, 1), x = Draw(Width, 2);
        var weight = Constant(Upload(half, w, Items, Width));
        half.Hold(weight);
        float[] rounded = Logits(half, Upload(half, x, 1, Width), weight);
        float[] exact = Logits(single, Upload(single, x, 1, Width), Constant(Upload(single, w, Items, Width)));
        Assert.NotEqual(exact, rounded);
        for (int item = 0; item < Items; item++)
        {
            double magnitude = 0;
            for (int k = 0; k < Width; k++) magnitude += Math.Abs((double)w[item * Width + k] * x[k]);
            Assert.InRange(Math.Abs(exact[item] - rounded[item]), 0, magnitude * (Math.Pow(2, -8) + 1e-4));
        }
    }

    [Fact]
    public void Writing_to_the_weight_drops_the_copy()
    {
        using var pool = new WorkerPool(1);
        using var backend = Emulated(pool);
        var x = Upload(backend, [2], 1, 1);
        Tensor value = Upload(backend, [1, 2, 3], 3, 1), other = Upload(backend, [4, 5, 6], 3, 1);
        var weight = Constant(value);
        void Written(Action write, float[] expected)
        {
            backend.Hold(weight);
            Assert.True(backend.FewUsers(weight) > 0);
            write();
            Assert.Equal(0, backend.FewUsers(weight));
            Assert.Equal(expected, Logits(backend, x, weight));
        }
        Written(() => backend.Upload([7f, 8, 9], value), [14, 16, 18]);
        Written(() => backend.Copy(other, value), [8, 10, 12]);
        Written(() => backend.Fill(value, 1), [2, 2, 2]);
    }

    [Fact]
    public void A_weight_that_can_be_trained_is_refused()
    {
        using var pool = new WorkerPool(1);
        using var backend = Emulated(pool);
        using var model = new Autoencoder(backend, new AutoencoderSettings { Hidden = [4], Latent = 2 }, 9, 3, seed: 1);
        Assert.Contains("can be trained", Assert.Throws<InvalidOperationException>(model.HoldForServing).Message);
    }

    [Fact]
    public void A_models_lists_for_few_users_are_those_in_a_crowd()
    {
        const int Users = 20, Items = 130, K = 10;
        var clicks = ToyClicks.Random(Users, Items);
        foreach (bool half in (bool[])[false, true])
        {
            using var pool = new WorkerPool(2);
            using var backend = half ? Emulated(pool) : new SimdBackend(pool);
            using var model = new Autoencoder(
                backend, new AutoencoderSettings { Hidden = [24], Latent = 6 }, Items, Users, seed: 1, training: false);
            var (expected, expectedScores) = (new int[Users * K], new float[Users * K]);
            model.Rank(clicks, 0, Users, K, expected, expectedScores);
            model.HoldForServing();
            foreach (int few in (int[])[1, 3, 8])
                for (int first = 0; first + few <= Users; first += few)
                {
                    var (items, scores) = (new int[few * K], new float[few * K]);
                    model.Rank(clicks, first, few, K, items, scores);
                    Assert.Equal(expected[(first * K)..((first + few) * K)], items);
                    Assert.Equal(expectedScores[(first * K)..((first + few) * K)], scores);
                }
            var (other, otherScores) = (new int[K], new float[K]); // what is not ranked need not be what was clicked
            var nothing = CsrMatrix.FromPairs(Users, Items, []);
            model.Rank(clicks, 5, 1, K, other, otherScores, nothing);
            var all = new float[Items];
            model.Score(clicks, 5, 1, all);
            Assert.Equal(Enumerable.Range(0, Items).OrderByDescending(i => all[i]).ThenBy(i => i).Take(K), other);
        }
    }
}
