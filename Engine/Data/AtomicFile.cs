using static ManualVae.Data.InputException;

namespace ManualVae.Data;

/// <summary>
/// Writes files and folders under a temporary name and moves them into place: a reader sees the old content or the new, never
/// half of it, and a failure leaves nothing behind.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes one file; its folder is created where missing. An existing file is replaced in one step.</summary>
    /// <exception cref="InputException">The place cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        CreateFolder(Path.GetDirectoryName(full)!);
        string temporary = TemporaryName(full);
        try
        {
            using (var stream = Try(path, () =>
                new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16)))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes one text file in UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Fills a new folder and moves it to <paramref name="path"/>.</summary>
    /// <param name="path">The folder to make.</param>
    /// <param name="overwrite">Replace a folder that is there already; an empty one is always replaced.</param>
    /// <param name="fill">Writes the contents into the temporary folder it is given.</param>
    /// <exception cref="InputException">The folder exists and may not be replaced, or cannot be made.</exception>
    public static void WriteFolder(string path, bool overwrite, Action<string> fill)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        RefuseToReplace(full, overwrite);
        string temporary = TemporaryName(full);
        try
        {
            Try(path, () => Directory.CreateDirectory(temporary));
            fill(temporary);
            if (Directory.Exists(full)) Directory.Delete(full, recursive: true);
            Directory.Move(temporary, full);
        }
        catch
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    /// <summary>Throws if <see cref="WriteFolder"/> would; call it before long work whose result would have no place.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="overwrite">It may be replaced.</param>
    /// <param name="advice">What to do instead; null = to give another name or to overwrite.</param>
    public static void RefuseToReplace(string path, bool overwrite, string? advice = null)
    {
        if (File.Exists(path)) throw new InputException($"{path}: is a file; give the name of a new folder.");
        if (overwrite || !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any()) return;
        throw advice is null
            ? About($"{path}: the folder exists and is not empty; give another name or pass {Setting("Overwrite")}.")
            : new InputException($"{path}: the folder exists and is not empty; {advice}.");
    }

    /// <summary>Makes a folder unless it is there.</summary>
    /// <exception cref="InputException">It cannot be made.</exception>
    public static void CreateFolder(string path) => Try(path, () => Directory.CreateDirectory(path));

    private static T Try<T>(string path, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written ({problem.Message.TrimEnd('.')}); give another place.", problem);
        }
    }

    private static string TemporaryName(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!,
            $".{Path.GetFileName(path)}.{Environment.ProcessId}-{Guid.NewGuid():N}.partial");
}
