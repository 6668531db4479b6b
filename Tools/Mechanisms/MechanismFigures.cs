using System.Text.Json;
using ManualVae.Data;
using ManualVae.Study;

namespace ManualVae.Tools.Mechanisms;

/// <summary>What was measured of one trained run: numbers by name.</summary>
/// <param name="Request">What was asked for; figures of another request are measured again.</param>
/// <param name="Values">The numbers.</param>
internal sealed record MechanismFigures(string Request, Dictionary<string, Interval> Values)
{
    /// <summary>The figures kept in a file, or those that are measured now and kept there.</summary>
    public static MechanismFigures ReadOrMeasure(string file, string request, Func<Dictionary<string, Interval>> measure)
    {
        try
        {
            if (File.Exists(file) && JsonSerializer.Deserialize<MechanismFigures>(
                File.ReadAllText(file), Terminal.Json) is { Values: not null } kept
                && kept.Request == request)
                return kept;
        }
        catch (JsonException)
        {
            // Not ours, or damaged: measured again below.
        }
        var figures = new MechanismFigures(request, measure());
        AtomicFile.WriteText(file, Terminal.ToJson(figures) + "\n");
        return figures;
    }
}

/// <summary>The figures of every setting with every seed, and their means with uncertainty.</summary>
internal sealed class MechanismRepeats
{
    /// <summary>
    /// Measured on the same test users with every seed; all else is measured on users that each seed draws anew.
    /// </summary>
    private static readonly HashSet<string> OnTestUsers = [MechanismNames.Ndcg, MechanismNames.Recall];

    private readonly List<string> _settings = [];
    private readonly Dictionary<string, List<Dictionary<string, Interval>>> _values = [];

    /// <summary>The settings, in the order they came.</summary>
    public IReadOnlyList<string> Settings => _settings;

    /// <summary>Adds a setting's figures with one more seed.</summary>
    public void Add(string setting, MechanismFigures figures)
    {
        if (!_values.TryGetValue(setting, out var values))
        {
            _settings.Add(setting);
            _values[setting] = values = [];
        }
        values.Add(figures.Values);
    }

    /// <summary>The figure's names, in the order measured.</summary>
    public IEnumerable<string> Names(string setting) => _values[setting][0].Keys;

    /// <summary>A figure with each seed; NaN where it was not measured.</summary>
    public IReadOnlyList<Interval> Each(string setting, string name) =>
        [.. _values[setting].Select(values => values.GetValueOrDefault(name, Interval.Exactly(double.NaN)))];

    /// <summary>A figure over all seeds.</summary>
    public Interval this[string setting, string name]
    {
        get
        {
            var mean = Estimates.Repeats(Each(setting, name), OnTestUsers.Contains(name));
            return MechanismNames.IsShare(name) ? new(mean.Value, Math.Max(0, mean.Low), Math.Min(1, mean.High)) : mean;
        }
    }

    /// <summary>One setting's figure less another's, seed by seed.</summary>
    public Interval Difference(string setting, string name, string other, string otherName) => Estimates.Repeats(
        Each(setting, name).Zip(Each(other, otherName), (a, b) => a - b), OnTestUsers.Contains(name));

    /// <summary>The sum over settings and seeds: counts.</summary>
    public double Total(string name) => _settings.Sum(setting => Total(setting, name));

    /// <summary>The sum over seeds: a count.</summary>
    public double Total(string setting, string name) =>
        Each(setting, name).Where(i => double.IsFinite(i.Value)).Sum(i => i.Value);
}
