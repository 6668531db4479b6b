using ManualVae.Data;

namespace ManualVae.Tools.Runs;

/// <summary>A file of ids, one a line. Blanks around an id and empty lines do not count.</summary>
internal static class IdFile
{
    /// <summary>The ids, or null if no file is given.</summary>
    /// <param name="flag">The flag that names the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="what">What the ids are of: item or user.</param>
    /// <exception cref="InputException">No such file.</exception>
    public static string[]? Read(string flag, string? path, string what = "item") =>
        path is null ? null
        : File.Exists(path) ? [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)]
        : throw new InputException($"{path}: no such file; {flag} takes a file with one {what} id a line.");
}
