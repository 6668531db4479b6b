using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ManualVae.Tests.Long;

/// <summary>
/// What a file or a folder holds, to be compared: files by their relative names, with their content without times and places.
/// Hidden files count for nothing: a kill may leave a lock or an unfinished file.
/// </summary>
public static partial class FolderPicture
{
    /// <summary>The picture of a path; empty where nothing is there.</summary>
    public static IReadOnlyDictionary<string, string> Of(string path)
    {
        var files = File.Exists(path) ? [path] : !Directory.Exists(path) ? []
            : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories);
        string above = Path.GetDirectoryName(path)!;
        return files.Where(file => !Path.GetRelativePath(above, file).Split('/').Any(name => name.StartsWith('.')))
            .ToDictionary(file => Path.GetRelativePath(above, file), file => Hash(file, above));
    }

    /// <summary>True where both hold the same.</summary>
    public static bool Same(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        Difference(a, b).Length == 0;

    /// <summary>The names of files that differ or are in one of the two only.</summary>
    public static string Difference(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b) =>
        string.Join(", ", a.Keys.Union(b.Keys).Order(StringComparer.Ordinal)
            .Where(file => a.GetValueOrDefault(file) != b.GetValueOrDefault(file)));

    private static string Hash(string file, string above)
    {
        byte[] bytes = File.ReadAllBytes(file);
        if (Path.GetExtension(file) is ".json" or ".jsonl" or ".html" or ".csv")
        {
            string text = Encoding.UTF8.GetString(bytes).Replace(above, "@", StringComparison.Ordinal);
            bytes = Encoding.UTF8.GetBytes(Times().Replace(Clocks().Replace(text, "\"$1\":0"), ""));
        }
        return Convert.ToHexString(SHA256.HashData(bytes));
    }

    [GeneratedRegex("\"(seconds|usersPerSecond|epochSeconds|minutes|trainingSeconds)\": *[-+0-9.eE]+")]
    private static partial Regex Clocks();

    // A report says how long a training took, and when things happened.
    [GeneratedRegex(@"\d[\d.,]* (s|ms|min|seconds)\b|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")]
    private static partial Regex Times();
}
