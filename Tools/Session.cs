using ManualVae.Compute;
using ManualVae.Compute.Ranks;
using ManualVae.Data;

namespace ManualVae.Tools;

/// <summary>The command that runs now: its interruption, and what it has already told the user.</summary>
internal static class Session
{
    private static bool _saidDevice;

    /// <summary>
    /// Signalled by Ctrl-C or SIGTERM; long work watches it, saves and throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public static CancellationToken Cancellation { get; private set; }

    /// <summary>A command starts: nothing has been said yet.</summary>
    public static void Begin(CancellationToken cancellation) =>
        (Cancellation, _saidDevice, HostMemory.Limit) = (cancellation, false, null);

    /// <summary>The ranks that this command shares a model with; one process alone, unless a verb has joined a job.</summary>
    public static Communicator Ranks => Grid.All;

    /// <summary>How they share it.</summary>
    public static RankGrid Grid { get; private set; } = RankGrid.Alone;

    /// <summary>
    /// Joins the job of a launcher if the flag says so. From then on only the first rank speaks and writes.
    /// </summary>
    /// <param name="ranks">The value of <c>--ranks</c>.</param>
    /// <param name="groups">Groups of ranks that each take a part of the users.</param>
    /// <exception cref="InputException">No launcher started this process, or its ranks cannot be divided into groups.</exception>
    public static void Join(string ranks, int groups = 1)
    {
        if (ranks == "off")
        {
            if (groups != 1) throw new InputException("--user-groups divides ranks; give --ranks mpi too.");
            if (Launcher.Here is { Size: > 1 } launcher)
                Terminal.Note($"{launcher.Name} started {launcher.Size} processes, and each does the whole work by itself; "
                    + "with --ranks mpi they share one model");
            return;
        }
        var job = MpiCommunicator.Join();
        Grid = RankGrid.Of(job, groups: 1); // who speaks of a wrong number of groups
        RankWatch.Begin(job);
        if (!job.IsFirst)
        {
            Terminal.Quiet(); // for the rest of the process
            Console.SetOut(TextWriter.Null);
        }
        Grid = RankGrid.Of(job, groups);
    }

    /// <summary>
    /// Whether this process tells of an error. What all ranks find, the first tells; what another one alone meets, it tells
    /// itself, after the first had time to.
    /// </summary>
    /// <param name="code">How the command ends.</param>
    /// <param name="who">What to say before the message.</param>
    public static bool Speaks(int code, out string who)
    {
        who = Ranks.Size == 1 || Ranks.IsFirst ? "" : $"rank {Ranks.Rank} of {Ranks.Size}: ";
        if (who.Length == 0) return true;
        if (code == ExitCode.Interrupted) return false;
        Thread.Sleep(TimeSpan.FromSeconds(3)); // the first rank ends the job meanwhile, if it has the same to say
        return true;
    }

    /// <summary>
    /// The command ends. Ranks that all did their work, or were interrupted, leave together; an error of one ends the job.
    /// </summary>
    public static int Leave(int code)
    {
        var ranks = Ranks;
        if (ranks.Size == 1) return code;
        Grid = RankGrid.Alone;
        if (code is not (ExitCode.Done or ExitCode.Interrupted))
        {
            RankWatch.TellOthers((MpiCommunicator)ranks);
            ranks.Abort(code);
        }
        ranks.Barrier();
        RankWatch.End();
        ranks.Dispose();
        return code;
    }

    /// <summary>Makes a backend. That <c>auto</c> found no GPU is said once per command.</summary>
    /// <param name="device">As in <c>--device</c>.</param>
    /// <param name="threads">Threads; 0 for all.</param>
    /// <param name="precision">Of the products.</param>
    /// <param name="say">Takes the line that no GPU was found; null for standard error.</param>
    /// <param name="asked">True if the user chose the device explicitly, or a long wait follows.</param>
    public static IBackend Backend(string device, int threads, Precision precision = Precision.Fp32, Action<string>? say = null,
        bool asked = true)
    {
        if (Ranks.Size > 1) return RankBackend(device, threads, precision);
        return Backends.Create(device, threads, line =>
        {
            if (asked && !_saidDevice) (say ?? Console.Error.WriteLine)(line);
            _saidDevice |= asked;
        }, precision);
    }

    /// <summary>This rank's part: on the processor, with its share of the machine's threads.</summary>
    private static RankBackend RankBackend(string device, int threads, Precision precision)
    {
        if (device is not ("auto" or "simd" or "reference"))
            throw new InputException($"--device {device}: ranks compute on processors; give simd with --ranks mpi.");
        if (threads == 0) threads = Math.Max(1, Environment.ProcessorCount / Ranks.OnThisMachine);
        return new(Backends.Create(device == "auto" ? "simd" : device, threads, precision: precision), Grid);
    }
}
