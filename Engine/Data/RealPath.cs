namespace ManualVae.Data;

/// <summary>Where a path leads once all links in it are followed.</summary>
public static class RealPath
{
    private const int MostLinks = 40; // as Linux has it

    /// <summary>The full path without links; what the last link names need not exist.</summary>
    /// <exception cref="InputException">The links go in a circle.</exception>
    public static string Of(string path) => Of(path, path, MostLinks);

    /// <summary>
    /// The device that a path leads to, such as /dev/null, which can be written but not replaced; null for none. Standard output
    /// stays one where it is a file itself: /dev/stdout is a link to /proc/self/fd/1, and that to the file.
    /// </summary>
    /// <exception cref="InputException">The links go in a circle.</exception>
    public static string? Device(string path)
    {
        string step = path;
        for (int links = MostLinks; links > 0; links--)
        {
            string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(step));
            if (IsWithin(full, "/proc") || (IsWithin(full, "/dev") && !IsWithin(full, "/dev/shm"))) return full;
            if (new FileInfo(full).LinkTarget is not string target) return null;
            step = Path.Combine(Of(Path.GetDirectoryName(full)!), target);
        }
        throw Circle(path);
    }

    /// <summary>True where a path is the folder itself or lies below it; both without links.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal);

    private static string Of(string path, string asGiven, int links)
    {
        if (links == 0) throw Circle(asGiven);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not string parent) return full;
        parent = Of(parent, asGiven, links);
        string here = Path.Combine(parent, Path.GetFileName(full));
        return new FileInfo(here).LinkTarget is string target ? Of(Path.Combine(parent, target), asGiven, links - 1) : here;
    }

    private static InputException Circle(string path) => new($"{path}: its links go in a circle; give another place.");
}
