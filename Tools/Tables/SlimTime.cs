using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Tables;

/// <summary>How long SLIM's search would take, from a timed sample of items.</summary>
internal static class SlimTime
{
    /// <summary>Whether it fits; if not, says why it is left out and how to force it.</summary>
    /// <param name="data">The data.</param>
    /// <param name="grid">SLIM's grid; its two corners are timed, as the weakest penalties take longest.</param>
    /// <param name="most">Most trials of the search; 0 for one fit with default settings.</param>
    /// <param name="limit">Most minutes.</param>
    public static bool Fits(PreparedDataset data, IReadOnlyList<GridAxis> grid, int most, double limit)
    {
        var monitor = new FitMonitor(null, Session.Cancellation);
        SlimSettings Corner(Func<IEnumerable<double>, double> end) => new(end(grid[0].Values), end(grid[1].Values));
        double minutes = most == 0 ? Slim.EstimateSeconds(data.Train, new SlimSettings(), monitor: monitor) / 60
            : (Slim.EstimateSeconds(data.Train, Corner(v => v.Min()), monitor: monitor)
                + Slim.EstimateSeconds(data.Train, Corner(v => v.Max()), monitor: monitor)) / 2 * (most + 1) / 60;
        if (minutes <= limit) return true;
        Console.Error.WriteLine($"SLIM: left out, as its {(most == 0 ? "fit" : $"{most} trials and fit")} would take about "
            + $"{Readable.Clock(TimeSpan.FromMinutes(minutes))} here, more than --slim-limit {limit} (minutes); name it in "
                + "--rows, or "
            + "raise the limit");
        return false;
    }
}
