using ManualVae.Compute;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

public class GemmProgressTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(3, 3)]
    [InlineData(7, 3)] // fewer tasks than threads
    [InlineData(7, 100)]
    public void Every_task_of_every_chunk_is_given_out_once(int threads, int tasks)
    {
        const int Chunks = 50, Packs = 2;
        using var pool = new WorkerPool(threads);
        var progress = new GemmProgress();
        for (int repeat = 0; repeat < 2; repeat++) // the second product must not remember the first
        {
            progress.Begin(Chunks, Packs, tasks, threads);
            int[] given = new int[Chunks * tasks], packed = new int[Chunks * Packs];
            pool.For(Chunks * tasks, 1, (progress, given, tasks),
                static (in (GemmProgress Progress, int[] Taken, int Tasks) s, int worker, int part, int _) =>
                    Interlocked.Increment(ref s.Taken[part / s.Tasks * s.Tasks + s.Progress.NextTask(part / s.Tasks, worker)]));
            pool.For(Chunks * Packs, 1, (progress, packed),
                static (in (GemmProgress Progress, int[] Packed) s, int worker, int part, int _) =>
                    Interlocked.Increment(ref s.Packed[part / Packs * Packs + s.Progress.NextPack(part / Packs, worker)]));
            Assert.All(given, times => Assert.Equal(1, times));
            Assert.All(packed, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void A_wait_ends_when_the_awaited_work_is_done_and_not_before()
    {
        var progress = new GemmProgress();
        progress.Begin(chunks: 4, packs: 2, tasks: 2, threads: 2);
        progress.AwaitBuffer(0);
        progress.AwaitBuffer(1);
        Ends(() => progress.AwaitTiles(0, 0), () => progress.Packed(0), () => progress.Packed(0));
        progress.AwaitTiles(0, 1);
        progress.Packed(1);
        progress.Packed(1);
        progress.Packed(2);
        progress.Packed(2);
        Ends(() => progress.AwaitTiles(1, 0), () => progress.Multiplied(0, 0));
        Ends(() => progress.AwaitBuffer(2), () => progress.Multiplied(0, 1));
        progress.AwaitTiles(1, 1);
        Ends(() => progress.AwaitTiles(2, 0), () => progress.Multiplied(1, 0));
        Ends(() => progress.AwaitBuffer(3), () => progress.Multiplied(1, 1));
    }

    private static void Ends(Action wait, params Action[] work)
    {
        using var started = new ManualResetEventSlim();
        var waiting = new Thread(() =>
        {
            started.Set();
            wait();
        })
        { IsBackground = true };
        waiting.Start();
        started.Wait();
        foreach (var act in work)
        {
            Assert.False(waiting.Join(50), "it has not waited");
            act();
        }
        Assert.True(waiting.Join(TimeSpan.FromSeconds(60)), "it waits on");
    }

    [Fact]
    public void A_worker_gets_its_own_stretch_before_the_others()
    {
        var progress = new GemmProgress();
        progress.Begin(chunks: 1, packs: 0, tasks: 5, threads: 3); // stretches [0, 1), [1, 3), [3, 5); here for worker 0
        Assert.Equal((0, 1), progress.OwnTasks(worker: 0));
        Assert.Equal([0, 1, 2, 3, 4], Enumerable.Range(0, 5).Select(_ => progress.NextTask(0, worker: 0)));
    }
}
