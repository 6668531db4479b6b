using System.Runtime.InteropServices;
using System.Text;
using ManualVae.Compute.Ranks;

namespace ManualVae.Tools;

/// <summary>
/// Names a rank that died. The kernel tells the ranks of its machine at once, before their launcher ends them; the lowest that is
/// left says it. Ranks of other machines are ended by the launcher, which has its own words. Linux only; elsewhere silent.
/// </summary>
internal static class RankWatch
{
    private const int PidFdOpen = 434; // the same number on every architecture
    private const short Readable = 1;
    private const int HasSpoken = 10; // SIGUSR1: a rank ends the job and has said why

    private static PosixSignalRegistration? _onSpoken;
    private static volatile bool _over;

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int File;
        public short Events, Happened;
    }

    /// <summary>Watches the ranks of this machine.</summary>
    public static void Begin(MpiCommunicator job)
    {
        if (!OperatingSystem.IsLinux()) return;
        _over = false;
        _onSpoken = PosixSignalRegistration.Create((PosixSignal)HasSpoken, told =>
        {
            told.Cancel = true;
            _over = true;
        });
        int[] others = [.. Enumerable.Range(0, job.Size).Where(rank =>
            rank != job.Rank && job.Processes[rank].Machine == Environment.MachineName)];
        Watched[] watched = [.. others.Select(rank => new Watched
        {
            File = (int)SystemCall(PidFdOpen, job.Processes[rank].Process, 0), Events = Readable,
        })];
        if (watched.Length == 0 || watched.Any(w => w.File < 0)) return;
        new Thread(() => Watch(job, others, watched)) { IsBackground = true, Name = "rank watch" }.Start();
    }

    /// <summary>All ranks have done their work.</summary>
    public static void End()
    {
        _over = true;
        _onSpoken?.Dispose();
    }

    /// <summary>This rank is about to end the job and has said why; the others of its machine need not.</summary>
    public static void TellOthers(MpiCommunicator job)
    {
        _over = true;
        if (!OperatingSystem.IsLinux()) return;
        foreach (var (machine, process) in job.Processes)
            if (machine == Environment.MachineName && process != Environment.ProcessId) _ = Kill(process, HasSpoken);
        Thread.Sleep(100);
    }

    private static void Watch(MpiCommunicator job, int[] others, Watched[] watched)
    {
        // Made before, and written without a console: launchers are fast.
        byte[][] messages = [.. others.Select(rank => Encoding.UTF8.GetBytes(
            $"manualvae: rank {rank} (process {job.Processes[rank].Process} on {Environment.MachineName}) is gone, so the job "
                + "ends; go on from the last checkpoint with --resume\n"))];
        _ = Write(2, messages[0], 0);
        while (Poll(watched, (nuint)watched.Length, -1) < 0) { } // interrupted by a signal
        if (_over) return;
        int gone = 0;
        while (watched[gone].Happened == 0) gone++;
        bool lowerIsLeft = false;
        for (int i = 0; i < others.Length; i++) lowerIsLeft |= others[i] < job.Rank && watched[i].Happened == 0;
        if (!lowerIsLeft) _ = Write(2, messages[gone], (nuint)messages[gone].Length);
        Thread.Sleep(lowerIsLeft ? 1000 : 100);
        Environment.Exit(ExitCode.Failed); // where the launcher does not end it
    }

    [DllImport("libc", EntryPoint = "syscall")]
    private static extern long SystemCall(long number, long process, long flags);

    [DllImport("libc", EntryPoint = "poll")]
    private static extern int Poll([In, Out] Watched[] watched, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "write")]
    private static extern nint Write(int file, byte[] bytes, nuint count);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
