using System.Security.Cryptography;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// The files one import reads, plain or gzip: finds them, opens them, and remembers them so that the manifest can name a hash
/// of everything that was read.
/// </summary>
internal sealed class SourceFiles(IProgress<double>? progress, CancellationToken cancellation)
{
    private static readonly SettingName Input = Setting(nameof(ImportOptions.Input)),
        Format = Setting(nameof(ImportOptions.Format));

    private readonly List<string> _opened = [];
    private FileStream? _current;

    /// <summary>Their text.</summary>
    public SourceText Text { get; } = new();

    /// <summary>The file itself, or the first of the names that a folder holds (each also as <c>.gz</c>).</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static string Find(string path, params string[] names) =>
        TryFind(path, names) ?? throw (Directory.Exists(path)
            ? About($"{path}: holds no {string.Join(" or ", names)} (plain or .gz); check {Input} and {Format}.")
            : About($"{path}: no such file or folder; check {Input}."));

    /// <summary>As <see cref="Find"/>, or null where there is none.</summary>
    public static string? TryFind(string path, params string[] names)
    {
        if (File.Exists(path)) return path;
        if (File.Exists(path + ".gz")) return path + ".gz";
        foreach (string name in names)
            foreach (string candidate in new[] { Path.Combine(path, name), Path.Combine(path, name + ".gz") })
                if (File.Exists(candidate)) return candidate;
        return null;
    }

    /// <summary>A file beside the main one (titles beside ratings), or null.</summary>
    public static string? TryFindBeside(string file, params string[] names) =>
        TryFind(Path.GetDirectoryName(Path.GetFullPath(file))!, names);

    /// <summary>Opens a file for one pass from start to end, decompressing <c>.gz</c>.</summary>
    /// <exception cref="InputException">It cannot be opened, or is empty.</exception>
    public Stream Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            if (file.Length == 0)
            {
                file.Dispose();
                throw new InputException($"{path}: the file is empty; fetch or export it again.");
            }
            _opened.Add(path);
            _current = file;
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GzipFile(file) : file;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw About($"{path}: cannot be read ({problem.Message.Split('\n')[0]}); check {Input}.");
        }
    }

    /// <summary>Called regularly while reading: reports the share of the current file, and stops if interrupted.</summary>
    public void Tick()
    {
        cancellation.ThrowIfCancellationRequested();
        if (progress is not null && _current is { CanRead: true } file) progress.Report((double)file.Position / file.Length);
    }

    /// <summary>What was read, for the manifest: SHA-256 of all files in the order of their names, and their size.</summary>
    public DatasetSource Describe(ImportOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        long total = 0;
        foreach (string path in _opened.Distinct().Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            for (int read; (read = file.Read(buffer)) > 0; total += read) hash.AppendData(buffer, 0, read);
        }
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Input)));
        return new DatasetSource(options.Format, name, Convert.ToHexStringLower(hash.GetCurrentHash()), total);
    }
}
