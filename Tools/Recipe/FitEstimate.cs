using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Tools.Recipe;

/// <summary>
/// Seconds that a fit will take, before it begins: from operation counts and a rate of products that is measured first. It has
/// to tell minutes from hours; later fits of the same model go by the time of the earlier ones, and a fit is stopped when its
/// time is over.
/// </summary>
internal static class FitEstimate
{
    private static readonly Lazy<double> s_rate = new(MeasuredRate);
    private const int MostItemsOfSample = 20_000; // above, X'X alone takes too long to time SLIM by a sample

    /// <summary>The estimate; 0 for a model that is fast on all data.</summary>
    /// <param name="model">Name of a baseline.</param>
    /// <param name="train">Clicks.</param>
    /// <param name="factors">Of iALS.</param>
    /// <exception cref="InputException">Memory cannot hold the fit.</exception>
    public static double Seconds(string model, CsrMatrix train, int factors = 128)
    {
        double items = train.Columns, rate = s_rate.Value;
        return model switch
        {
            "ease" or "edlae" => 2 * items * items * items / rate, // an inverse
            "elsa" => Elsa(train) / rate,
            "ials" => new IalsSettings().Epochs * 2.0 * factors * factors
                * (2.0 * train.EntryCount + (items + train.Rows) * factors / 3) / rate,
            "slim" => train.Columns > MostItemsOfSample ? double.PositiveInfinity
                : Slim.EstimateSeconds(train, new SlimSettings(), monitor: new(null, Session.Cancellation)),
            _ => 0,
        };
    }

    /// <summary>
    /// Operations of ELSA's default training: two products of factors x factors for each item and user of a batch.
    /// </summary>
    private static double Elsa(CsrMatrix train)
    {
        var settings = new ElsaSettings();
        int steps = (train.Rows + settings.BatchSize - 1) / settings.BatchSize;
        return settings.Epochs * steps * 4.0 * ((double)train.Columns + settings.BatchSize) * settings.Factors * settings.Factors;
    }

    /// <summary>Operations a second: half of what a product of a few milliseconds reaches now, with all cores.</summary>
    private static double MeasuredRate()
    {
        const int side = 512;
        using var backend = Backends.Create("simd");
        var (a, b, c) = (backend.Allocate(side, side), backend.Allocate(side, side), backend.Allocate(side, side));
        double best = Timing.Of(() => backend.MatMul(Transpose.None, a, b, c), runs: 10, seconds: 0).Best;
        return 0.5 * 2 * side * side * side / best;
    }
}
