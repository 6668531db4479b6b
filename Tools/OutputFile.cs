using System.Text;
using ManualVae.Data;

namespace ManualVae.Tools;

/// <summary>A file that a command writes where the user says. The name - is standard output.</summary>
internal static class OutputFile
{
    /// <summary>What a flag's help says of it.</summary>
    public const string Help = "- is standard output.";

    /// <summary>True where the file is standard output itself; everything else then goes to standard error.</summary>
    public static bool IsStandardOutput(string? path) =>
        path is "-" || LeadsTo(path, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

    /// <summary>Writes the file, in UTF-8.</summary>
    /// <exception cref="InputException">The place cannot be written.</exception>
    public static void Write(string path, Action<TextWriter> write)
    {
        // Not opened by name: that would begin a redirected file anew, or put another file in its place.
        var console = IsStandardOutput(path) ? Console.Out
            : LeadsTo(path, "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2") ? Terminal.Errors : null;
        if (console is not null) write(console);
        else
            WriteFile(path, stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
                writer.NewLine = "\n";
                write(writer);
            });
    }

    /// <summary>Writes the file as bytes. A terminal gets none.</summary>
    /// <exception cref="InputException">The place cannot be written, or is a terminal.</exception>
    public static void WriteBytes(string flag, string path, Action<Stream> write)
    {
        if (!IsStandardOutput(path))
        {
            WriteFile(path, write);
            return;
        }
        if (!Console.IsOutputRedirected)
            throw new InputException($"{flag} {path}: a terminal cannot show this file; give a file, or redirect the output.");
        using var stream = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        write(stream);
    }

    /// <summary>Refuses a file that is there; an empty one, a pipe or a device has nothing to lose.</summary>
    /// <exception cref="InputException">It is there, and may not be replaced.</exception>
    public static void RefuseToReplace(string flag, string path, bool overwrite)
    {
        if (!overwrite && HoldsSomething(path))
            throw new InputException($"{flag} {path}: the file exists; give another name or pass --overwrite.");
    }

    /// <summary>True for a file with content; false for standard output, a pipe or a device.</summary>
    public static bool HoldsSomething(string path) => !IsStandardOutput(path) && File.Exists(path)
        && new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length > 0;

    /// <summary>Writes one text.</summary>
    public static void WriteText(string path, string text) => Write(path, writer => writer.Write(text));

    /// <summary>Where the command says what it did: standard output, unless the file is there.</summary>
    public static TextWriter Messages(string? path) => IsStandardOutput(path) ? Console.Error : Console.Out;

    private static void WriteFile(string path, Action<Stream> write)
    {
        UnfinishedFiles.RemoveAbandoned(path);
        AtomicFile.Write(path, write);
    }

    private static bool LeadsTo(string? path, params string[] devices) =>
        path is not (null or "") && RealPath.Device(path) is { } device && devices.Contains(device);

    /// <summary>Refuses two documents on standard output; call it before the work.</summary>
    /// <exception cref="InputException">The file and <c>--json</c> both go there.</exception>
    public static void RefuseTwo(string flag, string? path, bool json)
    {
        if (json && IsStandardOutput(path))
            throw new InputException($"{flag} {path}: --json goes to standard output too; give {flag} a file, or leave one out.");
    }
}
