using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Tools.Recipe;

/// <summary>
/// Seconds that a fit will take, before it begins: from operation counts at a modest rate. It has to tell minutes from hours;
/// later fits of the same model go by the time of the earlier ones, and a fit is stopped when its time is over.
/// </summary>
internal static class FitEstimate
{
    private const double RatePerCore = 1e10; // operations a second
    private const int MostItemsOfSample = 20_000; // above, X'X alone takes too long to time SLIM by a sample

    /// <summary>The estimate; 0 for a model that is fast on all data.</summary>
    /// <param name="model">Name of a baseline.</param>
    /// <param name="train">Clicks.</param>
    /// <param name="factors">Of iALS.</param>
    /// <exception cref="InputException">Memory cannot hold the fit.</exception>
    public static double Seconds(string model, CsrMatrix train, int factors = 128)
    {
        double items = train.Columns, rate = RatePerCore * Environment.ProcessorCount;
        return model switch
        {
            "ease" => 2 * items * items * items / rate, // an inverse
            "ials" => new IalsSettings().Epochs * 2.0 * factors * factors
                * (2.0 * train.EntryCount + (items + train.Rows) * factors / 3) / rate,
            "slim" => train.Columns > MostItemsOfSample ? double.PositiveInfinity
                : Slim.EstimateSeconds(train, new SlimSettings(), monitor: new(null, Session.Cancellation)),
            _ => 0,
        };
    }
}
