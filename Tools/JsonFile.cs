using System.Collections;
using System.Reflection;
using System.Text.Json;
using ManualVae.Data;

namespace ManualVae.Tools;

/// <summary>
/// Reads documents that this program wrote. What it cannot have written is refused in one line: no JSON, a property left out, a
/// null where the type has none (in lists and dictionaries too), or what the caller finds wrong.
/// </summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Strict = new(Terminal.Json)
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, PropertyNameCaseInsensitive = true,
    };

    /// <summary>Reads a document.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">What it should be, such as <c>sweep</c>.</param>
    /// <param name="remedy">What to do where it is none.</param>
    /// <param name="wrong">What is wrong with a document that has the right form; null for nothing.</param>
    /// <exception cref="InputException">It is not there or damaged.</exception>
    public static T Read<T>(string file, string what, string remedy, Func<T, string?>? wrong = null) where T : notnull
    {
        try
        {
            var document = JsonSerializer.Deserialize<T>(File.ReadAllText(file), Strict) ?? throw new JsonException("it is null");
            RequireValues(document, typeof(T).Name);
            return wrong?.Invoke(document) is string problem ? throw new JsonException(problem) : document;
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException
            or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            string why = problem.Message.Split('\n')[0].TrimEnd('.', '\r');
            throw new InputException($"{file}: no readable {what} ({why}); {remedy}.", problem);
        }
    }

    /// <summary>Refuses nulls among elements of lists and values of dictionaries; the serializer sees to properties.</summary>
    private static void RequireValues(object value, string name)
    {
        var type = value.GetType();
        if (value is string || type.IsPrimitive || type.IsEnum || type.GetElementType() is { IsPrimitive: true }) return;
        if (value is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary) RequireValue(entry.Value, $"{entry.Key}");
        }
        else if (value is IEnumerable elements)
        {
            foreach (object? element in elements) RequireValue(element, name);
        }
        else if (type.Namespace?.StartsWith(nameof(ManualVae), StringComparison.Ordinal) == true)
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
                if (property.GetIndexParameters().Length == 0 && IsStored(property, type) && property.GetValue(value) is { } part)
                    RequireValues(part, property.Name);
        }
    }

    private static void RequireValue(object? value, string name) =>
        RequireValues(value ?? throw new JsonException($"{name} holds a null"), name);

    // Others are computed, from what may still be wrong.
    private static bool IsStored(PropertyInfo property, Type type) => property.CanWrite
        || type.GetConstructors().Any(made => made.GetParameters().Any(p => p.Name == property.Name));
}
