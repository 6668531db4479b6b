using System.Runtime.InteropServices;
using static ManualVae.Data.InputException;

namespace ManualVae.Data;

/// <summary>
/// Writes files and folders under a temporary name and moves them into place: a reader sees the old content or the new, never
/// half of it, and a failure leaves nothing behind. A link stays, and its target is written; pipes and devices are written
/// straight.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>Writes one file; its folder is created where missing. An existing file is replaced in one step.</summary>
    /// <exception cref="InputException">The place cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        if (Directory.Exists(path)) throw new InputException($"{path}: is a folder; give the name of a file.");
        using (var special = Try(path, () => OpenSpecial(path)))
            if (special is not null)
            {
                write(special);
                return;
            }
        string full = RealPath.Of(path);
        CreateFolder(Path.GetDirectoryName(full)!);
        string temporary = UnfinishedFiles.NameFor(full);
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
    /// <param name="path">The folder to make, or a link to it.</param>
    /// <param name="overwrite">Replace a folder that is there already; an empty one is always replaced.</param>
    /// <param name="fill">Writes the contents into the temporary folder it is given.</param>
    /// <param name="kind">What may be replaced; null for any folder, which the caller has made sure of.</param>
    /// <exception cref="InputException">The folder exists and may not be replaced, or cannot be made.</exception>
    public static void WriteFolder(string path, bool overwrite, Action<string> fill, FolderKind? kind = null)
    {
        RefuseToReplace(path, overwrite, kind: kind);
        string full = RealPath.Of(path);
        string temporary = UnfinishedFiles.NameFor(full);
        try
        {
            Try(path, () => Directory.CreateDirectory(temporary));
            fill(temporary);
            RefuseToReplace(path, overwrite, kind: kind); // filling may have taken hours
            Replace(full, temporary);
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
    /// <param name="kind">What may be replaced; null for any folder.</param>
    public static void RefuseToReplace(string path, bool overwrite, string? advice = null, FolderKind? kind = null)
    {
        if (File.Exists(RealPath.Of(path))) throw new InputException($"{path}: is a file; give the name of a new folder.");
        if (overwrite && kind is null || !Directory.Exists(path) || FolderKind.IsEmpty(path)) return;
        string? foreign = kind?.Foreign(path);
        if (overwrite && foreign is null) return;
        var (flag, what) = (Setting("Overwrite"), kind?.Name);
        string why = foreign is null ? "the folder exists and is not empty" : $"holds {foreign}, no file of a {what}";
        throw advice is not null ? new InputException($"{path}: {why}; {advice}.")
            : foreign is null ? About($"{path}: {why}; give another name or pass {flag}.")
            : About($"{path}: {why}; give another name ({flag} replaces a {what} alone).");
    }

    /// <summary>Makes a folder unless it is there.</summary>
    /// <exception cref="InputException">It cannot be made.</exception>
    public static void CreateFolder(string path) => Try(path, () => Directory.CreateDirectory(RealPath.Of(path)));

    internal static T Try<T>(string path, Func<T> create)
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

    // A pipe or a device, opened; null for anything that a move can replace.
    private static FileStream? OpenSpecial(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return null;
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            if (!stream.CanSeek) return stream;
            if (RealPath.Device(path) is not null)
            {
                stream.Seek(0, SeekOrigin.End); // a redirected file keeps what it holds
                return stream;
            }
            stream.Dispose();
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            // A link whose target is still to be made.
        }
        return null;
    }

    // Where the system can exchange two folders, a reader always finds one. Elsewhere the old folder is moved aside first:
    // whenever this is killed, one of the two is whole.
    private static void Replace(string folder, string by)
    {
        if (Directory.Exists(folder) && Exchange(folder, by))
        {
            Directory.Delete(by, recursive: true);
            return;
        }
        string? old = Directory.Exists(folder) ? UnfinishedFiles.NameFor(folder, old: true) : null;
        if (old is not null) Directory.Move(folder, old);
        try
        {
            Directory.Move(by, folder);
        }
        catch when (old is not null)
        {
            Directory.Move(old, folder);
            throw;
        }
        if (old is not null) Directory.Delete(old, recursive: true);
    }

    private static bool Exchange(string folder, string by)
    {
        const int Here = -100; // AT_FDCWD
        const uint ExchangeThem = 2; // RENAME_EXCHANGE
        try
        {
            return OperatingSystem.IsLinux() && RenameAt2(Here, by, Here, folder, ExchangeThem) == 0;
        }
        catch (Exception problem) when (problem is EntryPointNotFoundException or DllNotFoundException)
        {
            return false; // an older system library
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);
}
