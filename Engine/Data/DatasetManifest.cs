using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ManualVae.Data;

/// <summary>
/// <c>manifest.json</c> of a prepared dataset. It holds no time and no path, so the same import gives the same bytes; its <see
/// cref="Checksum"/> is the SHA-256 of its own bytes with the checksum's digits set to 0.
/// </summary>
public sealed record DatasetManifest
{
    /// <summary>The version this program writes and reads.</summary>
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the file is never put into a web page
        RespectNullableAnnotations = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    private static readonly string NoChecksum = new('0', 64);

    /// <summary>Version of the folder's format.</summary>
    public int FormatVersion { get; init; } = CurrentVersion;
    /// <summary>Where the clicks came from.</summary>
    public required DatasetSource Source { get; init; }
    /// <summary>Which clicks were kept.</summary>
    public ClickFilters Filters { get; init; } = new();
    /// <summary>How they are divided.</summary>
    public required SplitKind Split { get; init; }
    /// <summary>Seed of the division or of the synthesis; absent where nothing was drawn.</summary>
    public ulong? Seed { get; init; }
    /// <summary>Further settings of the division, by name.</summary>
    public SortedDictionary<string, string>? SplitSettings { get; init; }
    /// <summary>What the folder holds.</summary>
    public DatasetCounts Counts { get; init; } = new();
    /// <summary>What became of the source's clicks.</summary>
    public ImportTally Import { get; init; } = new();
    /// <summary>How the attributes of the items were made, by name; absent where none was added.</summary>
    public SortedDictionary<string, AttributeSource>? Attributes { get; init; }
    /// <summary>SHA-256 (hexadecimal) of each other file of the folder.</summary>
    public SortedDictionary<string, string> Files { get; init; } = new(StringComparer.Ordinal);
    /// <summary>SHA-256 of this file's bytes with these digits set to 0.</summary>
    public string Checksum { get; init; } = NoChecksum;

    /// <summary>The bytes of <c>manifest.json</c>, with the right checksum.</summary>
    public byte[] ToBytes()
    {
        string text = JsonSerializer.Serialize(this with { Checksum = NoChecksum }, Json) + "\n";
        string checksum = Hash(Encoding.UTF8.GetBytes(text));
        return Encoding.UTF8.GetBytes(text.Replace($"\"checksum\": \"{NoChecksum}\"", $"\"checksum\": \"{checksum}\""));
    }

    /// <summary>Reads and verifies the bytes of <c>manifest.json</c>.</summary>
    /// <param name="bytes">Content of the file.</param>
    /// <param name="path">Where they came from, for messages.</param>
    /// <exception cref="InputException">Not JSON, of another version, or changed.</exception>
    public static DatasetManifest FromBytes(byte[] bytes, string path)
    {
        DatasetManifest manifest;
        try
        {
            int version = JsonDocument.Parse(bytes).RootElement.GetProperty("formatVersion").GetInt32();
            if (version != CurrentVersion)
                throw new InputException(
                    $"{path}: format version {version}, this program reads version {CurrentVersion}; import the dataset again.");
            manifest = JsonSerializer.Deserialize<DatasetManifest>(bytes, Json)!;
            if (!Enum.IsDefined(manifest.Split)) throw new JsonException("its split is none of the known ones");
            if (manifest.Files.Keys.FirstOrDefault(name => !IsOwnName(name)) is string other)
                throw new JsonException($"it lists '{other}', which is no name of a file in its folder");
        }
        catch (Exception problem) when (
            problem is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException(
                $"{path}: not a dataset manifest ({InputException.FirstLine(problem)}); import the dataset again.", problem);
        }
        string text = Encoding.UTF8.GetString(bytes);
        string blank = text.Replace($"\"checksum\": \"{manifest.Checksum}\"", $"\"checksum\": \"{NoChecksum}\"");
        if (Hash(Encoding.UTF8.GetBytes(blank)) != manifest.Checksum)
            throw new InputException($"{path}: changed since it was written (checksum differs); import the dataset again.");
        return manifest;
    }

    // A path would lead out of the folder.
    private static bool IsOwnName(string name) =>
        name is not ("" or "." or "..") && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0;

    /// <summary>The files that a manifest of any version lists, sound or not; null if it is no manifest.</summary>
    internal static IReadOnlyCollection<string>? FilesListedIn(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) is JsonObject manifest && manifest.ContainsKey("formatVersion")
                && manifest["files"] is JsonObject files ? [.. files.Select(file => file.Key)] : null;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException) // ArgumentException: a name twice
        {
            return null;
        }
    }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>SHA-256 of a file in lower-case hexadecimal.</summary>
    internal static string HashFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
