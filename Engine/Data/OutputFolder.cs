namespace ManualVae.Data;

/// <summary>
/// A folder that this process alone writes, until it is disposed or the process ends, however it ends. The claim is a lock on a
/// file beside the folder; where nothing can be written there, on one inside.
/// </summary>
public sealed class OutputFolder : IDisposable
{
    // A file system that knows no locks opens every file a second time.
    private const int MostTries = 20;

    private readonly List<string> _made = [];
    private readonly string _folder;
    private FileStream? _lock;
    private string? _lockFile;

    private OutputFolder(string folder) => _folder = folder;

    /// <summary>Claims a folder, and removes what killed processes left of it under temporary names.</summary>
    /// <param name="path">The folder, which need not exist yet.</param>
    /// <param name="inputs">What the work reads; it must not lie in the folder, nor the folder in it.</param>
    /// <exception cref="InputException">It overlaps an input, another process writes it, or it cannot be written.</exception>
    public static OutputFolder Claim(string path, params IEnumerable<string> inputs)
    {
        string folder = RealPath.Of(path);
        foreach (string input in inputs)
            if (Path.Exists(input)) RefuseOverlap(path, folder, input);
        var claim = new OutputFolder(folder);
        try
        {
            claim.Lock(path);
            UnfinishedFiles.RemoveOf(folder); // nobody else can be writing it
            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Removes the folder with all that it holds; make sure first that it may go.</summary>
    public void Clear()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Gives the folder free.</summary>
    public void Dispose()
    {
        // Deleted while it is still locked, so it is nobody else's. Windows does that itself.
        if (_lock is not null && !OperatingSystem.IsWindows()) File.Delete(_lockFile!);
        _lock?.Dispose();
        _lock = null;
        foreach (string folder in _made) // those above the folder, made for the lock; they go if nothing was written
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        _made.Clear();
    }

    private void Lock(string path)
    {
        string? parent = Path.GetDirectoryName(_folder);
        for (string? above = parent; above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
            _made.Add(above);
        if (parent is not null) AtomicFile.CreateFolder(parent);
        string beside = Path.Combine(parent ?? _folder, $".{Path.GetFileName(_folder)}{FolderKind.LockFile}");
        try
        {
            (_lock, _lockFile) = (Open(path, beside), beside);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            string inside = Path.Combine(_folder, FolderKind.LockFile);
            (_lock, _lockFile) = (AtomicFile.Try(path, () => Open(path, inside)), inside);
        }
    }

    private static FileStream Open(string path, string file)
    {
        try
        {
            // The lock ends with the process; the file may stay after a kill, and does no harm.
            FileStream claim = OpenAlone();
            for (int tries = 1; !IsTheOneOf(file) && tries < MostTries; tries++)
            {
                claim.Dispose();
                claim = OpenAlone();
            }
            return claim;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException && File.Exists(file))
        {
            throw new InputException($"{path}: another command is writing it (and holds {file}); wait for its end, or give "
                + "another name.", problem);
        }

        FileStream OpenAlone() => new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
            OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
    }

    // Between our opening a file and our lock on it, its last owner may have deleted it: then we hold a file without a name, and
    // the name is free for another one. What can be opened a second time is not what we hold.
    private static bool IsTheOneOf(string file)
    {
        try
        {
            using var second = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static void RefuseOverlap(string path, string folder, string input)
    {
        string read = RealPath.Of(input);
        string? problem = read == folder ? "is the input itself"
            : RealPath.IsWithin(read, folder) ? $"holds the input {input}"
            : RealPath.IsWithin(folder, read) ? $"lies in the input {input}" : null;
        if (problem is not null) throw new InputException($"{path}: {problem}; give another folder to write to.");
    }
}
