using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of baselines from the data they are fitted to, where none is given. The rules were found on validation parts of sets
/// from 400 to 24,000 users and densities from 0.1 to 4 %; what they cost against the best value of each set is in
/// docs/which-model.md. They are where a search begins, not where it ends.
/// </summary>
public static class DataDefaults
{
    internal static readonly IReadOnlyDictionary<string, double> Nothing = new Dictionary<string, double>();

    /// <summary>
    /// lambda of the linear autoencoders: 60 density^(1/4) k^(1/2), from 1 to 1000 and to two digits, where k is how many clicks
    /// the item of a click has in the mean. A ridge acts against the item counts in X'X, so it rises with them; sparse data needs
    /// less of it than dense data with items as popular.
    /// </summary>
    /// <param name="train">Clicks.</param>
    public static double Ridge(CsrMatrix train)
    {
        double squares = train.ColumnCounts().Sum(count => (double)count * count);
        double popularity = squares / Math.Max(1, train.EntryCount);
        return TwoDigits(60 * Math.Pow(Density(train), 0.25) * Math.Sqrt(popularity), 1, 1000);
    }

    /// <summary>
    /// Shrinkage of item neighbours: 1.5 / density^(1/2), at most 100 and to two digits. The sparser the data, the more of a
    /// high cosine is chance.
    /// </summary>
    /// <param name="train">Clicks.</param>
    public static double Shrinkage(CsrMatrix train) => TwoDigits(1.5 / Math.Sqrt(Density(train)), 0, 100);

    /// <summary>
    /// alpha_0 of iALS: 20 times the density, from 0.001 to 0.2 and to two digits. The ridge of a user is
    /// lambda (clicks + alpha_0 items): with a weight that does not fall with the density, what users did not click drowns the
    /// clicks of sparse data.
    /// </summary>
    /// <param name="train">Clicks.</param>
    public static double UnobservedWeight(CsrMatrix train) => TwoDigits(20 * Density(train), 0.001, 0.2);

    /// <summary>Clicks / (users x items); 1 without any.</summary>
    private static double Density(CsrMatrix train) =>
        train.EntryCount == 0 ? 1 : train.EntryCount / ((double)train.Rows * train.Columns);

    /// <summary>A rule is no more exact than that, and people read the value.</summary>
    private static double TwoDigits(double value, double least, double most)
    {
        value = Math.Clamp(value, least, most);
        double unit = value == 0 ? 1 : Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        return (double)(Math.Round((decimal)(value / unit)) * (decimal)unit);
    }

    /// <summary>Those of some settings that were not given, with the values taken.</summary>
    internal static IReadOnlyDictionary<string, double> Taken(params (string Name, double? Given, double Value)[] settings) =>
        settings.Where(setting => setting.Given is null).ToDictionary(setting => setting.Name, setting => setting.Value);
}
