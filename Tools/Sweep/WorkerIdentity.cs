using System.Globalization;

namespace ManualVae.Tools.Sweep;

/// <summary>Who holds a claim, so that another process of the same system can see that it is gone.</summary>
internal static class WorkerIdentity
{
    /// <summary>This process: the system it runs on, its number there, and when it began.</summary>
    public static string Own { get; } =
        $"{Host()} {Environment.ProcessId} {State(Environment.ProcessId)?.Started ?? "-"}";

    /// <summary>
    /// True if a process surely runs no more: it ran on this system. Of another system nothing is known but its heartbeat.
    /// </summary>
    /// <param name="claim">What its claim says.</param>
    public static bool IsGone(string claim)
    {
        string[] words = claim.Split(' ');
        if (words.Length < 3 || words[0] == "-" || words[0] != Host() || words[2] == "-"
            || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int process))
            return false;
        return State(process) is not { } state || state.Started != words[2] || state.Code is "Z" or "X";
    }

    // Since its start, and since no other system's processes have the same numbers (containers have their own).
    private static string Host()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() + "/"
                + new FileInfo("/proc/self/ns/pid").LinkTarget;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return "-"; // no Linux: heartbeats alone count
        }
    }

    // Fields 3 and 22 of /proc/PID/stat; the second, the name, may hold blanks and ends with the last bracket.
    private static (string Code, string Started)? State(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0], fields[19]);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
