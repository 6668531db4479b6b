using System.Diagnostics;
using System.Globalization;
using System.Text;
using ManualVae.Data;

namespace ManualVae.Tools.Sweep;

/// <summary>
/// The claim of a worker to a run, for as long as its heart beats: a file <c>RUN.N.claim</c> that the worker rewrites. Whoever
/// creates the file of the next number takes over; only one can, on network file systems too, and no clocks are compared.
/// </summary>
internal sealed class RunClaim : IDisposable
{
    private readonly string _folder, _run;
    private readonly int _number;
    private readonly CancellationTokenSource _lost = new();
    private readonly Pulse _heart;
    private readonly Lock _beating = new();
    private long _beats;
    private bool _ended;

    private RunClaim(string folder, string run, int number, TimeSpan lease)
    {
        (_folder, _run, _number) = (folder, run, number);
        _heart = new(lease / 6, lease / 6, Beat);
    }

    /// <summary>Signalled when another worker has taken over.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Claims the run by a number; null if another worker was faster.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static RunClaim? Take(string folder, string run, int number, TimeSpan lease)
    {
        string file = FileOf(folder, run, number);
        try
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            stream.Write(Text(0));
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder}: cannot be written ({problem.Message.TrimEnd('.')}); give another place.",
                problem);
        }
        return new(folder, run, number, lease);
    }

    /// <summary>The highest number claimed; 0 for none.</summary>
    public static int Highest(string folder, string run) => Files(folder, run).Select(f => f.Number).DefaultIfEmpty().Max();

    /// <summary>The file of a claim.</summary>
    public static string FileOf(string folder, string run, int number) => Path.Combine(folder, $"{run}.{number}.claim");

    /// <summary>Rewrites the file, unless another worker has taken over.</summary>
    public void Beat()
    {
        lock (_beating)
        {
            if (_ended) return;
            try
            {
                if (File.Exists(FileOf(_folder, _run, _number + 1))) throw new FileNotFoundException();
                using var stream = new FileStream(FileOf(_folder, _run, _number), FileMode.Open, FileAccess.Write,
                    FileShare.ReadWrite | FileShare.Delete);
                stream.Write(Text(++_beats));
            }
            catch (FileNotFoundException)
            {
                _ended = true;
                _lost.Cancel();
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // The network may come back before the lease ends.
            }
        }
    }

    /// <summary>Gives the run free.</summary>
    public void Dispose()
    {
        lock (_beating)
        {
            if (!_ended)
                foreach (var (file, number) in Files(_folder, _run).Where(f => f.Number <= _number).OrderBy(f => f.Number))
                    File.Delete(file);
            _ended = true;
        }
        _heart.Dispose();
    }

    private static IEnumerable<(string File, int Number)> Files(string folder, string run) =>
        from file in Directory.EnumerateFiles(folder, "*.claim")
        let name = Path.GetFileName(file)
        where name.StartsWith(run + ".", StringComparison.Ordinal)
        let number = int.TryParse(name[(run.Length + 1)..^".claim".Length], NumberStyles.None, CultureInfo.InvariantCulture,
            out int n) ? n : 0
        where number > 0
        select (file, number);

    // As long each time: a file that is rewritten in place is never mixed with what it held.
    private static byte[] Text(long beat) => Encoding.ASCII.GetBytes($"{WorkerIdentity.Own} {beat:D12}\n");
}

/// <summary>Watches the claims of other workers: one whose heart has not beaten for a lease is dead.</summary>
/// <param name="folder">Folder of the sweep.</param>
/// <param name="lease">How long a worker may be silent.</param>
internal sealed class ClaimWatch(string folder, TimeSpan lease)
{
    private readonly Dictionary<string, (string Text, long Since)> _seen = [];

    /// <summary>Claims a run that nobody works at, or whose worker is dead; null while another one works.</summary>
    public RunClaim? TryTake(string run)
    {
        int highest = RunClaim.Highest(folder, run);
        return highest > 0 && IsAlive(RunClaim.FileOf(folder, run, highest)) ? null
            : RunClaim.Take(folder, run, highest + 1, lease);
    }

    /// <summary>True while a worker that may be alive holds the run.</summary>
    public bool IsHeld(string run) =>
        RunClaim.Highest(folder, run) is > 0 and int highest && IsAlive(RunClaim.FileOf(folder, run, highest));

    /// <summary>Removes the claims of workers that are known to be dead; at the end of a search nobody takes over.</summary>
    public void RemoveDead()
    {
        foreach (string file in Directory.GetFiles(folder, "*.claim"))
            if (!IsAlive(file)) File.Delete(file);
    }

    /// <summary>True unless the worker of a claim is known to be gone, or silent for a lease since the first look.</summary>
    public bool IsAlive(string file)
    {
        string text;
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            text = new StreamReader(stream).ReadToEnd();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return true; // given free just now, or not to be read: look again
        }
        if (WorkerIdentity.IsGone(text)) return false;
        if (!_seen.TryGetValue(file, out var seen) || seen.Text != text)
        {
            _seen[file] = (text, Stopwatch.GetTimestamp());
            return true;
        }
        return Stopwatch.GetElapsedTime(seen.Since) < lease;
    }
}
