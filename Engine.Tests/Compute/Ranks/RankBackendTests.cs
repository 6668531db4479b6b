using ManualVae.Compute;
using ManualVae.Compute.Ranks;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Compute.Ranks;

public class RankBackendTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 4)]
    [InlineData(3, 1)]
    [InlineData(3, 9)] // more than there are
    [InlineData(4, 7)]
    public void The_merged_lists_are_those_of_one_process_with_ties_and_numbers_that_are_none(int ranks, int k)
    {
        const int items = 7;
        float[][] rows =
        [
            [1, 2, 2, 2, 1, 0, -0f], [float.NaN, 3, float.NaN, 3, float.NegativeInfinity, 3, 1], [0, 0, 0, 0, 0, 0, 0],
        ];
        var excluded = CsrMatrix.FromPairs(3, items, [(0, 1), (1, 6), (2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5)]);
        var (expectedItems, expectedScores) = Rank(new SimdBackend(1), 0, items);
        ThreadRanks.Run(ranks, of =>
        {
            var own = ItemRange.Of(items, of.Rank, ranks);
            var (best, scores) = Rank(new RankBackend(new SimdBackend(1), of), own.First, own.Count);
            Assert.Equal(expectedItems, best);
            Assert.Equal(expectedScores, scores);
        });

        (int[] Items, float[] Scores) Rank(IBackend backend, int first, int count)
        {
            using var owned = backend;
            using var batch = ToyClicks.Batch(backend, excluded);
            var logits = backend.Allocate(3, count);
            backend.Upload([.. rows.SelectMany(row => row.AsSpan(first, count).ToArray())], logits);
            var (best, scores) = (new int[3 * k], new float[3 * k]);
            backend.TopK(logits, batch, k, best, scores);
            return (best, scores);
        }
    }

    [Theory]
    [InlineData(MaskMode.NormaliseThenDrop)]
    [InlineData(MaskMode.MaskThenNormalise)]
    [InlineData(MaskMode.Plain)]
    public void Inputs_are_masked_and_scaled_by_the_whole_history(MaskMode mode)
    {
        var clicks = ToyClicks.Random(6, 11);
        var mask = new InputMask(mode, 0.6f, new RandomKey(5, 2, RandomPurpose.Mask));
        double[] expected = Dense(new SimdBackend(1));
        var parts = new double[3][];
        ThreadRanks.Run(3, of => parts[of.Rank] = Dense(new RankBackend(new SimdBackend(1), of)));
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], parts.Sum(part => part[i]), 1e-6);

        double[] Dense(IBackend backend) // by user and item of the whole
        {
            using var owned = backend;
            using var batch = ToyClicks.Batch(backend, clicks);
            backend.EncodeInputs(batch, mask);
            var values = new double[batch.MaxEntries];
            backend.Download(batch.Inputs, values);
            var dense = new double[6 * 11];
            for (int user = 0; user < 6; user++)
            {
                for (int e = batch.RowOffsets[user]; e < batch.RowOffsets[user + 1]; e++)
                    dense[user * 11 + batch.Items.First + batch.ColumnIndices[e]] = values[e];
                Assert.Equal(clicks.RowLength(user), batch.ClicksOf(user));
            }
            return dense;
        }
    }

    [Fact]
    public void Launchers_are_known_by_the_environment_that_they_give()
    {
        static Launcher? From(params (string Name, string Value)[] variables) =>
            Launcher.From(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
        Assert.Null(From());
        Assert.Null(From(("SLURM_NTASKS", "8"))); // a batch script without srun
        Assert.Null(From(("OMPI_COMM_WORLD_SIZE", "many")));
        Assert.Equal((4, true), Of(From(("OMPI_COMM_WORLD_SIZE", "4"), ("PMIX_RANK", "0"))));
        Assert.Equal((3, false), Of(From(("PMI_RANK", "2"), ("PMI_SIZE", "3"))));
        Assert.Equal((8, true), Of(From(("PMIX_RANK", "7"), ("SLURM_NTASKS", "8"))));
        static (int, bool) Of(Launcher? launcher) => (launcher!.Size, launcher.IsOpenMpi);
    }
}
