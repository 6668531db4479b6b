using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ManualVae.Data;

/// <summary>
/// The temporary names of <see cref="AtomicFile"/>: what a process that was killed leaves under them, and who may remove it.
/// </summary>
public static partial class UnfinishedFiles
{
    private const string New = "partial", Old = "replaced";

    /// <summary>
    /// Removes what killed processes left of a file or a folder, beside it. An old folder that was moved aside, and whose
    /// successor did not come to its place, is moved back.
    /// </summary>
    /// <param name="path">The file or folder. Nobody else may be writing it now: the caller has claimed it.</param>
    /// <exception cref="InputException">Links go in a circle.</exception>
    public static void RemoveOf(string path)
    {
        string full = RealPath.Of(path);
        foreach (string old in Of(full, Old))
            if (Path.Exists(full)) Remove(old);
            else IgnoreRefusal(() => Directory.Move(old, full));
        foreach (string left in Of(full, New)) Remove(left);
    }

    /// <summary>Removes what killed processes left of anything in a folder, but not below its folders.</summary>
    /// <param name="folder">The folder, which need not exist. Nobody else may be writing into it now.</param>
    public static void RemoveIn(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string entry in Directory.GetFileSystemEntries(folder, $".*.{New}"))
            if (IsOne(Path.GetFileName(entry))) Remove(entry);
    }

    /// <summary>
    /// Removes what killed processes left of a file that nobody claims. The writer of an unfinished file holds a lock on it,
    /// which ends with the process. One whose number is that of another process of this machine is kept as well: between
    /// closing a file and moving it there is no lock.
    /// </summary>
    /// <exception cref="InputException">Links go in a circle.</exception>
    public static void RemoveAbandoned(string path)
    {
        foreach (string left in Of(RealPath.Of(path), New))
            if (File.Exists(left) && !IsRunning(OwnerOf(left)))
                IgnoreRefusal(() => new FileStream(left, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1,
                    FileOptions.DeleteOnClose).Dispose());
    }

    /// <summary>True for the name of a file or folder that is being written, or was when a process was killed.</summary>
    internal static bool IsOne(string name) =>
        Name().Match(name) is { Success: true } match && match.Groups["state"].Value == New;

    /// <summary>A new temporary name beside a path.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="old">It is for the old folder, which makes room for its successor.</param>
    internal static string NameFor(string path, bool old = false) => Path.Combine(Path.GetDirectoryName(path)!,
        $".{Path.GetFileName(path)}.{Environment.ProcessId}-{Guid.NewGuid():N}.{(old ? Old : New)}");

    // Not by a pattern of the file system: that of "a" would find those of "a.b" too.
    private static string[] Of(string full, string state)
    {
        string folder = Path.GetDirectoryName(full) ?? full, name = Path.GetFileName(full);
        return !Directory.Exists(folder) ? [] : [.. Directory.GetFileSystemEntries(folder, $".*.{state}").Where(entry =>
            Name().Match(Path.GetFileName(entry)) is { Success: true } match && match.Groups["of"].Value == name)];
    }

    private static int OwnerOf(string left) => int.TryParse(Name().Match(Path.GetFileName(left)).Groups["owner"].Value,
        NumberStyles.None, CultureInfo.InvariantCulture, out int owner) ? owner : 0;

    private static bool IsRunning(int process)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            return true;
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }

    private static void Remove(string left) => IgnoreRefusal(() =>
    {
        if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
        else File.Delete(left);
    });

    // What cannot be removed is only litter: no reason to fail.
    private static void IgnoreRefusal(Action act)
    {
        try
        {
            act();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Another user's, or in use after all.
        }
    }

    [GeneratedRegex(@"^\.(?<of>.+)\.(?<owner>[0-9]+)-[0-9a-f]+\.(?<state>partial|replaced)$", RegexOptions.Singleline)]
    private static partial Regex Name();
}
