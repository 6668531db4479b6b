using System.Runtime.InteropServices;
using System.Text;
using ManualVae.Data;

namespace ManualVae.Compute.Ranks;

/// <summary>
/// The system's MPI library, found and called at run time; nothing is needed where nobody asks for it. Open MPI's handles are
/// addresses of symbols that it exports, MPICH's are numbers (its ABI, which Intel MPI and MVAPICH share).
/// </summary>
internal sealed unsafe class MpiLibrary
{
    private const nint MpichWorld = 0x44000000, MpichByte = 0x4c00010d; // mpi.h of MPICH 3 and 4
    private const int OneThreadAtATime = 2; // MPI_THREAD_SERIALIZED of both

    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.so.80"];
    private static readonly string[] Mpich = ["libmpich.so.12", "libmpi.so.12"];

    private readonly nint _library, _world, _byte;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> _gather;
    private readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int> _exchange;
    private readonly delegate* unmanaged<nint, int> _barrier;

    private MpiLibrary(nint library, string file)
    {
        _library = library;
        bool open = NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _world);
        _byte = open ? NativeLibrary.GetExport(library, "ompi_mpi_byte") : MpichByte;
        if (!open) _world = MpichWorld;
        _gather = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Export("MPI_Allgatherv");
        _exchange = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>)Export("MPI_Alltoallv");
        _barrier = (delegate* unmanaged<nint, int>)Export("MPI_Barrier");
        Description = $"{Version()} ({file})";
    }

    /// <summary>Its version and its file.</summary>
    public string Description { get; }

    /// <summary>Every MPI library of this machine, or none.</summary>
    public static IReadOnlyList<string> Found() =>
        [.. OpenMpi.Concat(Mpich).Select(TryLoad).OfType<MpiLibrary>().Select(library => library.Description)];

    /// <summary>Loads the library that the launcher speaks to.</summary>
    /// <param name="launcher">Who started this process.</param>
    /// <exception cref="InputException">There is none.</exception>
    public static MpiLibrary Load(Launcher launcher)
    {
        string? given = Environment.GetEnvironmentVariable("MANUALVAE_MPI");
        string[] candidates = given is not null ? [given]
            : launcher.IsOpenMpi ? [.. OpenMpi, .. Mpich] : [.. Mpich, .. OpenMpi];
        return candidates.Select(TryLoad).OfType<MpiLibrary>().FirstOrDefault()
            ?? throw new InputException($"MPI: found none of {string.Join(", ", candidates)}; install Open MPI or MPICH on every "
                + "machine, or name the library's file in MANUALVAE_MPI.");
    }

    private static MpiLibrary? TryLoad(string file) => NativeLibrary.TryLoad(file, out nint library)
        && NativeLibrary.TryGetExport(library, "MPI_Init_thread", out _) ? new(library, file) : null;

    /// <summary>The communicator of all ranks of the job.</summary>
    public nint World => _world;

    /// <summary>Joins the job.</summary>
    public (int Rank, int Size) Start()
    {
        int given;
        var start = (delegate* unmanaged<void*, void*, int, int*, int>)Export("MPI_Init_thread");
        Check(start(null, null, OneThreadAtATime, &given));
        if (given < OneThreadAtATime)
            throw new InputException($"MPI: {Description} was built without threads; take another one.");
        return Place(_world);
    }

    /// <summary>This process's number in a communicator, and how many there are.</summary>
    public (int Rank, int Size) Place(nint communicator)
    {
        int rank, size;
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(communicator, &rank));
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(communicator, &size));
        return (rank, size);
    }

    /// <summary>The communicator of the ranks that give the same part, in the order that they have in this one.</summary>
    public nint Split(nint communicator, int part)
    {
        // MPICH's handle is an int, Open MPI's an address: the low half of a zeroed word serves both.
        nint made = 0;
        Check(((delegate* unmanaged<nint, int, int, nint*, int>)Export("MPI_Comm_split"))(communicator, part, 0, &made));
        return made;
    }

    /// <summary>Each rank sends parts of its bytes to all.</summary>
    public void Exchange(
        nint communicator, ReadOnlySpan<byte> send, ReadOnlySpan<int> sendCounts, ReadOnlySpan<int> sendStarts,
        Span<byte> receive, ReadOnlySpan<int> receiveCounts, ReadOnlySpan<int> receiveStarts)
    {
        fixed (byte* from = send, to = receive)
        fixed (int* counts = sendCounts, starts = sendStarts, newCounts = receiveCounts, newStarts = receiveStarts)
            Check(_exchange(from, counts, starts, _byte, to, newCounts, newStarts, _byte, communicator));
    }

    /// <summary>Everyone gets everyone's bytes.</summary>
    public void Gather(
        nint communicator, ReadOnlySpan<byte> own, Span<byte> all, ReadOnlySpan<int> counts, ReadOnlySpan<int> starts)
    {
        fixed (byte* from = own, to = all)
        fixed (int* each = counts, at = starts)
            Check(_gather(from, own.Length, _byte, to, each, at, _byte, communicator));
    }

    /// <summary>Waits for all ranks of a communicator.</summary>
    public void Barrier(nint communicator) => Check(_barrier(communicator));

    /// <summary>Ends the job.</summary>
    public void Abort(int code) => ((delegate* unmanaged<nint, int, int>)Export("MPI_Abort"))(_world, code);

    /// <summary>Leaves the job; all ranks do.</summary>
    public void Finish() => Check(((delegate* unmanaged<int>)Export("MPI_Finalize"))());

    private string Version()
    {
        var text = stackalloc byte[8192]; // MPI_MAX_LIBRARY_VERSION_STRING of MPICH; Open MPI's is shorter
        int length = 0;
        Check(((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version"))(text, &length));
        string version = Encoding.UTF8.GetString(text, length).TrimEnd('\0');
        string[] words = version.Split([' ', ',', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words is ["Open", "MPI", var number, ..] ? $"Open MPI {number.TrimStart('v')}"
            : words is ["MPICH", "Version:", var mpich, ..] ? $"MPICH {mpich}" : string.Join(' ', words.Take(4));
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException($"MPI returned error {result}"); // it usually ends the job itself
    }
}
