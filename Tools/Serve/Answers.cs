using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ManualVae.Serving;

namespace ManualVae.Tools.Serve;

/// <summary>A click that brought an item up.</summary>
internal sealed record WhyAnswer(string Id, string? Title, double Contribution);

/// <summary>An item of a list. The score has the digits that the command line's JSON has.</summary>
internal sealed record ItemAnswer(
    string Id, string? Title, double Score,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Genres,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<WhyAnswer>? Why)
{
    /// <summary>The items of a list.</summary>
    public static IReadOnlyList<ItemAnswer> Of(IReadOnlyList<RankedItem> items) =>
        [.. items.Select(item => new ItemAnswer(item.Id, item.Title, item.Score, item.Genres,
            item.Why?.Select(why => new WhyAnswer(why.Id, why.Title, why.Contribution)).ToArray()))];
}

/// <summary>Recommendations, or in a batch the error in their place.</summary>
internal sealed record RecommendAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ItemAnswer>? Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Unknown,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool FromPopularity = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Status = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null)
{
    /// <summary>The answer of a recommender.</summary>
    public static RecommendAnswer Of(Recommendations answer) =>
        new(ItemAnswer.Of(answer.Items), answer.Unknown, answer.FromPopularity);
}

/// <summary>Answers in the order of the queries.</summary>
internal sealed record BatchAnswer(IReadOnlyList<RecommendAnswer> Answers);

/// <summary>The neighbours of an item.</summary>
internal sealed record SimilarAnswer(string Item, string? Title, string By, IReadOnlyList<ItemAnswer> Items);

/// <summary>A refusal.</summary>
internal sealed record ErrorAnswer(string Error);

/// <summary>An item of the catalogue.</summary>
internal sealed record FoundItem(string Id, string? Title, string? Genres, int Clicks);

/// <summary>Items by title.</summary>
internal sealed record FoundItems(IReadOnlyList<FoundItem> Items, int Total);

/// <summary>Users by id.</summary>
internal sealed record FoundUsers(IReadOnlyList<string> Users, int Total);

/// <summary>What a user clicked.</summary>
internal sealed record HistoryAnswer(string User, IReadOnlyList<FoundItem> Items);

/// <summary>An item on the map.</summary>
internal sealed record MapPoint(string Id, string? Title, double X, double Y);

/// <summary>The items with the most clicks, by the first two principal components of their vectors.</summary>
internal sealed record MapAnswer(string By, double[] Variance, int Total, IReadOnlyList<MapPoint> Items);

/// <summary>A model in service.</summary>
internal sealed record ModelAnswer(string Name, string Model, int Items, int Users, bool Map, DateTimeOffset Loaded);

/// <summary>The state of the service.</summary>
internal sealed record HealthAnswer(string Status, string Version, IReadOnlyList<ModelAnswer> Models);

/// <summary>The answers as JSON.</summary>
[JsonSerializable(typeof(RecommendAnswer))]
[JsonSerializable(typeof(RecommendAnswer[]))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(SimilarAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(FoundItems))]
[JsonSerializable(typeof(FoundUsers))]
[JsonSerializable(typeof(HistoryAnswer))]
[JsonSerializable(typeof(MapAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>Titles stay readable: nobody puts the answers into markup, and their type says that they are none.</summary>
    public static AnswerJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
