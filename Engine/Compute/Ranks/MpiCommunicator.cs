using System.Text;
using ManualVae.Data;

namespace ManualVae.Compute.Ranks;

/// <summary>The ranks of an MPI job, or a part of them. A process joins at most one job in its life.</summary>
public sealed class MpiCommunicator : Communicator
{
    private readonly MpiLibrary _library;
    private readonly nint _handle;
    private readonly bool _isWhole;
    private readonly int[] _sendStarts, _receiveStarts;

    private MpiCommunicator(MpiLibrary library)
    {
        (_library, _isWhole) = (library, true);
        (Rank, Size) = library.Start();
        _handle = library.World;
        (_sendStarts, _receiveStarts) = (new int[Size], new int[Size]);
        Processes = Introduce();
        OnThisMachine = Processes.Count(process => process.Machine == Environment.MachineName);
        int machines = Processes.DistinctBy(process => process.Machine).Count();
        Description = $"{library.Description}, {machines} machine{(machines == 1 ? "" : "s")}";
    }

    private MpiCommunicator(MpiCommunicator whole, int part)
    {
        _library = whole._library;
        _handle = _library.Split(whole._handle, part);
        (Rank, Size) = _library.Place(_handle);
        (_sendStarts, _receiveStarts) = (new int[Size], new int[Size]);
        (Processes, OnThisMachine, Description) = (Introduce(), whole.OnThisMachine, whole.Description);
    }

    /// <summary>Joins the job that a launcher started.</summary>
    /// <exception cref="InputException">No launcher started this process, or there is no library.</exception>
    public static MpiCommunicator Join()
    {
        var launcher = Launcher.Here ?? throw new InputException(
            "MPI: no launcher started this process; start it by: mpirun -n 4 manualvae ...");
        var ranks = new MpiCommunicator(MpiLibrary.Load(launcher));
        if (ranks.Size == launcher.Size) return ranks;
        throw new InputException($"MPI: {launcher.Name} started {launcher.Size} processes, but {ranks._library.Description} sees "
            + $"{ranks.Size}; it belongs to another launcher: name the right library's file in MANUALVAE_MPI.");
    }

    /// <summary>The libraries of this machine, for people.</summary>
    public static IReadOnlyList<string> Libraries => MpiLibrary.Found();

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override int OnThisMachine { get; }

    /// <summary>Machine and process number of each rank.</summary>
    public IReadOnlyList<(string Machine, int Process)> Processes { get; }

    /// <inheritdoc/>
    public override void Abort(int code) => _library.Abort(code);

    /// <inheritdoc/>
    public override Communicator Split(int part) => new MpiCommunicator(this, part);

    /// <inheritdoc/>
    protected override void Leave()
    {
        if (_isWhole) _library.Finish();
    }

    /// <inheritdoc/>
    protected override void Wait() => _library.Barrier(_handle);

    /// <inheritdoc/>
    protected override void Exchange(
        ReadOnlySpan<byte> send, ReadOnlySpan<int> sendCounts, Span<byte> receive, ReadOnlySpan<int> receiveCounts) =>
        _library.Exchange(_handle, send, sendCounts, Starts(sendCounts, _sendStarts), receive, receiveCounts,
            Starts(receiveCounts, _receiveStarts));

    /// <inheritdoc/>
    protected override void Gather(ReadOnlySpan<byte> own, Span<byte> all, ReadOnlySpan<int> counts) =>
        _library.Gather(_handle, own, all, counts, Starts(counts, _receiveStarts));

    private (string, int)[] Introduce()
    {
        byte[] own = Encoding.UTF8.GetBytes($"{Environment.ProcessId} {Environment.MachineName}");
        var lengths = new int[Size];
        AllGather([own.Length], lengths.AsSpan());
        var all = new byte[lengths.Sum()];
        AllGather(own, all, lengths);
        var processes = new (string, int)[Size];
        for (int rank = 0, at = 0; rank < Size; at += lengths[rank++])
        {
            string[] words = Encoding.UTF8.GetString(all, at, lengths[rank]).Split(' ', 2);
            processes[rank] = (words[1], int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture));
        }
        return processes;
    }

    private static int[] Starts(ReadOnlySpan<int> counts, int[] starts)
    {
        for (int rank = 1; rank < counts.Length; rank++) starts[rank] = starts[rank - 1] + counts[rank - 1];
        return starts;
    }
}
