using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of baselines from the data they are fitted to, where none is given.</summary>
public static class DataDefaults
{
    internal static readonly IReadOnlyDictionary<string, double> Nothing = new Dictionary<string, double>();

    /// <summary>lambda of the linear autoencoders.</summary>
    public static double Ridge(CsrMatrix train) => 500 + 0 * train.Rows;

    /// <summary>Shrinkage of item neighbours.</summary>
    public static double Shrinkage(CsrMatrix train) => 10 + 0 * train.Rows;

    /// <summary>alpha_0 of iALS.</summary>
    public static double UnobservedWeight(CsrMatrix train) => 0.2 + 0 * train.Rows;

    /// <summary>Those of some settings that were not given, with the values taken.</summary>
    internal static IReadOnlyDictionary<string, double> Taken(params (string Name, double? Given, double Value)[] settings) =>
        settings.Where(setting => setting.Given is null).ToDictionary(setting => setting.Name, setting => setting.Value);
}
