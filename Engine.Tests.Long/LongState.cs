using System.Text.Json;
using ManualVae.Data;

namespace ManualVae.Tests.Long;

/// <summary>Counts of what was tried, and what went wrong; kept in a file, so that a long run can go on.</summary>
public sealed class LongState
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _file;
    private DateTime _saved = DateTime.UtcNow;

    private LongState(string file, Content content) => (_file, Counts) = (file, content);

    /// <summary>What the file holds.</summary>
    public Content Counts { get; }

    /// <summary>Goes on with a file, or starts anew where there is none.</summary>
    /// <exception cref="InputException">It has another seed, or is no such file.</exception>
    public static LongState Open(string file, int seed)
    {
        if (!File.Exists(file)) return new(file, new() { Seed = seed });
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(file), Json)!;
            if (content.Seed != seed)
                throw new InputException(
                    $"{file}: was begun with seed {content.Seed}, not {seed}; give that seed, or another file.");
            return new(file, content);
        }
        catch (JsonException problem)
        {
            throw new InputException($"{file}: is no state of the long mode; give another file.", problem);
        }
    }

    /// <summary>Folder of the inputs that something went wrong with, beside the file.</summary>
    public string Findings => Path.ChangeExtension(Path.GetFullPath(_file), ".findings");

    /// <summary>How many were tried of one kind: the number of the next.</summary>
    public int Tried(string kind) => Counts.Kinds.GetValueOrDefault(kind)?.Tried ?? 0;

    /// <summary>Counts one trial.</summary>
    /// <param name="kind">What was tried.</param>
    /// <param name="outcome">How it ended, in a word or two.</param>
    /// <param name="problem">What went wrong; null for nothing.</param>
    public void Add(string kind, string outcome, string? problem = null)
    {
        if (!Counts.Kinds.TryGetValue(kind, out var tally)) Counts.Kinds.Add(kind, tally = new());
        int number = tally.Tried++;
        tally.Outcomes[outcome] = tally.Outcomes.GetValueOrDefault(outcome) + 1;
        if (problem is not null) Counts.Problems.Add($"{kind}, {number}: {problem}");
        if (problem is not null || DateTime.UtcNow - _saved > TimeSpan.FromSeconds(10)) Save();
    }

    /// <summary>Writes the file.</summary>
    public void Save()
    {
        AtomicFile.WriteText(_file, JsonSerializer.Serialize(Counts, Json) + "\n");
        _saved = DateTime.UtcNow;
    }

    /// <summary>The file.</summary>
    public sealed class Content
    {
        /// <summary>Seed of all draws.</summary>
        public int Seed { get; init; }

        /// <summary>Trials by kind.</summary>
        public SortedDictionary<string, Tally> Kinds { get; init; } = new(StringComparer.Ordinal);

        /// <summary>What went wrong.</summary>
        public List<string> Problems { get; init; } = [];
    }

    /// <summary>Trials of one kind.</summary>
    public sealed class Tally
    {
        /// <summary>How many.</summary>
        public int Tried { get; set; }

        /// <summary>How they ended.</summary>
        public SortedDictionary<string, int> Outcomes { get; init; } = new(StringComparer.Ordinal);
    }
}
