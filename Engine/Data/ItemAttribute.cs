using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace ManualVae.Data;

/// <summary>What the features of an attribute are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AttributeKind>))]
public enum AttributeKind
{
    /// <summary>An item has some of a set of values, such as genres or actors: 1 for each that it has.</summary>
    Categorical,
    /// <summary>A number, such as a year: 1 for the bin that it falls in.</summary>
    Numeric,
    /// <summary>Words of a text with their weights.</summary>
    Text,
    /// <summary>A dense vector that was computed elsewhere, such as an embedding of a sentence model.</summary>
    Vector,
}

/// <summary>One attribute of the items, such as their genres or their plots, as a sparse matrix.</summary>
/// <param name="Name">Its name, such as <c>genres</c>.</param>
/// <param name="Kind">What its features are.</param>
/// <param name="Features">Name of each column, such as a genre, a bin or a word.</param>
/// <param name="Values">Items x features; a row is empty where nothing is known of the item.</param>
public sealed record ItemAttribute(string Name, AttributeKind Kind, string[] Features, CsrMatrix Values)
{
    private const string Header = "item\tattribute\tkind\tfeature\tvalue";

    /// <summary>The genres of the items as an attribute, or null if no item has any.</summary>
    public static ItemAttribute? Genres(ItemList items)
    {
        var numbers = new Dictionary<string, int>();
        var pairs = new List<(int, int)>();
        for (int item = 0; item < items.Count; item++)
            foreach (string genre in items.Genres[item]?.Split('|', StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                if (!numbers.TryGetValue(genre, out int number)) numbers.Add(genre, number = numbers.Count);
                pairs.Add((item, number));
            }
        return pairs.Count == 0 ? null : new("genres", AttributeKind.Categorical, [.. numbers.Keys],
            CsrMatrix.FromPairs(items.Count, numbers.Count, pairs));
    }

    /// <summary>Number of items of which something is known.</summary>
    public int KnownItems => Enumerable.Range(0, Values.Rows).Count(item => Values.RowLength(item) > 0);

    /// <summary>Writes <c>item-features.tsv</c>: number of the item, attribute, kind, feature, value.</summary>
    internal static void Write(string path, IReadOnlyList<ItemAttribute> attributes) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Header);
        foreach (var attribute in attributes)
        {
            string name = IdRows.Field(attribute.Name);
            string[] features = Array.ConvertAll(attribute.Features, IdRows.Field);
            for (int item = 0; item < attribute.Values.Rows; item++)
            {
                var columns = attribute.Values.RowColumns(item);
                var values = attribute.Values.IsBinary ? default : attribute.Values.RowValues(item);
                for (int e = 0; e < columns.Length; e++)
                {
                    string value = (values.IsEmpty ? 1 : values[e]).ToString("R", CultureInfo.InvariantCulture);
                    writer.WriteLine($"{item}\t{name}\t{attribute.Kind}\t{features[columns[e]]}\t{value}");
                }
            }
        }
    });

    /// <summary>Reads <c>item-features.tsv</c>; attributes and features come in the order in which they first appear.</summary>
    /// <exception cref="InputException">A line that is not as written.</exception>
    internal static IReadOnlyList<ItemAttribute> Read(string path, int items)
    {
        var found = new Dictionary<string, Reading>(StringComparer.Ordinal);
        foreach (var (line, text) in File.ReadLines(path).Index())
        {
            InputException Problem(string what) => new($"{path}:{line + 1}: {what}; import the dataset again.");
            if (line == 0)
            {
                if (text != Header) throw Problem("has another header than a file of item features");
                continue;
            }
            string[] row = text.Split('\t');
            if (row.Length != 5) throw Problem($"has {row.Length} fields, expected 5");
            if (!int.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out int item) || item >= items)
                throw Problem($"has the item number {row[0]}, expected one below {items}");
            if (!Enum.TryParse(row[2], out AttributeKind kind) || !Enum.IsDefined(kind) || char.IsAsciiDigit(row[2][0]))
                throw Problem($"has the kind '{row[2]}', expected {string.Join(", ", Enum.GetNames<AttributeKind>())}");
            if (!float.TryParse(row[4], NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
                || !float.IsFinite(value))
                throw Problem($"has the value '{row[4]}', expected a finite number");
            if (!found.TryGetValue(row[1], out var attribute)) found.Add(row[1], attribute = new(kind, [], []));
            if (attribute.Kind != kind) throw Problem($"has the kind {kind}, where '{row[1]}' was {attribute.Kind}");
            if (!attribute.Features.TryGetValue(row[3], out int feature))
                attribute.Features.Add(row[3], feature = attribute.Features.Count);
            if (!attribute.Entries.TryAdd((item, feature), value)) throw Problem($"gives item {item} '{row[3]}' a second time");
        }
        return [.. found.Select(a => new ItemAttribute(a.Key, a.Value.Kind, [.. a.Value.Features.Keys],
            Matrix(items, a.Value.Features.Count, a.Value.Entries)))];
    }

    private static CsrMatrix Matrix(int items, int features, Dictionary<(int Item, int Feature), float> entries)
    {
        var sorted = entries.OrderBy(e => e.Key.Item).ThenBy(e => e.Key.Feature).ToList();
        var offsets = new long[items + 1];
        foreach (var ((item, _), _) in sorted) offsets[item + 1]++;
        for (int item = 0; item < items; item++) offsets[item + 1] += offsets[item];
        bool binary = sorted.TrueForAll(e => e.Value == 1);
        return new(features, offsets, [.. sorted.Select(e => e.Key.Feature)], binary ? null : [.. sorted.Select(e => e.Value)]);
    }

    private sealed record Reading(AttributeKind Kind, Dictionary<string, int> Features, Dictionary<(int, int), float> Entries);
}
