using System.Text.Json;
using ManualVae.Data;
using static ManualVae.Tools.Serve.RequestException;

namespace ManualVae.Tools.Serve;

/// <summary>
/// An object of a request's JSON, read strictly: a property of another name or type is refused in one sentence.
/// </summary>
internal readonly struct RequestObject
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    private readonly JsonElement _json;
    private readonly string _where;

    /// <summary>Checks the names of the properties.</summary>
    /// <param name="json">The object.</param>
    /// <param name="where">What messages begin with: empty, or such as <c>queries[3]: </c>.</param>
    /// <param name="names">The properties it may have.</param>
    /// <exception cref="RequestException">It is no object, or has others.</exception>
    public RequestObject(JsonElement json, string where, params string[] names)
    {
        (_json, _where) = (json, where);
        if (json.ValueKind != JsonValueKind.Object) throw Wrong($"{where}expected a JSON object, found {Kind(json)}.");
        foreach (var property in json.EnumerateObject())
            if (!names.Contains(property.Name))
                throw Wrong($"{where}unknown property \"{Short(property.Name)}\"; did you mean "
                    + $"\"{Nearest(property.Name, names)}\"?");
    }

    /// <summary>Parses a body. The caller disposes the document.</summary>
    /// <exception cref="RequestException">It is not JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (JsonException problem)
        {
            throw Wrong(body.Length == 0 ? "The body is empty; expected a JSON object."
                : problem.BytePositionInLine is not { } at ? "The body is not valid JSON, or names a property twice."
                : $"The body is not valid JSON (line {problem.LineNumber + 1}, byte {at + 1}).");
        }
    }

    /// <summary>True if the property is there and not null.</summary>
    public bool Has(string name) => Value(name) is not null;

    /// <summary>An id: a string or a whole number; null if missing.</summary>
    public string? Id(string name) => Value(name) is { } value ? IdOf(value, name) : null;

    /// <summary>A list of ids; null if missing.</summary>
    /// <param name="name">The property.</param>
    /// <param name="most">Most ids.</param>
    public string[]? Ids(string name, int most)
    {
        if (Value(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) throw Wrong($"{_where}{name}: expected a list of ids, found {Kind(value)}.");
        int count = value.GetArrayLength();
        if (count > most) throw Wrong($"{_where}{name} has {count} ids; at most {most} are allowed.");
        var ids = new string[count];
        int i = 0;
        foreach (var element in value.EnumerateArray())
        {
            ids[i] = IdOf(element, name, i);
            i++;
        }
        return ids;
    }

    /// <summary>A whole number in a range.</summary>
    public int Whole(string name, int byDefault, int least, int most)
    {
        if (Value(name) is not { } value) return byDefault;
        if (value.ValueKind != JsonValueKind.Number)
            throw Wrong($"{_where}{name}: expected a whole number, found {Kind(value)}.");
        return value.TryGetInt32(out int number) && number >= least && number <= most ? number
            : throw Wrong($"{_where}{name} is {Short(value.GetRawText())}; give a whole number from {least} to {most}.");
    }

    /// <summary>A truth value; false if missing.</summary>
    public bool Flag(string name) => Value(name) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Wrong($"{_where}{name}: expected true or false, found {Kind(other)}."),
    };

    /// <summary>The elements of a list.</summary>
    public JsonElement[] List(string name, int most)
    {
        if (Value(name) is not { ValueKind: JsonValueKind.Array } value) throw Wrong($"{_where}{name}: expected a list.");
        return Elements(value, $"{_where}{name}", most);
    }

    /// <summary>The elements of a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="most">Most elements.</param>
    public static JsonElement[] Elements(JsonElement list, string name, int most)
    {
        int count = list.GetArrayLength();
        return count <= most ? [.. list.EnumerateArray()]
            : throw Wrong($"{name} has {count} elements; at most {most} are allowed.");
    }

    /// <summary>A text as a message may show it: short, without control characters.</summary>
    public static string Short(string text) =>
        string.Concat((text.Length <= 60 ? text : $"{text[..60]}...").Select(c => char.IsControl(c) ? ' ' : c));

    private JsonElement? Value(string name) =>
        _json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string IdOf(JsonElement value, string name, int? index = null)
    {
        if (value.ValueKind == JsonValueKind.String && Text(value) is { } text) return text;
        if (value.ValueKind == JsonValueKind.Number && value.GetRawText() is { Length: <= 20 } digits
            && !digits.AsSpan().ContainsAny('.', 'e', 'E'))
            return digits;
        string place = index is null ? name : $"{name}[{index}]";
        throw Wrong($"{_where}{place}: expected an id (a string or a whole number), found {Kind(value)}.");
    }

    // Null for text that is not Unicode, such as half of a surrogate pair.
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => Text(value) is null ? "text that is not Unicode" : "a string",
        JsonValueKind.Number => $"the number {Short(value.GetRawText())}",
        JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => "null",
    };

    // Whatever was sent, one of the few names was meant.
    private static string Nearest(string name, string[] names)
    {
        string start = (name.Length > 60 ? name[..60] : name).ToLowerInvariant();
        return names.MinBy(known => Spelling.Distance(start, known.ToLowerInvariant()))!;
    }
}
