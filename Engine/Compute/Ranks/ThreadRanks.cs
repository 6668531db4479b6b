using System.Runtime.ExceptionServices;

namespace ManualVae.Compute.Ranks;

/// <summary>
/// Ranks that are threads of one process: for tests, and to try what a job of several would do, without any library.
/// </summary>
public sealed class ThreadRanks : IDisposable
{
    private readonly byte[][] _sent;
    private readonly int[][] _counts;
    private readonly Barrier _barrier;
    private readonly CancellationTokenSource _aborted;
    private readonly int[] _chosen; // by each rank: the part it goes to
    private readonly ThreadRanks?[] _parts;

    private ThreadRanks(int size, CancellationTokenSource aborted)
    {
        (_sent, _counts, _barrier, _aborted) = (new byte[size][], new int[size][], new Barrier(size), aborted);
        (_chosen, _parts) = (new int[size], new ThreadRanks?[size]);
    }

    /// <summary>Runs a body on every rank at once. What the first failed rank threw is thrown; the others are ended.</summary>
    /// <param name="size">Number of ranks.</param>
    /// <param name="body">What each does.</param>
    public static void Run(int size, Action<Communicator> body)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        using var aborted = new CancellationTokenSource();
        using var ranks = new ThreadRanks(size, aborted);
        Exception? first = null;
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                body(new Member(ranks, rank, size));
            }
            catch (Exception problem)
            {
                Interlocked.CompareExchange(ref first, problem, null);
                ranks._aborted.Cancel();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (first is not null) ExceptionDispatchInfo.Throw(first);
    }

    /// <inheritdoc/>
    public void Dispose() => _barrier.Dispose();

    private sealed class Member(ThreadRanks ranks, int rank, int size) : Communicator
    {
        public override int Rank => rank;
        public override int Size => size;
        public override string Description => $"{size} threads as ranks";

        public override void Abort(int code) => throw new InvalidOperationException($"rank {rank} ended the job with {code}");

        public override Communicator Split(int part)
        {
            ranks._chosen[rank] = part;
            Wait();
            int[] members = [.. Enumerable.Range(0, size).Where(r => ranks._chosen[r] == part)];
            if (members[0] == rank)
            {
                var made = new ThreadRanks(members.Length, ranks._aborted);
                foreach (int member in members) ranks._parts[member] = made;
            }
            Wait();
            var mine = ranks._parts[rank]!;
            Wait();
            return new Member(mine, Array.IndexOf(members, rank), members.Length);
        }

        protected override void Wait() => ranks._barrier.SignalAndWait(ranks._aborted.Token);

        protected override void Exchange(
            ReadOnlySpan<byte> send, ReadOnlySpan<int> sendCounts, Span<byte> receive, ReadOnlySpan<int> receiveCounts)
        {
            Publish(send, sendCounts);
            for (int from = 0, at = 0; from < size; at += receiveCounts[from++])
            {
                int start = ranks._counts[from].AsSpan(0, rank).ToArray().Sum();
                ranks._sent[from].AsSpan(start, receiveCounts[from]).CopyTo(receive[at..]);
            }
            Wait();
        }

        protected override void Gather(ReadOnlySpan<byte> own, Span<byte> all, ReadOnlySpan<int> counts)
        {
            Publish(own, counts);
            for (int from = 0, at = 0; from < size; at += counts[from++])
                ranks._sent[from].AsSpan(0, counts[from]).CopyTo(all[at..]);
            Wait();
        }

        private void Publish(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> counts)
        {
            (ranks._sent[rank], ranks._counts[rank]) = (bytes.ToArray(), counts.ToArray());
            Wait();
        }
    }
}
