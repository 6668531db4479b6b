using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ManualVae.Data;

/// <summary>How the clicks of a dataset are divided into training and evaluation.</summary>
[JsonConverter(typeof(SplitKindConverter))]
public enum SplitKind
{
    /// <summary>Users are divided; of a held-out user part of the clicks is shown, the rest is to be found.</summary>
    Strong,
    /// <summary>Ready-made files divide every user's clicks.</summary>
    Weak,
    /// <summary>One click of each user is held out.</summary>
    LeaveOneOut,
    /// <summary>The latest clicks are held out.</summary>
    Temporal,
    /// <summary>Items are divided: all clicks of the cold items are held out (<see cref="ItemDivision"/>).</summary>
    ColdItems,
}

/// <summary>Where the clicks came from.</summary>
/// <param name="Format">Name as in <c>--format</c>, or <c>synthetic</c>.</param>
/// <param name="Name">Name of the file or folder read, without its path, or of the synthetic shape.</param>
/// <param name="Sha256">SHA-256 of the files read, one after another in the order of their names; null where none was
/// read.</param>
/// <param name="Bytes">Their total size.</param>
public sealed record DatasetSource(string Format, string Name, string? Sha256 = null, long? Bytes = null);

/// <summary>What a prepared folder holds; every number refers to its files.</summary>
public sealed record DatasetCounts
{
    /// <summary>All users in <c>users.tsv</c>.</summary>
    public int Users { get; init; }
    /// <summary>Rows of the training matrix.</summary>
    public int TrainUsers { get; init; }
    /// <summary>Rows of the validation part, 0 without one.</summary>
    public int ValidationUsers { get; init; }
    /// <summary>Rows of the test part, 0 without one.</summary>
    public int TestUsers { get; init; }
    /// <summary>All items in <c>items.tsv</c>.</summary>
    public int Items { get; init; }
    /// <summary>Clicks in <c>train.csr</c>.</summary>
    public long TrainClicks { get; init; }
    /// <summary>Clicks shown of held-out users in validation (strong generalisation only).</summary>
    public long ValidationFoldInClicks { get; init; }
    /// <summary>Clicks to be found in validation.</summary>
    public long ValidationHeldOutClicks { get; init; }
    /// <summary>Clicks shown of held-out users in the test (strong generalisation only).</summary>
    public long TestFoldInClicks { get; init; }
    /// <summary>Clicks to be found in the test.</summary>
    public long TestHeldOutClicks { get; init; }
    /// <summary>Sampled negatives of the test (sampled protocol only).</summary>
    public long TestCandidates { get; init; }
}

/// <summary>What happened to the clicks between the source and the folder.</summary>
public sealed record ImportTally
{
    /// <summary>Lines (or pairs) read.</summary>
    public long ClicksRead { get; init; }
    /// <summary>Clicks below the minimum rating.</summary>
    public long BelowMinimumRating { get; init; }
    /// <summary>Repeated (user, item) pairs merged into one.</summary>
    public long DuplicatesMerged { get; init; }
    /// <summary>Clicks that the minimum numbers of clicks removed.</summary>
    public long RemovedByFilters { get; init; }
    /// <summary>Clicks of held-out users on items that no training user clicked.</summary>
    public long UnknownItemsDropped { get; init; }
    /// <summary>
    /// Held-out clicks that the user's fold-in holds as well (kept, as published, but they can never be found).
    /// </summary>
    public long HeldOutAlsoInFoldIn { get; init; }
}

/// <summary>The filters, as given; 0 or absent = off.</summary>
public sealed record ClickFilters
{
    /// <summary>Clicks rated lower are ignored.</summary>
    public double? MinimumRating { get; init; }
    /// <summary>Items with fewer clicks are removed first, in one pass.</summary>
    public int MinimumItemClicks { get; init; }
    /// <summary>Users with fewer clicks are removed next, in one pass.</summary>
    public int MinimumUserClicks { get; init; }
    /// <summary>Then users and items with fewer clicks are removed until none is left.</summary>
    public int KCore { get; init; }
}

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
        }
        catch (Exception problem) when (
            problem is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException($"{path}: not a dataset manifest ({FirstLine(problem.Message)}); import the dataset again.",
                problem);
        }
        string text = Encoding.UTF8.GetString(bytes);
        string blank = text.Replace($"\"checksum\": \"{manifest.Checksum}\"", $"\"checksum\": \"{NoChecksum}\"");
        if (Hash(Encoding.UTF8.GetBytes(blank)) != manifest.Checksum)
            throw new InputException($"{path}: changed since it was written (checksum differs); import the dataset again.");
        return manifest;
    }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>SHA-256 of a file in lower-case hexadecimal.</summary>
    internal static string HashFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('.', '\r');
}

/// <summary>Writes a split kind as the command line spells it.</summary>
internal sealed class SplitKindConverter() : JsonStringEnumConverter<SplitKind>(JsonNamingPolicy.KebabCaseLower);
