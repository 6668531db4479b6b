using System.Runtime.InteropServices;
using ManualVae.Compute.Ranks;

namespace ManualVae.Tools;

/// <summary>
/// Names a rank that died. Launchers end the others by SIGTERM then; whoever gets it looks which process of its machine is gone.
/// </summary>
internal static class RankWatch
{
    private static PosixSignalRegistration? _registration;

    /// <summary>Watches a job.</summary>
    public static void Begin(MpiCommunicator job) => _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ =>
    {
        if (FirstGone(job) is not int gone) return; // an interruption of all: they stop at the same update
        int speaker = Enumerable.Range(0, job.Size).First(rank => IsHere(job, rank) && rank != gone && IsAlive(job, rank));
        if (speaker == job.Rank) Terminal.Errors.WriteLine(Message(job, gone));
        Environment.Exit(ExitCode.Failed);
    });

    /// <summary>The job is over.</summary>
    public static void End() => _registration?.Dispose();

    private static string Message(MpiCommunicator job, int rank) =>
        $"manualvae: rank {rank} (process {job.Processes[rank].Process} on {job.Processes[rank].Machine}) is gone, so the job ends; "
            + "go on from the last checkpoint with --resume";

    private static int? FirstGone(MpiCommunicator job) => Enumerable.Range(0, job.Size)
        .Where(rank => IsHere(job, rank) && !IsAlive(job, rank)).Select(rank => (int?)rank).FirstOrDefault();

    private static bool IsHere(MpiCommunicator job, int rank) => job.Processes[rank].Machine == Environment.MachineName;

    /// <summary>Zombies, whom their launcher has not yet asked for, are gone too.</summary>
    private static bool IsAlive(MpiCommunicator job, int rank)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{job.Processes[rank].Process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
