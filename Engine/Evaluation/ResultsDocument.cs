using System.Text.Json;
using System.Text.Json.Serialization;
using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>A metric in <c>results.json</c>; null if no user was evaluated, or if it has no standard error.</summary>
public sealed record ResultsValue(double? Mean, double? StandardError);

/// <summary>The contents of <c>results.json</c>.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Data">The prepared dataset.</param>
/// <param name="Split"><c>validation</c> or <c>test</c>.</param>
/// <param name="Users">Evaluated users.</param>
/// <param name="SkippedUsers">Users with nothing held out.</param>
/// <param name="Metrics">By name, in the order asked for.</param>
/// <param name="EmptyFoldIn">Evaluated users of whom the model was shown nothing.</param>
/// <param name="Input"><c>train</c> if the model saw the users' training clicks alone; else null and not in the file.</param>
/// <param name="Protocol">Name of the <see cref="EvaluationProtocol"/>; null and not in the file if it is the default.</param>
/// <param name="Predictions">How a file of predictions fits the data; null and not in the file for a run.</param>
public sealed record ResultsDocument(
    string Model, string Data, string Split, int Users, int SkippedUsers, IReadOnlyDictionary<string, ResultsValue> Metrics,
    int EmptyFoldIn = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Input = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Protocol = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PredictionCounts? Predictions = null)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>True where <see cref="Data"/> can be a folder.</summary>
    [JsonIgnore]
    public bool NamesItsData => Data.Length > 0 && !Data.Contains('\0');

    /// <summary>The document of an evaluation.</summary>
    public static ResultsDocument From(EvaluationResult result, string model, string data, string split) =>
        new(model, data, split, result.Users, result.SkippedUsers, result.Metrics.ToDictionary(
            m => m.Metric.Name, m => new ResultsValue(Finite(m.Mean), Finite(m.StandardError))), result.EmptyFoldIn);

    /// <summary>True for another evaluation of the same part of the same data under the same protocol.</summary>
    public bool SamePart(ResultsDocument other) =>
        (Data, Split, Protocol, Input) == (other.Data, other.Split, other.Protocol, other.Input);

    /// <summary>The JSON text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <summary>Writes the file.</summary>
    public void Save(string path) => AtomicFile.WriteText(path, ToJson() + "\n");

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">No such file, or not a results file.</exception>
    public static ResultsDocument Load(string path)
    {
        try
        {
            var results = JsonSerializer.Deserialize<ResultsDocument>(File.ReadAllText(path), Format)
                ?? throw new InputException($"{path}: holds no results; evaluate the run again.");
            if (!results.NamesItsData) throw new JsonException("data names no folder");
            return results.Metrics.FirstOrDefault(metric => metric.Value is null).Key is not string empty ? results
                : throw new JsonException($"{empty} has no value");
        }
        catch (Exception problem) when (problem is JsonException or IOException)
        {
            throw new InputException($"{path}: no readable results ({problem.Message}); evaluate the run first.", problem);
        }
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
