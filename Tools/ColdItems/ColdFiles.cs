using System.Text.Json;
using ManualVae.Data;

namespace ManualVae.Tools.ColdItems;

/// <summary>Small results that are kept between commands.</summary>
internal static class ColdFiles
{
    /// <summary>Reads a file, or makes what it shall hold and writes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="make">Makes it.</param>
    /// <param name="wrong">What is wrong with what a file holds; null for nothing.</param>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static T Open<T>(string path, Func<T> make, Func<T, string?> wrong) where T : notnull
    {
        if (File.Exists(path))
            return JsonFile.Read(path, "result of an earlier table", "remove the file, and it is measured again", wrong);
        var made = make();
        AtomicFile.WriteText(path, JsonSerializer.Serialize(made));
        return made;
    }
}
