using System.Text.Json;

namespace ManualVae.Data.Download;

/// <summary>The public datasets that <c>data download</c> knows: <c>datasets/catalogue.json</c>.</summary>
public static class DatasetCatalogue
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Reads a catalogue file, or the built-in one.</summary>
    /// <exception cref="InputException">The file is missing or malformed.</exception>
    public static CatalogueEntry[] Read(string? path = null)
    {
        try
        {
            using var stream = path is null
                ? typeof(DatasetCatalogue).Assembly.GetManifestResourceStream("catalogue.json")!
                : File.OpenRead(path);
            var entries = JsonSerializer.Deserialize<CatalogueEntry[]>(stream, Json) ?? throw new JsonException("it is null");
            foreach (var entry in entries)
                if (entry is not { Name.Length: > 0, Format.Length: > 0, Files.Length: > 0 }
                    || entry.Files.Any(file => file?.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" }
                        || file.Name.Length == 0 || file.Bytes < 0))
                    throw new JsonException(
                        $"entry '{entry?.Name}' lacks its name, format or the http addresses of its files");
            return entries;
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: not a usable catalogue ({problem.Message.Split('\n')[0]}); see datasets/README.md.", problem);
        }
    }

    /// <summary>The entry of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static CatalogueEntry Find(CatalogueEntry[] entries, string name) =>
        entries.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InputException(
            $"{name}: not in the catalogue{Spelling.Question(name, entries.Select(entry => entry.Name))}; it has "
                + $"{string.Join(", ", entries.Select(entry => entry.Name))}.");
}
