namespace ManualVae.Data;

/// <summary>A kind of folder that this program writes: it may replace such a folder, and no other.</summary>
/// <param name="Name">What people call it, such as "prepared dataset".</param>
/// <param name="Files">
/// For a folder of this kind: tells of a file in it, by its path in the folder with '/', whether it belongs there. Null for any
/// other folder.
/// </param>
public sealed record FolderKind(string Name, Func<string, Func<string, bool>?> Files)
{
    internal const string LockFile = ".manualvae.lock";

    /// <summary>A file of the folder that this kind does not have, or null where there is none.</summary>
    public string? Foreign(string folder)
    {
        var files = Entries(folder, "").Order(StringComparer.Ordinal);
        var belongs = Files(folder);
        return files.FirstOrDefault(file => belongs is null || !belongs(file) && !IsOurs(file));
    }

    /// <summary>True where a folder holds nothing but a lock, and what processes that were killed left unfinished.</summary>
    public static bool IsEmpty(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).All(entry => IsOurs(Path.GetFileName(entry)));

    // What an earlier process left behind when it was killed.
    private static bool IsOurs(string file) => file.Split('/').Any(name =>
        name == LockFile || UnfinishedFiles.IsOne(name));

    // Files, links and empty folders. A link is never followed.
    private static IEnumerable<string> Entries(string folder, string prefix)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            string name = prefix + entry.Name;
            bool any = false;
            if (entry is DirectoryInfo && entry.LinkTarget is null)
                foreach (string inside in Entries(entry.FullName, name + "/"))
                {
                    any = true;
                    yield return inside;
                }
            if (!any) yield return name;
        }
    }
}
