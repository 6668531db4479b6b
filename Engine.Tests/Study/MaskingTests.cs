using ManualVae.Compute;
using ManualVae.Study;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Study;

public class MaskingTests
{
    [Theory]
    [InlineData(5, 3, 0.5, false)]
    [InlineData(2, 9, 0.7, false)]
    [InlineData(6, 0, 0.4, false)]
    [InlineData(4, 4, 0.6, true)]
    public void Closed_forms_equal_the_sum_over_every_mask(int common, int different, double keep, bool shared)
    {
        int bits = shared ? common + different : 2 * common + different;
        double mean = 0, square = 0, contracted = 0, expanded = 0;
        for (int mask = 0; mask < 1 << bits; mask++)
        {
            double probability = 1;
            for (int bit = 0; bit < bits; bit++) probability *= (mask >> bit & 1) == 1 ? keep : 1 - keep;
            int distance = 0;
            for (int i = 0; i < different; i++) distance += mask >> i & 1;
            for (int i = 0; i < common && !shared; i++)
                distance += (mask >> different + 2 * i & 1) ^ (mask >> different + 2 * i + 1 & 1);
            mean += probability * distance;
            square += probability * distance * distance;
            if (distance < different) contracted += probability;
            if (distance > different) expanded += probability;
        }
        var law = new MaskingGeometry(common, different, keep, shared);
        Assert.Equal(mean, law.Mean, 1e-10);
        Assert.Equal(square - mean * mean, law.Variance, 1e-9);
        Assert.Equal(contracted, law.Contraction, 1e-10);
        Assert.Equal(expanded, law.Expansion, 1e-10);
        if (shared) Assert.Equal(0, law.Expansion);
        if (law.Mean < different) Assert.True(1 - contracted <= law.HoeffdingBound + 1e-12);
        if (law.Mean > different) Assert.True(1 - expanded <= law.HoeffdingBound + 1e-12);
        // At keep probability rho a pair contracts on average where s/d < 1 / (2 rho).
        if (!shared && different > 0) Assert.Equal((double)common / different < 1 / (2 * keep), law.ContractsOnAverage);
    }

    [Fact]
    public void Simulation_agrees_with_the_closed_forms_and_rate_zero_changes_nothing()
    {
        var clicks = StudyToys.TwoGroups(40, 30, own: 0.5, other: 0.25);
        using var model = StudyToys.Trained(StudyToys.Settings(8), clicks, 40, beta: 0.1);
        var population = Population.Sample(clicks, 40, 1);
        var result = MaskingStudy.Run(model, population, new MaskingOptions { Pairs = 120, Draws = 40, Neighbours = 5 });
        Assert.Equal(4 * 2 * 2, result.Pairs.Count);
        foreach (var row in result.Pairs)
        {
            if (row.Rate == 0)
            {
                Assert.Equal(1.0, row.InputRatio.Value);
                Assert.Equal(1.0, row.LatentRatio.Value);
                Assert.Equal(0.0, row.Contracted.Value + row.Expanded.Value);
                continue;
            }
            Assert.InRange(row.InputRatio.Value, row.InputRatioExact - 0.06, row.InputRatioExact + 0.06);
            Assert.InRange(row.Contracted.Value, row.ContractedExact - 0.06, row.ContractedExact + 0.06);
            Assert.InRange(row.Expanded.Value, row.ExpandedExact - 0.06, row.ExpandedExact + 0.06);
            Assert.True(row.LargestDeviation < 5, row.ToString());
            if (row.Shared) Assert.Equal(0.0, row.Expanded.Value);
        }
        Assert.Equal(1.0, result.Drift[0].BetweenMasks.Value);
        Assert.Equal(1.0, result.Drift[0].DistanceRatio);
        Assert.Equal(0.0, result.Drift[0].SelfDistance);
        Assert.True(result.Drift[3].BetweenMasks.Value < result.Drift[1].BetweenMasks.Value);
    }

    [Fact]
    public void Both_regimes_are_measured_and_obey_the_closed_form()
    {
        var clicks = StudyToys.TwoGroups(40, 60, own: 0.5, other: 0.25);
        using var model = StudyToys.Trained(StudyToys.Settings(8), clicks, 20, beta: 0.1);
        var population = Population.Sample(clicks, 40, 1);
        var options = new MaskingOptions { Pairs = 100, Draws = 40, Neighbours = 5, Duplicates = 30 };
        var result = MaskingStudy.Run(model, population, options);
        Assert.DoesNotContain(result.Regimes, row => row.Measured.Rate == 0);
        foreach (double rate in options.Rates.Skip(1))
        {
            RegimeRow[] rows = [.. result.Regimes.Where(row => row.Measured.Rate == rate)];
            double keep = 1 - rate;
            foreach (var row in rows)
            {
                double t = row.CommonOverDifferent / row.Threshold;
                Assert.Equal(1 / (2 * keep), row.Threshold, 1e-6);
                Assert.InRange(t, row.Low, row.High);
                // E D_h / d = rho + (1 - rho) t: it is 1 at the threshold, and linear, so it holds for means.
                Assert.Equal(keep + (1 - keep) * t, row.Measured.InputRatioExact, 1e-6);
                Assert.Equal(row.Contracts, row.Measured.InputRatioExact < 1);
                Assert.Equal(row.Measured.InputRatioExact, row.Measured.InputRatio.Value, 0.15 * row.Measured.InputRatioExact);
                Assert.True(row.Measured.LargestDeviation < 5.5, $"{row}");
            }
            foreach (bool contracts in new[] { true, false })
            {
                var side = Assert.Single(rows, row => row.IsSide && row.Contracts == contracts);
                Assert.Equal(side.Pairs, rows.Where(row => !row.IsSide && row.Contracts == contracts).Sum(row => row.Pairs));
                Assert.Contains(rows, row => row.Kind == "cut" && row.Contracts == contracts);
            }
        }
    }

    [Fact]
    public void With_the_clicks_themselves_as_code_latent_distances_obey_the_theorem()
    {
        // mu = x * b and equal sigmas: W2^2 = D_h. Plain input is what the theorem is about.
        const int users = 40, items = 60;
        var clicks = StudyToys.TwoGroups(users, items, own: 0.5, other: 0.25);
        using var model = StudyToys.Model(new() { Hidden = [], Latent = items, Mask = MaskMode.Plain }, items);
        var identity = new double[items * 2 * items];
        for (int i = 0; i < items; i++) identity[i * 2 * items + i] = 1;
        model.Backend.Upload(identity, model.Parameters["encoder.0.weight"].Value);
        var result = MaskingStudy.Run(model, Population.Sample(clicks, users, 1),
            new() { Pairs = 100, Draws = 20, Neighbours = 5, Duplicates = 30, Rates = [0.5] });
        foreach (var row in result.Regimes)
        {
            if (row.Contracts) Assert.True(row.Measured.LatentRatio.Value < 1, $"{row}");
            if (row.Low >= 2) Assert.True(row.Measured.LatentRatio.Low > 1, $"{row}");
            // sqrt is concave: E sqrt(D_h / d) is at most sqrt(E D_h / d).
            Assert.True(row.Measured.LatentRatio.Value <= Math.Sqrt(row.Measured.InputRatio.Value) + 1e-9);
        }
    }

    [Fact]
    public void The_encoder_sees_the_masks_that_the_study_counts()
    {
        // What EncodeInputs keeps and what the study's D_h counts come from the same draws.
        var clicks = StudyToys.TwoGroups(12, 20);
        var backend = new ManualVae.Compute.Reference.ReferenceBackend();
        var batch = ToyClicks.Batch(backend, clicks);
        var key = new RandomKey(9, 1000, RandomPurpose.Mask);
        backend.EncodeInputs(batch, new InputMask(MaskMode.NormaliseThenDrop, 0.5f, key));
        double[] inputs = StudyToys.Host(backend, batch.Inputs);
        for (int user = 0; user < 12; user++)
            for (int e = batch.RowOffsets[user]; e < batch.RowOffsets[user + 1]; e++)
                Assert.Equal(CounterRandom.Keep(key, (uint)user, (uint)batch.ColumnIndices[e], 0.5f), inputs[e] != 0);
    }
}
