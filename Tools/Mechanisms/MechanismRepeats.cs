using ManualVae.Study;

namespace ManualVae.Tools.Mechanisms;

/// <summary>The figures of every setting with every seed, and their means with uncertainty.</summary>
internal sealed class MechanismRepeats
{
    private readonly OrderedDictionary<string, List<Dictionary<MechanismFigure, Interval>>> _values = [];

    /// <summary>The settings, in the order in which they were added.</summary>
    public IReadOnlyList<string> Settings => _values.Keys;

    /// <summary>True if there are figures of a setting.</summary>
    public bool Has(string setting) => _values.ContainsKey(setting);

    /// <summary>Adds a setting's figures with one more seed.</summary>
    public void Add(string setting, Dictionary<MechanismFigure, Interval> figures)
    {
        if (!_values.TryGetValue(setting, out var seeds)) _values[setting] = seeds = [];
        seeds.Add(figures);
    }

    /// <summary>The figures of a setting, in the order in which they were measured.</summary>
    public IEnumerable<MechanismFigure> Measured(string setting) => _values[setting][0].Keys;

    /// <summary>A figure for each seed; NaN if it was not measured.</summary>
    public IEnumerable<Interval> Each(string setting, MechanismFigure figure) =>
        _values.GetValueOrDefault(setting, []).Select(seed => seed.GetValueOrDefault(figure, Interval.Exactly(double.NaN)));

    /// <summary>A figure over all seeds.</summary>
    public Interval this[string setting, MechanismFigure figure]
    {
        get
        {
            var mean = Estimates.Repeats(Each(setting, figure), figure.OnTestUsers);
            return figure.IsShare ? new(mean.Value, Math.Max(0, mean.Low), Math.Min(1, mean.High)) : mean;
        }
    }

    /// <summary>One setting's figure minus another's, paired by seed.</summary>
    public Interval Difference(string setting, MechanismFigure figure, string other, MechanismFigure otherFigure) =>
        Estimates.Repeats(Each(setting, figure).Zip(Each(other, otherFigure), (a, b) => a - b), figure.OnTestUsers);

    /// <summary>The sum of a count over settings and seeds.</summary>
    public double Total(MechanismFigure figure) => Settings.Sum(setting => Total(setting, figure));

    /// <summary>The sum of a count over seeds.</summary>
    public double Total(string setting, MechanismFigure figure) =>
        Each(setting, figure).Where(i => double.IsFinite(i.Value)).Sum(i => i.Value);
}
