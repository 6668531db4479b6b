using System.Text.Json;
using ManualVae.Data;

namespace ManualVae.Tools.ColdItems;

/// <summary>Small results that are kept between commands.</summary>
internal static class ColdFiles
{
    /// <summary>Reads a file, or makes what it shall hold and writes it.</summary>
    public static T Open<T>(string path, Func<T> make)
    {
        if (File.Exists(path)) return JsonSerializer.Deserialize<T>(File.ReadAllText(path))!;
        var made = make();
        AtomicFile.WriteText(path, JsonSerializer.Serialize(made));
        return made;
    }
}
