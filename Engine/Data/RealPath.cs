namespace ManualVae.Data;

/// <summary>Where a path leads once all links in it are followed.</summary>
internal static class RealPath
{
    private const int MostLinks = 40; // as Linux has it

    /// <summary>The full path without links; what the last link names need not exist.</summary>
    /// <exception cref="InputException">The links go in a circle.</exception>
    public static string Of(string path) => Of(path, path, MostLinks);

    /// <summary>True for a device such as /dev/null, which can be written but not replaced.</summary>
    public static bool IsDevice(string path) => Of(path) is var real && real.StartsWith("/dev/", StringComparison.Ordinal)
        && !real.StartsWith("/dev/shm/", StringComparison.Ordinal);

    /// <summary>True where a path is the folder itself or lies below it; both without links.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal);

    private static string Of(string path, string asGiven, int links)
    {
        if (links == 0) throw new InputException($"{asGiven}: its links go in a circle; give another place.");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not string parent) return full;
        parent = Of(parent, asGiven, links);
        string here = Path.Combine(parent, Path.GetFileName(full));
        return new FileInfo(here).LinkTarget is string target ? Of(Path.Combine(parent, target), asGiven, links - 1) : here;
    }
}
