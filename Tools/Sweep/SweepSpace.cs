using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Tools.Sweep;

/// <summary>The settings that a sweep varies, and the trials that come of them.</summary>
internal sealed class SweepSpace
{
    /// <summary>Reads the dimensions, as <see cref="SweepDimension.Parse"/> does.</summary>
    /// <exception cref="InputException">One is no dimension, or given twice; there is none.</exception>
    public SweepSpace(IEnumerable<string> dimensions)
    {
        var all = new List<SweepDimension>();
        foreach (string text in dimensions)
        {
            var dimension = SweepDimension.Parse(text);
            if (all.Any(d => d.Name == dimension.Name)) throw new InputException(
                $"--vary {dimension.Name}: given twice; put all its values into one.");
            all.Add(dimension);
        }
        if (all.Count == 0) throw new InputException(
            "--vary is missing: name what to vary, such as --vary beta=0.1,0.2,0.4.");
        Dimensions = all;
    }

    /// <summary>The dimensions, in the order given.</summary>
    public IReadOnlyList<SweepDimension> Dimensions { get; }

    /// <summary>Every combination of the values.</summary>
    /// <exception cref="InputException">A dimension is a range.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Grid()
    {
        if (Dimensions.FirstOrDefault(d => d.Values is null) is { } range)
            throw new InputException($"--vary {range.Name}: a range has no end of values; give values, or draw with --random N.");
        IEnumerable<Dictionary<string, string>> trials = [[]];
        foreach (var dimension in Dimensions)
            trials = trials.SelectMany(trial => dimension.Values!
                .Select(value => new Dictionary<string, string>(trial) { [dimension.Name] = value }));
        return [.. trials];
    }

    /// <summary>Independent draws; the same seed draws the same trials, and more of them begin with the fewer.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Draw(int count, ulong seed) =>
        [.. Enumerable.Range(0, count).Select(number => Draw(seed, number))];

    /// <summary>The draw of one trial.</summary>
    /// <param name="seed">Seed of the search.</param>
    /// <param name="number">Number of the trial, from 0.</param>
    public IReadOnlyDictionary<string, string> Draw(ulong seed, int number)
    {
        var key = new RandomKey(seed, (uint)number, RandomPurpose.Study);
        return Dimensions.Select((d, i) => (d.Name, Value: d.Values is { } values
                ? values[CounterRandom.Below(key, (uint)i, 0, values.Length)] : d.At(CounterRandom.Uniform(key, (uint)i, 0))))
            .ToDictionary(p => p.Name, p => p.Value);
    }
}
