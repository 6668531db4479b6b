using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

public class SimdAllocationTests
{
    [Fact]
    public void A_training_step_allocates_no_managed_memory_once_it_is_warm()
    {
        const int Users = 64, Items = 301;
        var random = new Random(1);
        var pairs = new List<(int, int)>();
        for (int user = 0; user < Users; user++)
            for (int item = 0; item < Items; item++)
                if (random.NextDouble() < 0.1) pairs.Add((user, item));
        var clicks = CsrMatrix.FromPairs(Users, Items, pairs);
        using var backend = new SimdBackend(2);
        using var model = new Autoencoder(
            backend, new AutoencoderSettings { Hidden = [40], Latent = 10 }, Items, Users, seed: 1, training: true, fuse: true);
        var optimizer = new AdamOptimizer(backend, model.Parameters.All, 1e-3);
        var batch = backend.AllocateBatch(Users, Items, pairs.Count);
        int[] users = [.. Enumerable.Range(0, Users)];
        uint update = 0;
        void Step()
        {
            batch.Load(clicks, users);
            optimizer.Begin();
            model.Forward(batch, model.TrainingMask(1, update), new(1, update, RandomPurpose.LatentNoise));
            model.Backward(batch, new Objective(0.2));
            optimizer.End();
            update++;
        }

        // Warm means compiled to its last tier, which happens in the background: unoptimised code boxes where optimised code does
        // not. Other tests of this process allocate too, so only this thread counts; the workers run the same kernels.
        long least = long.MaxValue;
        for (int round = 0; round < 200 && least > 0; round++)
        {
            Thread.Sleep(round == 0 ? 0 : 100);
            for (int i = 0; i < 40; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Step();
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }
        Assert.Equal(0, least);
    }
}
