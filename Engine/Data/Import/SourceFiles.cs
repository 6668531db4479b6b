using System.IO.Enumeration;
using System.Security.Cryptography;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// The files one import reads: plain, compressed, in a zip archive, or from a pipe. Finds them, opens them, and remembers them so
/// that the manifest can name a hash of everything that was read.
/// </summary>
/// <param name="progress">Receives how much has been read.</param>
/// <param name="cancellation">Stops the import.</param>
/// <param name="standardInput">What <see cref="StandardInput"/> stands for.</param>
internal sealed class SourceFiles(IProgress<ImportProgress>? progress, CancellationToken cancellation,
    Stream? standardInput = null)
{
    /// <summary>The input that stands for standard input.</summary>
    public const string StandardInput = "-";

    private const int Looked = 1 << 16;

    private static readonly SettingName Input = Setting(nameof(ImportOptions.Input)),
        Format = Setting(nameof(ImportOptions.Format));

    private static readonly string[] Endings = ["", ".gz", ".zst", ".bz2", ".zip"];

    private readonly HashSet<string> _opened = [];
    private readonly Dictionary<string, PipeInput> _pipes = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? _current;
    private long _rows;

    /// <summary>Their text.</summary>
    public SourceText Text { get; } = new();

    /// <summary>The file itself, or the first of the names that a folder or zip archive holds (each also compressed).</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static string Find(string path, params string[] names)
    {
        if (TryFind(path, names) is { } found) return found;
        if (ZipFolder.Split(path) is (var archive, var inside) && ZipFolder.Files(archive, inside) is { Length: > 0 } files)
        {
            if (files.Length == 1) return files[0];
            string list = string.Join(", ", files.Take(10).Select(file => file[(archive.Length + 1)..]));
            throw names.Length == 0
                ? About($"{path}: holds {files.Length} files: {list}; give one as {Input} {files[0]}.")
                : About($"{path}: holds no {string.Join(" or ", names)} but {list}; check {Input} and {Format}.");
        }
        throw Directory.Exists(path)
            ? About($"{path}: holds no {string.Join(" or ", names)} (plain or compressed); check {Input} and {Format}.")
            : About($"{path}: no such file or folder; check {Input}.");
    }

    /// <summary>As <see cref="Find"/>, or null where there is none.</summary>
    public static string? TryFind(string path, params string[] names)
    {
        if (path == StandardInput) return path;
        foreach (string ending in Endings)
            if (TryFile(path + ending) is { } file) return file;
        foreach (string name in names)
        {
            foreach (string ending in Endings)
                if (TryFile(Path.Combine(path, name + ending)) is { } file) return file;
            if (ZipFolder.Split(path) is (var archive, var inside))
                foreach (string file in ZipFolder.Files(archive, inside))
                    if (Endings.Any(ending => Path.GetFileName(file) == name + ending)) return file;
        }
        return null;
    }

    /// <summary>A file beside the main one (titles beside ratings), or null.</summary>
    public static string? TryFindBeside(string file, params string[] names) => file == StandardInput ? null
        : TryFind(Path.GetDirectoryName(Path.GetFullPath(file))!, names);

    /// <summary>True for a folder, and for a zip archive (or folder in it) of several files.</summary>
    public static bool IsFolder(string path)
    {
        if (ZipFolder.Split(path) is not (var archive, var inside)) return Directory.Exists(path);
        var files = ZipFolder.Files(archive, inside);
        return files.Length > 1 || (inside.Length > 0 && files is [var only] && only != $"{archive}/{inside}");
    }

    /// <summary>Files directly in a folder, or anywhere in a zip archive, whose name matches, in order.</summary>
    public static string[] Files(string folder, string pattern = "*") => ZipFolder.Split(folder) is (var archive, var inside)
        ? [.. ZipFolder.Files(archive, inside).Where(file =>
            FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file)))]
        : Directory.Exists(folder) ? [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)] : [];

    /// <summary>True for a file whose name, without the ending of a compressor, matches one of the patterns.</summary>
    public static bool HasName(string file, string[] patterns)
    {
        string name = Path.GetFileName(file);
        if (Endings.FirstOrDefault(ending => ending != "" && name.EndsWith(ending, StringComparison.Ordinal)) is { } found)
            name = name[..^found.Length];
        return patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name));
    }

    /// <summary>Opens text for one pass from start to end, decompressed.</summary>
    /// <exception cref="InputException">It cannot be opened, is empty, or is no text.</exception>
    public Stream Open(string path) => Open(path, textOnly: true);

    /// <summary>The beginning of a file, decompressed, as text whatever it is.</summary>
    /// <exception cref="InputException">It cannot be opened, or is empty.</exception>
    public string FirstText(string path)
    {
        using var stream = Open(path, textOnly: false);
        var bytes = new byte[Looked];
        int length = stream.ReadAtLeast(bytes, Looked, throwOnEndOfStream: false);
        return Text.Beginning(bytes.AsSpan(0, length)).TrimStart('\uFEFF');
    }

    /// <summary>False for a pipe of which more is gone than was kept.</summary>
    public bool CanReopen(string path) => !_pipes.TryGetValue(path, out var pipe) || pipe.CanReopen;

    /// <summary>Opens a file that is read in any order. What cannot be sought is copied to a temporary file.</summary>
    /// <exception cref="InputException">It cannot be opened, or is empty.</exception>
    public Stream OpenSeekable(string path)
    {
        var stream = Open(path, textOnly: false);
        if (stream.CanSeek) return stream;
        using (stream)
        {
            var copy = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16,
                FileOptions.DeleteOnClose);
            stream.CopyTo(copy);
            copy.Position = 0;
            return _current = copy;
        }
    }

    /// <summary>Called regularly while reading: reports how much has been read, and stops if interrupted.</summary>
    /// <param name="rows">Rows since the last call.</param>
    public void Tick(long rows)
    {
        cancellation.ThrowIfCancellationRequested();
        _rows += rows;
        progress?.Report(new(_rows, _current is { CanRead: true } file ? (double)file.Position / file.Length : null));
    }

    /// <summary>The share of the only file that has been read; 0 where there are several or no size is known.</summary>
    public double ShareRead() =>
        _opened.Count == 1 && _pipes.Count == 0 && _current is { CanRead: true } file ? (double)file.Position / file.Length : 0;

    /// <summary>
    /// What was read, for the manifest: SHA-256 of the pipes in the order of reading and then of all files in the order of their
    /// names, and their size.
    /// </summary>
    public DatasetSource Describe(ImportOptions options)
    {
        var buffer = new byte[1 << 20];
        long total = _pipes.Values.Sum(pipe => pipe.Bytes);
        foreach (string path in _opened.Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            for (int read; (read = file.Read(buffer)) > 0; total += read) _hash.AppendData(buffer, 0, read);
        }
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Input)));
        return new DatasetSource(options.Format, name, Convert.ToHexStringLower(_hash.GetCurrentHash()), total);
    }

    private Stream Open(string path, bool textOnly)
    {
        try
        {
            return InputStream.Decode(OpenRaw(path), path, textOnly);
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException)
        {
            throw new InputException(
                $"{path}: cannot be read ({FirstLine(problem)}): truncated or damaged; fetch it again.", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw About($"{path}: cannot be read ({FirstLine(problem)}); check {Input}.");
        }
    }

    private Stream OpenRaw(string path)
    {
        if (_pipes.TryGetValue(path, out var known)) return known.Open();
        if (path != StandardInput && ZipFolder.Split(path) is (var archive, { Length: > 0 } inside))
        {
            _opened.Add(archive);
            return ZipFolder.Open(archive, inside, out _current);
        }
        Stream source = path == StandardInput ? standardInput ?? throw About($"{Input} {path}: there is no standard input here.")
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (path != StandardInput && source.CanSeek)
        {
            _opened.Add(path);
            return _current = (FileStream)source;
        }
        _current = null;
        return (_pipes[path] = new PipeInput(path, source, _hash)).Open();
    }

    private static string? TryFile(string path)
    {
        if (ZipFolder.Split(path) is not (var archive, var inside)) return File.Exists(path) ? path : null;
        var files = ZipFolder.Files(archive, inside);
        return inside.Length > 0 ? files.FirstOrDefault(file => file == $"{archive}/{inside}")
            : path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) && files is [var only] ? only : null;
    }
}
