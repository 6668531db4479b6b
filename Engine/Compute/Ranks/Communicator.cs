using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ManualVae.Compute.Ranks;

/// <summary>
/// What the ranks of a job say to each other. Every call is collective: all ranks make it, in the same order. Sums are added in
/// the order of the ranks, so the same number of ranks gives the same bits. One thread at a time.
/// </summary>
public abstract class Communicator : IDisposable
{
    // Below it everyone gets all parts at once: one exchange where a large sum takes two.
    private const int SmallSum = 1 << 16;

    private byte[] _parts = [], _own = [];
    private int[] _counts = [], _chunks = [];

    /// <summary>The only rank of a job without ranks.</summary>
    public static Communicator Alone { get; } = new OnlyRank();

    /// <summary>Number of this rank, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>Number of ranks.</summary>
    public abstract int Size { get; }

    /// <summary>One line for run headers: the library and the number of ranks.</summary>
    public abstract string Description { get; }

    /// <summary>How many of the ranks share this machine's memory and processors.</summary>
    public virtual int OnThisMachine => Size;

    /// <summary>True for the rank that writes files and speaks.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Bytes that this rank has sent to others.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Seconds spent in exchanges, waiting for slower ranks included.</summary>
    public double Seconds { get; private set; }

    /// <summary>
    /// Ends the whole job at once, with this exit code. Does not return in jobs of several processes.
    /// </summary>
    public abstract void Abort(int code);

    /// <summary>
    /// Divides the ranks into parts: those that give the same number speak to each other through the new communicator, in the
    /// order that they have here.
    /// </summary>
    /// <param name="part">0 or more.</param>
    public abstract Communicator Split(int part);

    /// <summary>Waits until all ranks are here.</summary>
    public void Barrier()
    {
        long start = Stopwatch.GetTimestamp();
        Wait();
        Count(start, 0);
    }

    /// <summary>Everyone's numbers, one rank's after the other's.</summary>
    /// <param name="own">This rank's.</param>
    /// <param name="all">Receives those of all.</param>
    /// <param name="counts">How many each rank has.</param>
    public void AllGather<T>(ReadOnlySpan<T> own, Span<T> all, ReadOnlySpan<int> counts) where T : unmanaged
    {
        long start = Stopwatch.GetTimestamp();
        Gather(MemoryMarshal.AsBytes(own), MemoryMarshal.AsBytes(all), InBytes<T>(counts));
        Count(start, (long)(Size - 1) * own.Length * Marshal.SizeOf<T>());
    }

    /// <summary>The same where every rank has as many numbers.</summary>
    public void AllGather<T>(ReadOnlySpan<T> own, Span<T> all) where T : unmanaged
    {
        Debug.Assert(all.Length == own.Length * Size);
        AllGather(own, all, Counts(own.Length));
    }

    /// <summary>The first rank receives a rank's numbers in the same span; the others' spans stay as they are.</summary>
    /// <param name="owner">Whose numbers.</param>
    /// <param name="numbers">The owner's numbers; on the first rank as much room.</param>
    public void ToFirst<T>(int owner, Span<T> numbers) where T : unmanaged
    {
        if (owner == 0) return;
        long start = Stopwatch.GetTimestamp();
        var bytes = MemoryMarshal.AsBytes(numbers);
        Array.Resize(ref _chunks, 2 * Size);
        Array.Clear(_chunks);
        if (Rank == owner) _chunks[0] = bytes.Length;
        if (IsFirst) _chunks[Size + owner] = bytes.Length;
        Exchange(Rank == owner ? bytes : default, _chunks.AsSpan(0, Size), IsFirst ? bytes : default, _chunks.AsSpan(Size));
        Count(start, Rank == owner ? bytes.Length : 0);
    }

    /// <summary>Adds the numbers of all ranks up, in place and in the order of the ranks; all get the same.</summary>
    public void Sum<T>(Span<T> numbers) where T : unmanaged, INumber<T>
    {
        if (Size == 1 || numbers.IsEmpty) return;
        long start = Stopwatch.GetTimestamp(), bytes = numbers.Length * (long)Marshal.SizeOf<T>();
        if (bytes * Size <= SmallSum)
        {
            var parts = Room<T>(ref _parts, numbers.Length * Size);
            Gather(MemoryMarshal.AsBytes<T>(numbers), MemoryMarshal.AsBytes(parts), InBytes<T>(Counts(numbers.Length)));
            AddUp(parts, numbers);
            Count(start, (Size - 1) * bytes);
            return;
        }
        // Each rank adds one chunk of the numbers up, then everyone gets all chunks.
        Array.Resize(ref _chunks, 2 * Size);
        Span<int> lengths = _chunks.AsSpan(0, Size), own = _chunks.AsSpan(Size);
        for (int rank = 0; rank < Size; rank++) lengths[rank] = ItemRange.Of(numbers.Length, rank, Size).Count;
        var mine = ItemRange.Of(numbers.Length, Rank, Size);
        own.Fill(mine.Count * Marshal.SizeOf<T>());
        var received = Room<T>(ref _parts, mine.Count * Size);
        Exchange(MemoryMarshal.AsBytes<T>(numbers), InBytes<T>(lengths), MemoryMarshal.AsBytes(received), own);
        var sum = Room<T>(ref _own, mine.Count);
        AddUp(received, sum);
        Gather(MemoryMarshal.AsBytes(sum), MemoryMarshal.AsBytes(numbers), InBytes<T>(lengths));
        Count(start, bytes - mine.Count * Marshal.SizeOf<T>() + (Size - 1L) * mine.Count * Marshal.SizeOf<T>());
    }

    /// <summary>The sum of one number of each rank.</summary>
    public double Sum(double number)
    {
        Span<double> one = [number];
        Sum(one);
        return one[0];
    }

    /// <summary>Leaves the job; all ranks do.</summary>
    public void Dispose()
    {
        Leave();
        GC.SuppressFinalize(this);
    }

    /// <summary>Leaves the job; all ranks do.</summary>
    protected virtual void Leave() { }

    /// <summary>Each rank sends parts of its bytes to all: those for rank 0 first; what it receives has the same order.</summary>
    protected abstract void Exchange(
        ReadOnlySpan<byte> send, ReadOnlySpan<int> sendCounts, Span<byte> receive, ReadOnlySpan<int> receiveCounts);

    /// <summary>Everyone gets everyone's bytes.</summary>
    protected abstract void Gather(ReadOnlySpan<byte> own, Span<byte> all, ReadOnlySpan<int> counts);

    /// <summary>Waits until all ranks are here.</summary>
    protected abstract void Wait();

    private void AddUp<T>(ReadOnlySpan<T> parts, Span<T> sum) where T : INumber<T>
    {
        parts[..sum.Length].CopyTo(sum);
        for (int rank = 1; rank < Size; rank++)
            TensorPrimitives.Add(sum, parts.Slice(rank * sum.Length, sum.Length), sum);
    }

    private void Count(long start, long bytes)
    {
        BytesSent += bytes;
        Seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private int[] Counts(int each)
    {
        if (_counts.Length != Size) _counts = new int[Size];
        Array.Fill(_counts, each);
        return _counts;
    }

    private int[] InBytes<T>(ReadOnlySpan<int> counts)
    {
        if (_counts.Length != Size) _counts = new int[Size];
        for (int rank = 0; rank < Size; rank++) _counts[rank] = checked(counts[rank] * Marshal.SizeOf<T>());
        return _counts;
    }

    private static Span<T> Room<T>(ref byte[] room, int length) where T : unmanaged
    {
        int bytes = checked(length * Marshal.SizeOf<T>());
        if (room.Length < bytes) room = new byte[bytes];
        return MemoryMarshal.Cast<byte, T>(room.AsSpan(0, bytes));
    }

    private sealed class OnlyRank : Communicator
    {
        public override int Rank => 0;
        public override int Size => 1;
        public override string Description => "one process";
        public override void Abort(int code) { }
        public override Communicator Split(int part) => this;
        protected override void Wait() { }

        protected override void Exchange(
            ReadOnlySpan<byte> send, ReadOnlySpan<int> sendCounts, Span<byte> receive, ReadOnlySpan<int> receiveCounts) =>
            send.CopyTo(receive);

        protected override void Gather(ReadOnlySpan<byte> own, Span<byte> all, ReadOnlySpan<int> counts) => own.CopyTo(all);
    }
}
