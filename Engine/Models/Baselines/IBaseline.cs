namespace ManualVae.Models.Baselines;

/// <summary>A fitted baseline. It can be kept: its settings and <see cref="State"/> give it back.</summary>
public interface IBaseline : IRecommender
{
    /// <summary>
    /// All it knows beside its settings: arrays of float, int or long. Not copies; nobody else may change them.
    /// </summary>
    IReadOnlyList<Array> State { get; }

    /// <summary>
    /// Settings that were left to the data (<see cref="DataDefaults"/>), by name in kebab case; empty where all were given.
    /// </summary>
    IReadOnlyDictionary<string, double> FromData => DataDefaults.Nothing;

    /// <summary>Rows are scored one by one: any number serves.</summary>
    int IRecommender.BatchSize => 256;
}
