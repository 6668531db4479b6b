using System.IO.Compression;

namespace ManualVae.Data.Import;

/// <summary>A zip archive seen as a folder: <c>sets/ml-1m.zip/ml-1m/ratings.dat</c> is a file in it.</summary>
internal static class ZipFolder
{
    /// <summary>The archive that a path leads into and the rest of the path; null where there is none.</summary>
    public static (string Archive, string Inside)? Split(string path)
    {
        for (string? part = path; !string.IsNullOrEmpty(part); part = Path.GetDirectoryName(part))
            if (File.Exists(part)) return IsZip(part) ? (part, path[part.Length..].Replace('\\', '/').Trim('/')) : null;
        return null;
    }

    /// <summary>Paths of all files in a folder of an archive (empty: in all of it), below it too.</summary>
    /// <exception cref="InputException">The archive is damaged.</exception>
    public static string[] Files(string archive, string inside)
    {
        using var zip = Read(archive);
        string prefix = inside.Length == 0 ? "" : inside + "/";
        return [.. from entry in zip.Entries
                   let path = entry.FullName.Replace('\\', '/')
                   where entry.Name.Length > 0 && entry.Name[0] != '.' && !path.StartsWith("__MACOSX/", StringComparison.Ordinal)
                       && (path == inside || path.StartsWith(prefix, StringComparison.Ordinal))
                   orderby path
                   select $"{archive}/{path}"];
    }

    /// <summary>Opens a file of an archive; <paramref name="file"/> is the archive itself, for the progress.</summary>
    /// <exception cref="InputException">The archive is damaged, or holds no such file.</exception>
    public static Stream Open(string archive, string inside, out FileStream file)
    {
        var zip = Read(archive, out file);
        try
        {
            var entry = zip.Entries.FirstOrDefault(entry => entry.FullName.Replace('\\', '/') == inside)
                ?? throw new InputException($"{archive}: holds no {inside}.");
            return new DecodedStream(entry.Open(), new Owner(zip));
        }
        catch (InvalidDataException problem)
        {
            zip.Dispose();
            throw Damaged(archive, problem);
        }
    }

    private static ZipArchive Read(string archive) => Read(archive, out _);

    private static ZipArchive Read(string archive, out FileStream file)
    {
        file = File.OpenRead(archive);
        try
        {
            var zip = new ZipArchive(file, ZipArchiveMode.Read);
            _ = zip.Entries; // reads the archive's table of contents, which may be damaged
            return zip;
        }
        catch (InvalidDataException problem)
        {
            file.Dispose();
            throw Damaged(archive, problem);
        }
    }

    private static InputException Damaged(string archive, InvalidDataException problem) =>
        new($"{archive}: the zip archive cannot be read ({problem.Message.TrimEnd('.')}): truncated or damaged; fetch it again.",
            problem);

    private static bool IsZip(string path)
    {
        // A pipe must not be opened here. It has no length, and a link to it no target that exists.
        if ((new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(true) : new FileInfo(path))
            is not FileInfo { Exists: true, Length: > 3 }) return false;
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[4];
            return file.Read(start) == 4 && start.SequenceEqual("PK\x03\x04"u8);
        }
        catch (UnauthorizedAccessException)
        {
            return false; // whoever opens it says so
        }
    }

    /// <summary>Closes the archive with the stream of its entry.</summary>
    private sealed class Owner(ZipArchive zip) : MemoryStream
    {
        protected override void Dispose(bool disposing)
        {
            if (disposing) zip.Dispose();
            base.Dispose(disposing);
        }
    }
}
