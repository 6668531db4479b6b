using System.IO.Compression;
using System.Security.Cryptography;
using ManualVae.Data.Import;

namespace ManualVae.Data.Download;

/// <summary>What a finished download holds.</summary>
/// <param name="Directory">The folder, ready for <c>data import</c>.</param>
/// <param name="Users">Users counted.</param>
/// <param name="Items">Items counted.</param>
/// <param name="Clicks">Clicks counted.</param>
public sealed record DownloadResult(string Directory, int Users, int Items, long Clicks);

/// <summary>Fetches a dataset of the catalogue and checks that it is the one expected.</summary>
public static class DatasetDownload
{
    /// <summary>Fetches, unpacks and counts.</summary>
    /// <param name="entry">What to fetch.</param>
    /// <param name="directory">Where to; files that are there already are kept.</param>
    /// <param name="client">Does the requests.</param>
    /// <param name="progress">Receives the share of the current file.</param>
    /// <param name="cancellation">Stops it; run it again to go on.</param>
    /// <exception cref="IOException">A file cannot be fetched, or is not the one expected.</exception>
    public static DownloadResult Run(CatalogueEntry entry, string directory, HttpClient client,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        foreach (var file in entry.Files)
        {
            string path = Path.Combine(directory, file.Name), done = path + ".done";
            if (File.Exists(done)) continue;
            bool ours = !File.Exists(path);
            if (ours) ResumableDownload.Run(client, file.Url, path, file.Bytes, progress, cancellation);
            Check(file, path, ours);
            if (file.Name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                Unpack(path, directory);
                File.Delete(path);
            }
            File.WriteAllText(done, "");
        }
        var result = Count(entry, directory, cancellation);
        foreach (var file in entry.Files) File.Delete(Path.Combine(directory, file.Name) + ".done");
        return result;
    }

    private static void Check(CatalogueFile file, string path, bool ours)
    {
        long bytes = new FileInfo(path).Length;
        string? problem = file.Bytes is { } expected && bytes != expected
            ? $"has {bytes} bytes where the catalogue expects {expected}" : null;
        if (problem is null && file.Md5 is not null)
        {
            using var stream = File.OpenRead(path);
            if (!string.Equals(Convert.ToHexString(MD5.HashData(stream)), file.Md5, StringComparison.OrdinalIgnoreCase))
                problem = "has another MD5 than the catalogue expects";
        }
        if (problem is null) return;
        if (!ours) throw new InputException($"{path}: {problem}; move it away, or give another folder.");
        File.Delete(path);
        throw new IOException($"{file.Url}: {problem}; it was deleted, run the same command again or see the homepage.");
    }

    /// <summary>
    /// Unpacks the files of an archive side by side, without the folders they lie in. A file that is there is kept; another one
    /// of its name is refused.
    /// </summary>
    private static void Unpack(string archive, string directory)
    {
        try
        {
            using var zip = ZipFile.OpenRead(archive);
            foreach (var entry in zip.Entries)
                if (!entry.FullName.StartsWith("__MACOSX", StringComparison.Ordinal)
                    && entry.FullName.Split('/', '\\')[^1] is var name && name is not ("" or "." or ".."))
                    Unpack(entry, Path.Combine(directory, name));
        }
        catch (InvalidDataException problem)
        {
            File.Delete(archive);
            throw new IOException(
                $"{archive}: not a zip archive ({problem.Message}); it was deleted, run the same command again.", problem);
        }
    }

    private static void Unpack(ZipArchiveEntry entry, string path)
    {
        if (File.Exists(path))
        {
            using var source = entry.Open();
            if (Convert.ToHexStringLower(SHA256.HashData(source)) == DatasetManifest.HashFile(path)) return;
            throw new InputException($"{path}: is not the file of this name in the archive; move it away, or give another "
                + "folder.");
        }
        AtomicFile.Write(path, target =>
        {
            using var source = entry.Open();
            var buffer = new byte[1 << 16];
            for (long left = entry.Length; source.Read(buffer) is > 0 and var read; target.Write(buffer, 0, read))
                if ((left -= read) < 0)
                    throw new InvalidDataException($"{entry.FullName} holds more than the {entry.Length} bytes it announces");
        });
    }

    private static DownloadResult Count(CatalogueEntry entry, string directory, CancellationToken cancellation)
    {
        var files = new SourceFiles(null, cancellation);
        var source = ClickFormats.Read(new ImportOptions { Format = entry.Format, Input = directory }, files);
        foreach (var (name, counted, expected) in new[]
        {
            ("users", source.Users.Count, entry.Users), ("items", source.Items.Count, entry.Items),
                ("clicks", source.ClicksRead, entry.Clicks),
        })
            if (expected is not null && counted != expected)
                throw new IOException(
                    $"{directory}: holds {counted} {name} where the catalogue expects {expected}; the owner has changed the "
                    + "dataset.");
        return new DownloadResult(directory, source.Users.Count, source.Items.Count, source.ClicksRead);
    }
}
