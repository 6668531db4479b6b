using System.Globalization;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Tools.Sweep;

/// <summary>The settings that a sweep varies, and the trials that come of them.</summary>
internal sealed class SweepSpace
{
    private readonly List<(string Name, string[]? Values, (double Low, double High, bool Log)? Range)> _dimensions = [];

    /// <summary>
    /// Reads <c>name=v1,v2,v3</c> (values that are lists themselves are separated by <c>|</c>), <c>name=low..high</c> or
    /// <c>name=log:low..high</c>.
    /// </summary>
    /// <exception cref="InputException">A dimension that is none of these, or that is given twice.</exception>
    public SweepSpace(IEnumerable<string> dimensions)
    {
        foreach (string text in dimensions)
        {
            int equals = text.IndexOf('=');
            if (equals < 1 || equals == text.Length - 1)
                throw new InputException($"--vary '{text}': write name=v1,v2,v3 or name=low..high or name=log:low..high.");
            var (name, values) = (text[..equals].TrimStart('-'), text[(equals + 1)..]);
            if (_dimensions.Any(d => d.Name == name)) throw new InputException(
                $"--vary {name}: given twice; put all its values into one.");
            if (values.Contains("..", StringComparison.Ordinal)) _dimensions.Add((name, null, Range(text, values)));
            else _dimensions.Add((name, values.Split(values.Contains('|') ? '|' : ',', StringSplitOptions.TrimEntries), null));
        }
        if (_dimensions.Count == 0) throw new InputException(
            "--vary is missing: name what to vary, such as --vary beta=0.1,0.2,0.4.");
    }

    /// <summary>Every combination of the values.</summary>
    /// <exception cref="InputException">A dimension is a range.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Grid()
    {
        if (_dimensions.FirstOrDefault(d => d.Values is null) is { Name: not null } range)
            throw new InputException($"--vary {range.Name}: a range has no end of values; give values, or draw with --random N.");
        IEnumerable<Dictionary<string, string>> trials = [[]];
        foreach (var (name, values, _) in _dimensions)
            trials = trials.SelectMany(trial => values!
                .Select(value => new Dictionary<string, string>(trial) { [name] = value }));
        return [.. trials];
    }

    /// <summary>Independent draws; the same seed draws the same trials, and more of them begin with the fewer.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Draw(int count, ulong seed)
    {
        var trials = new List<IReadOnlyDictionary<string, string>>();
        for (int t = 0; t < count; t++)
        {
            var key = new RandomKey(seed, (uint)t, RandomPurpose.Study);
            trials.Add(_dimensions.Select((d, i) => (d.Name, Value: Draw(d.Values, d.Range, key, (uint)i)))
                .ToDictionary(p => p.Name, p => p.Value));
        }
        return trials;
    }

    private static string Draw(string[]? values, (double Low, double High, bool Log)? range, RandomKey key, uint dimension)
    {
        if (values is not null) return values[CounterRandom.Below(key, dimension, 0, values.Length)];
        var (low, high, log) = range!.Value;
        double share = CounterRandom.Uniform(key, dimension, 0);
        double value = log ? low * Math.Pow(high / low, share) : low + (high - low) * share;
        bool whole = low == Math.Floor(low) && high == Math.Floor(high) && high - low >= 2; // 64..512 means whole numbers
        return whole ? $"{Math.Round(value)}" : $"{value:G4}";
    }

    private static (double, double, bool) Range(string text, string values)
    {
        bool log = values.StartsWith("log:", StringComparison.Ordinal);
        string[] ends = (log ? values[4..] : values).Split("..");
        if (ends.Length != 2 || !Read(ends[0], out double low) || !Read(ends[1], out double high) || !(low < high)
            || (log && low <= 0))
            throw new InputException(
                $"--vary '{text}': a range is low..high with low below high{(log ? ", both above 0" : "")}.");
        return (low, high, log);

        static bool Read(string number, out double value) =>
            double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
