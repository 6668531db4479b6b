using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

/// <summary>Lemma 2.4: W1 between posteriors is at most L_phi times the distance in clicks.</summary>
public class LipschitzTests
{
    private static readonly LipschitzOptions Small = new() { Pairs = 60, Duplicates = 12, Draws = 3 };

    [Fact]
    public void A_linear_encoder_on_plain_input_has_the_constant_of_its_longest_item()
    {
        // mu = x W: a click of item i moves it by ||W_i||. Everybody has item 0, the longest, and one other.
        const int users = 24, items = 25;
        var clicks = CsrMatrix.FromPairs(users, items, [.. Enumerable.Range(0, users).SelectMany(u =>
            new[] { (u, 0), (u, u + 1) })]);
        using var model = StudyToys.Model(new() { Hidden = [], Latent = 2, Mask = MaskMode.Plain }, items);
        var weight = new double[items * 4]; // mu, then log-variances that no click moves
        for (int i = 0; i < items; i++) (weight[4 * i], weight[4 * i + 1]) = (0.3 / (1 + i), i == 0 ? 0.4 : 0.1);
        model.Backend.Upload(weight, model.Parameters["encoder.0.weight"].Value);
        var result = LipschitzStudy.Run(
            model, Population.Sample(clicks, users, 1), Small with { Cuts = [0], Duplicates = users });
        Assert.Equal(0.5, result.AtMost, 12); // sqrt(0.3^2 + 0.4^2)
        Assert.Equal(0.5, result.AtLeast, 12);
        Assert.Equal(0.7, result.AtLeastL1Cost, 12);
        Assert.Equal(0, result.Steepest.Cut);
        var norms = Enumerable.Range(0, items).Select(i => Math.Sqrt(
            weight[4 * i] * weight[4 * i] + weight[4 * i + 1] * weight[4 * i + 1])).ToArray();
        Assert.All(result.Pairs.Where(pair => pair.Cut == 0), pair =>
        {
            Assert.Equal(1, pair.L1);
            Assert.Contains(norms, norm => Math.Abs(norm - pair.W1Low) < 1e-12);
            Assert.Equal(pair.W1Low, pair.W1High, 12); // equal sigmas
        });
        Assert.Equal(0, result.Violations);
    }

    public static TheoryData<int, MaskMode, bool> Encoders
    {
        get
        {
            var cases = new TheoryData<int, MaskMode, bool>();
            foreach (int depth in new[] { 0, 1, 2 })
                foreach (var mode in Enum.GetValues<MaskMode>())
                    foreach (bool masked in new[] { false, true }) cases.Add(depth, mode, masked);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Encoders))]
    public void No_pair_lies_above_the_bound_of_the_layers(int depth, MaskMode mode, bool masked)
    {
        int[] hidden = [.. new[] { 9, 5 }.Take(depth)];
        foreach (double spread in new[] { 0.5, 1, 4 })
        {
            using var model = StudyToys.Model(StudyToys.Settings(hidden) with { Mask = mode }, 30, spread: spread);
            var result = LipschitzStudy.Run(model, StudyToys.Population(20, 30), Small with { Masked = masked });
            Assert.Equal(0, result.Violations);
            Assert.All(result.Pairs, pair =>
            {
                Assert.InRange(pair.W1Low, 0, pair.W1High + 1e-12);
                Assert.InRange(pair.W1High, 0, pair.Bound * (1 + 1e-9) + 1e-12);
                Assert.InRange(pair.W1L1Cost, pair.W1Low * (1 - 1e-9), Math.Sqrt(3) * pair.W1High * (1 + 1e-9));
                Assert.True(pair.LargestRatio <= pair.LargestBoundRatio);
            });
            Assert.True(result.AtLeast <= result.AtMostOverPairs);
            bool loses = masked && mode == MaskMode.NormaliseThenDrop; // what is seen is no function of x * b
            Assert.Equal(loses, double.IsNaN(result.AtMost));
            if (!loses) Assert.True(result.AtMostOverPairs <= result.AtMost * (1 + 1e-9));
            Assert.True(result.AtLeast > 0);
        }
    }

    [Fact]
    public void An_encoder_that_is_no_chain_of_tanh_layers_has_no_bound_and_a_dae_is_refused()
    {
        using var gated = StudyToys.Model(StudyToys.Settings(7) with { Encoder = EncoderKind.Gated }, 30);
        var result = LipschitzStudy.Run(gated, StudyToys.Population(20, 30), Small);
        Assert.Null(result.Encoder);
        Assert.True(double.IsNaN(result.AtMost) && double.IsNaN(result.AtMostOverPairs) && result.AtLeast > 0);
        using var dae = StudyToys.Model(StudyToys.Settings(7) with { Variational = false }, 30);
        Assert.Contains("give a run of a VAE",
            Assert.Throws<InputException>(() => LipschitzStudy.Run(dae, StudyToys.Population(20, 30), Small)).Message);
        var same = CsrMatrix.FromPairs(3, 30, [(0, 4), (1, 4), (2, 4)]);
        Assert.Contains("have the same clicks", Assert.Throws<InputException>(() =>
            LipschitzStudy.Run(gated, Population.Sample(same, 3, 1), Small with { Pairs = 6 })).Message);
    }

    [Theory]
    [InlineData(MaskMode.Clean)]
    [InlineData(MaskMode.NormaliseThenDrop)]
    [InlineData(MaskMode.MaskThenNormalise)]
    [InlineData(MaskMode.Plain)]
    public void What_the_encoder_sees_of_a_pair_is_what_the_backend_writes(MaskMode mode)
    {
        var clicks = StudyToys.TwoGroups(10, 20);
        var population = new Population(clicks, [1, 3, 4, 8]);
        var backend = new ReferenceBackend();
        foreach (int shared in new[] { -1, 0 })
        {
            var mask = new InputMask(mode, 0.6f, new RandomKey(4, 9, RandomPurpose.Mask), shared);
            using var batch = backend.AllocateBatch(4, 20, 80);
            batch.Load(clicks, [1, 3, 4, 8]);
            backend.EncodeInputs(batch, mask);
            double[] values = StudyToys.Host(backend, batch.Inputs);
            var rows = new double[4, 20];
            for (int row = 0; row < 4; row++)
                for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
                    rows[row, batch.ColumnIndices[e]] = values[e];
            for (int u = 0; u < 4; u++)
                for (int v = 0; v < 4; v++)
                {
                    var seen = SeenPair.Of(population, new(u, v, 0, 0, 0, default, 1), mask);
                    double[] differences = [.. Enumerable.Range(0, 20).Select(i => rows[u, i] - rows[v, i])];
                    Assert.Equal(differences.Sum(Math.Abs), seen.InputL1, 1e-6);
                    Assert.Equal(Math.Sqrt(differences.Sum(x => x * x)), seen.InputL2, 1e-6);
                    Assert.Equal(Enumerable.Range(0, 20).Count(i => rows[u, i] != 0 != (rows[v, i] != 0)), seen.L1);
                }
        }
    }

    [Fact]
    public void Normalised_input_moves_by_at_most_three_halves_over_the_root_of_the_clicks()
    {
        double tightest = 0;
        for (int common = 0; common <= 40; common++)
            for (int a = 0; a <= 40; a++)
                for (int b = 0; b <= 40; b++)
                {
                    int n = common + a, m = common + b;
                    if (a + b == 0) continue;
                    var seen = new SeenPair(n, m, common, 1 / Math.Sqrt(Math.Max(1, n)), 1 / Math.Sqrt(Math.Max(1, m)));
                    double most = SeenPair.InputConstant(InputMask.Clean, Math.Min(n, m)) * seen.L1;
                    Assert.True(seen.InputL1 <= most, $"{common} {a} {b}");
                    tightest = Math.Max(tightest, seen.InputL1 / most);
                }
        Assert.InRange(tightest, 0.97, 1); // one click more in a long history nearly needs the 3/2
        var plain = InputMask.CleanFor(MaskMode.Plain);
        Assert.Equal(1, SeenPair.InputConstant(plain, 9));
        Assert.Equal(0.5, SeenPair.InputConstant(InputMask.Clean, 9));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(7, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 3)]
    [InlineData(40, 129)]
    [InlineData(130, 65)]
    public void The_spectral_norm_is_bounded_from_above_and_closely(int rows, int columns)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            double[] w = StudyToys.Normal(rows * columns, seed);
            double exact = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build
                .Dense(rows, columns, (i, j) => w[i * columns + j]).Svd(false).S[0];
            Assert.InRange(SpectralNorm.AtMost(w, columns), exact * (1 - 1e-12), 1.08 * exact);
        }
        Assert.Equal(0, SpectralNorm.AtMost(new double[rows * columns], columns));
        double[] single = new double[rows * columns];
        single[^1] = -3;
        Assert.Equal(3, SpectralNorm.AtMost(single, columns), 12);
    }

    [Fact]
    public void Cut_histories_are_nested_parts_of_the_whole_one()
    {
        var clicks = StudyToys.TwoGroups(30, 20);
        var population = new Population(clicks, [.. Enumerable.Range(5, 20)]);
        var cut = NearDuplicates.Of(population, [0, 0.3, 0.9], 15, seed: 2);
        int able = Math.Min(15, Enumerable.Range(0, 20).Count(u => population.Items(u).Length > 1));
        Assert.Equal(3 * able, cut.Pairs.Length);
        Assert.Equal(6 * able, cut.Users.Count);
        for (int i = 0; i < cut.Pairs.Length; i++)
        {
            var pair = cut.Pairs[i];
            int[] whole = cut.Users.Items(pair.U).ToArray(), kept = cut.Users.Items(pair.V).ToArray();
            Assert.Equal(population.Items(cut.Owners[i]).ToArray(), whole);
            Assert.Subset(whole.ToHashSet(), kept.ToHashSet());
            Assert.Equal((kept.Length, whole.Length - kept.Length), (pair.Overlap, pair.L1));
            Assert.Equal(Math.Clamp((int)Math.Round(cut.Cuts[i] * whole.Length), 1, whole.Length - 1), pair.L1);
            if (i >= able) Assert.Subset(cut.Users.Items(cut.Pairs[i - able].V).ToArray().ToHashSet(), kept.ToHashSet());
            Assert.Equal(cut.Owners[i % able], cut.Owners[i]);
        }
        Assert.Equal(cut.Owners, NearDuplicates.Of(population, [0, 0.3, 0.9], 15, seed: 2).Owners);
        var ones = CsrMatrix.FromPairs(2, 3, [(0, 0), (1, 2)]);
        Assert.Empty(NearDuplicates.Of(new(ones, [0, 1]), [0.5], 5, 1).Pairs);
    }
}
