using System.Text.Json.Serialization;
using ManualVae.Evaluation;
using ManualVae.Models;

namespace ManualVae.Tools.ColdItems;

/// <summary>What a row found in one draw: of each kind of held-out items, the users and their values by metric.</summary>
internal sealed record ColdResult(Dictionary<string, ColdPart> Parts)
{
    /// <summary>The metrics of the table.</summary>
    public const string Metrics = "Recall@10,NDCG@10,Recall@25,NDCG@25";

    /// <summary>What is held out and ranked, in the order of the tables.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [ColdAlone, "cold items among all", "warm items among all", "all items"];

    /// <summary>Cold items ranked among themselves.</summary>
    public const string ColdAlone = "cold items alone";

    /// <summary>Reads a row's file, or fits and measures the row and writes it.</summary>
    public static ColdResult Open(string path, ColdRow row, ColdDraw draw, ColdChoices choices) => ColdFiles.Open(path, () =>
    {
        using var model = row.Fit(draw, choices);
        return Measure(model, draw, row.Warm);
    }, result => result.Wrong(row.Warm));

    /// <summary>What is wrong with a result that was read: each kind of items must be there, with a value of each user.</summary>
    private string? Wrong(bool warm)
    {
        if ((warm ? Kinds : [ColdAlone]).FirstOrDefault(kind => !Parts.ContainsKey(kind)) is string missing)
            return $"it has nothing of {missing}";
        return Parts.FirstOrDefault(part => !part.Value.IsWhole) is { Key: string kind } ? $"{kind}: not a number for each user"
            : null;
    }

    private static ColdResult Measure(IRecommender model, ColdDraw draw, bool warm)
    {
        ColdPart Evaluate(IRecommender ranked, bool? cold)
        {
            var part = draw.Part(test: true, cold);
            if (!part.HasClicksToFind) return new([], []);
            var result = Evaluator.Evaluate(ranked, part, Metric.ParseList(Metrics), cancellation: Session.Cancellation);
            return new(result.Rows, result.Metrics.ToDictionary(
                m => m.Metric.Name, m => Array.ConvertAll(m.PerUser!, v => Math.Round(v, 7))));
        }
        var parts = new Dictionary<string, ColdPart>
        {
            [ColdAlone] = Evaluate(new RestrictedRecommender(model, draw.ColdItems(test: true)), true),
        };
        if (warm)
            foreach (var (kind, cold) in Kinds.Skip(1).Zip(new bool?[] { true, false, null }))
                parts[kind] = Evaluate(model, cold);
        return new(parts);
    }
}

/// <summary>Users and their values by metric.</summary>
internal sealed record ColdPart(int[] Users, Dictionary<string, double[]> Values)
{
    /// <summary>False for what no evaluation leaves: no number from 0 to 1 for each user and metric.</summary>
    [JsonIgnore]
    public bool IsWhole => Users.Distinct().Count() == Users.Length && (Users.Length == 0 || ColdResult.Metrics.Split(',').All(
        metric => Values.TryGetValue(metric, out double[]? values) && values.Length == Users.Length
            && values.All(value => value is >= 0 and <= 1)));

    /// <summary>The values of each user over draws: their mean. Users come by number.</summary>
    public static ColdPart Mean(IReadOnlyList<ColdPart> draws)
    {
        int[] users = [.. draws.SelectMany(d => d.Users).Distinct().Order()];
        var number = users.Index().ToDictionary(u => u.Item, u => u.Index);
        var values = new Dictionary<string, double[]>();
        foreach (string metric in draws.SelectMany(d => d.Values.Keys).Distinct())
        {
            var (sums, counts) = (new double[users.Length], new int[users.Length]);
            foreach (var draw in draws)
                for (int u = 0; u < draw.Users.Length; u++)
                {
                    sums[number[draw.Users[u]]] += draw.Values[metric][u];
                    counts[number[draw.Users[u]]]++;
                }
            values[metric] = [.. sums.Zip(counts, (sum, count) => sum / count)];
        }
        return new(users, values);
    }
}
