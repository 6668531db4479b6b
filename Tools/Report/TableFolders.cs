namespace ManualVae.Tools.Report;

/// <summary>The folder of a table: <c>DATA/ROW</c> are runs.</summary>
internal static class TableFolders
{
    /// <summary>The runs in a folder that is no run itself; the folder if it has none.</summary>
    public static IReadOnlyList<string> Runs(string folder)
    {
        if (!Directory.Exists(folder) || File.Exists(Path.Combine(folder, "run.json"))
            || File.Exists(Path.Combine(folder, "results.json"))) return [folder];
        string[] runs = [.. Directory.EnumerateDirectories(folder).SelectMany(inner =>
            IsRun(inner) ? [inner] : Directory.EnumerateDirectories(inner).Where(IsRun)).Order(StringComparer.Ordinal)];
        return runs.Length > 0 ? runs : [folder];
    }

    private static bool IsRun(string folder) => File.Exists(Path.Combine(folder, "run.json"));
}
