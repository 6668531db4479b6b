using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;

namespace ManualVae.Tools.Settings;

/// <summary>Values of settings as text, as flags and tables show them.</summary>
internal static class SettingText
{
    private static readonly Type[] Plain =
        [typeof(string), typeof(bool), typeof(int), typeof(long), typeof(uint), typeof(ulong), typeof(double)];

    /// <summary>Reads a value of a type.</summary>
    /// <param name="where">The flag, or file and name, for messages.</param>
    /// <param name="text">What was given; null where a switch was given without a value.</param>
    /// <param name="type">Type of the setting.</param>
    /// <exception cref="InputException">The text is not of that type.</exception>
    public static JsonNode? Read(string where, string? text, Type type)
    {
        const NumberStyles whole = NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands;
        string value = (text ?? "true").Trim();
        if (type == typeof(string)) return value;
        if (type == typeof(bool)) return value.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "1" => true,
            "false" or "no" or "off" or "0" => false,
            _ => throw Refuse(Wanted(type)),
        };
        if (type == typeof(int)) return int.TryParse(value, whole, null, out int i) ? i : throw Refuse(Wanted(type));
        if (type == typeof(long)) return long.TryParse(value, whole, null, out long l) ? l : throw Refuse(Wanted(type));
        if (type == typeof(uint)) return uint.TryParse(value, whole, null, out uint n) ? n : throw Refuse(Wanted(type));
        if (type == typeof(ulong)) return ulong.TryParse(value, whole, null, out ulong u) ? u : throw Refuse(Wanted(type));
        if (type == typeof(double)) return double.TryParse(value, NumberStyles.Float, null, out double d)
            && double.IsFinite(d) ? d : throw Refuse(Wanted(type));
        if (type.IsEnum) return Names(type).Contains(value) ? value : throw Refuse(OneOf(value, Names(type)));
        if (ElementOf(type) is { } element)
        {
            if (value is "null") return null;
            string[] parts = value is "" or "none" or "[]" ? [] : value.Trim('[', ']').Split(',');
            return new JsonArray([.. parts.Select(part => Read($"{where} '{value}':", part, element))]);
        }
        throw new NotSupportedException($"A setting of type {type}.");

        InputException Refuse(string? wanted) => new($"{where} '{value}': give {wanted}.");
    }

    /// <summary>What a flag or a setting of a type takes, for messages; null for texts, lists and names.</summary>
    public static string? Wanted(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? null : Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "true or false",
            TypeCode.Int32 or TypeCode.Int64 => "a whole number",
            TypeCode.UInt32 => $"a whole number of 0 or more, at most {uint.MaxValue}",
            TypeCode.UInt64 => "a whole number of 0 or more",
            TypeCode.Double => "a number",
            _ => null,
        };
    }

    /// <summary>The names to choose from, and which of them was perhaps meant, for messages.</summary>
    public static string OneOf(string value, IEnumerable<string> names) =>
        $"one of {string.Join(", ", names)}{Spelling.Question(value, names)}";

    /// <summary>A value as a flag would take it.</summary>
    public static string Write(JsonNode? value) => value switch
    {
        null => "null",
        JsonArray array => array.Count == 0 ? "none" : string.Join(',', array.Select(Write)),
        _ => value.GetValueKind() == JsonValueKind.String ? (string)value! : value.ToJsonString(),
    };

    /// <summary>What a value of the type looks like, in help.</summary>
    public static string Kind(Type type) =>
        type == typeof(bool) ? "true|false"
        : type == typeof(double) ? "x"
        : type == typeof(string) || type.IsEnum ? "name"
        : ElementOf(type) is { } element ? $"{Kind(element)},{Kind(element)},..."
        : "n";

    /// <summary>True for the types that <see cref="Read"/> knows.</summary>
    public static bool Reads(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || ElementOf(type) is not null || Array.IndexOf(Plain, type) >= 0;
    }

    /// <summary>The names of an enumeration, in help; empty for other types.</summary>
    public static string Choices(Type type) => type.IsEnum ? $"One of {string.Join(", ", Names(type))}." : "";

    // What a list holds; null for other types.
    private static Type? ElementOf(Type type) => type == typeof(string) ? null
        : type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)) ? type.GetGenericArguments()[0] : null;

    /// <summary>The names of an enumeration.</summary>
    public static IEnumerable<string> Names(Type type) =>
        Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName);
}
