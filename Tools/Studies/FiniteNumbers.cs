using System.Text.Json;
using System.Text.Json.Serialization;

namespace ManualVae.Tools.Studies;

/// <summary>Writes a number that is not finite as null: what cannot be measured (a mean over no pairs) has no value.</summary>
internal sealed class FiniteNumbers : JsonConverter<double>
{
    /// <summary>The format of the documents of studies.</summary>
    public static JsonSerializerOptions Json { get; } = new(Terminal.Json)
    {
        Converters = { new FiniteNumbers() }, NumberHandling = JsonNumberHandling.Strict,
    };

    public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}
