using ManualVae.Compute;
using Xunit;

namespace ManualVae.Tests.Compute;

public class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_index_is_visited_exactly_once_in_parts_that_do_not_depend_on_the_threads(int count)
    {
        using var threads = new WorkerPool(count);
        Assert.Equal(count, threads.Count);
        for (int round = 0; round < 200; round++)
            foreach (int length in new[] { 0, 1, 2, 7, 8, 9, 100, 1001 })
            {
                var visits = new int[length];
                var firsts = new int[length];
                threads.For(length, 8, (visits, firsts), static (in (int[] Visits, int[] Firsts) s, int first, int last) =>
                {
                    for (int i = first; i < last; i++) (_, s.Firsts[i]) = (Interlocked.Increment(ref s.Visits[i]), first);
                });
                Assert.All(visits, visit => Assert.Equal(1, visit));
                for (int i = 0; i < length; i++) Assert.Equal(i / 8 * 8, firsts[i]);
            }
    }

    [Fact]
    public void Zero_asks_for_every_processor_of_the_machine_or_container()
    {
        using var threads = new WorkerPool();
        Assert.Equal(Environment.ProcessorCount, threads.Count);
    }

    [Fact]
    public void An_exception_reaches_the_caller_and_the_pool_lives_on()
    {
        using var threads = new WorkerPool(3);
        for (int round = 0; round < 20; round++)
        {
            Assert.Throws<InvalidDataException>(() => threads.For(100, 1, round, static (in int s, int first, int last) =>
            {
                if (first == 57) throw new InvalidDataException();
            }));
            var sum = new int[1];
            threads.For(100, 1, sum, static (in Holder s, int first, int last) => Interlocked.Add(ref s.Sum[0], first));
            Assert.Equal(4950, sum[0]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_two_threads_of_a_dispatch_have_the_same_worker_index(int count)
    {
        using var threads = new WorkerPool(count);
        for (int round = 0; round < 50; round++)
        {
            var inUse = new int[count];
            threads.For(20, 2, (threads, inUse),
                static (in (WorkerPool Threads, int[] InUse) s, int worker, int first, int last) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref s.InUse[worker]));
                // Nested dispatches, of this pool and of another, change nothing.
                s.Threads.For(3, 1, worker, static (in int _, int inner, int first, int last) => Assert.Equal(0, inner));
                using (var other = new WorkerPool(2))
                    other.For(4, 1, worker, static (in int _, int inner, int first, int last) => Thread.Yield());
                Interlocked.Decrement(ref s.InUse[worker]);
            });
        }
    }

    [Fact]
    public void A_dispatch_returns_only_after_its_last_part()
    {
        using var threads = new WorkerPool(2);
        var done = new int[1];
        int caller = Environment.CurrentManagedThreadId;
        using var both = new Barrier(2);
        threads.For(2, 1, (done, caller, both), static (in (int[] Done, int Caller, Barrier Both) s, int first, int last) =>
        {
            Assert.True(s.Both.SignalAndWait(TimeSpan.FromSeconds(30)), "the parts do not run side by side");
            if (Environment.CurrentManagedThreadId != s.Caller) Thread.Sleep(100);
            Interlocked.Increment(ref s.Done[0]);
        });
        Assert.Equal(2, done[0]);
    }

    [Fact]
    public void A_second_threads_dispatch_runs_beside_the_first()
    {
        using var threads = new WorkerPool(2);
        threads.For(2, 1, new Pool(threads), static (in Pool s, int first, int last) =>
        {
            var (pool, sum) = (s.Threads, new int[1]);
            var second = new Thread(() => pool.For(100, 1, sum, static (in Holder h, int i, int end) => h.Sum[0] += i));
            second.Start();
            Assert.True(second.Join(TimeSpan.FromSeconds(30)), "the second dispatch waits for the first");
            Assert.Equal(4950, sum[0]);
        });
    }

    [Fact]
    public void A_nested_dispatch_runs_on_its_caller()
    {
        using var threads = new WorkerPool(3);
        var visits = new int[64];
        threads.For(8, 1, (threads, visits), static (in (WorkerPool Threads, int[] Visits) s, int first, int last) =>
            s.Threads.For(8, 1, (s.Visits, first), static (in (int[] Visits, int Outer) inner, int i, int end) =>
                Interlocked.Increment(ref inner.Visits[inner.Outer * 8 + i])));
        Assert.All(visits, visit => Assert.Equal(1, visit));
    }

    [Fact]
    public void Workers_wake_up_after_they_were_parked()
    {
        using var threads = new WorkerPool(2);
        var ids = new HashSet<int>();
        for (int round = 0; round < 5; round++)
        {
            Thread.Sleep(20); // long enough to park
            threads.For(64, 1, new IdSet(ids), static (in IdSet s, int first, int last) =>
            {
                Thread.Sleep(1);
                lock (s.Ids) s.Ids.Add(Environment.CurrentManagedThreadId);
            });
        }
        Assert.Equal(2, ids.Count);
    }

    private readonly record struct Pool(WorkerPool Threads);

    private readonly record struct IdSet(HashSet<int> Ids);

    private readonly record struct Holder(int[] Sum)
    {
        public static implicit operator Holder(int[] sum) => new(sum);
    }
}
