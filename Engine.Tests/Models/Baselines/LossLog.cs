using System.Globalization;
using ManualVae.Models.Baselines;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

/// <summary>The losses that a fit reports, one an epoch.</summary>
internal sealed class LossLog
{
    private readonly List<double> _losses = [];

    /// <summary>Listens.</summary>
    public FitMonitor Monitor => new(line =>
    {
        if (line.Contains("loss"))
            _losses.Add(double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    });

    /// <summary>There were so many epochs, and the last loss is a fifth below the first.</summary>
    public void AssertFell(int epochs)
    {
        Assert.Equal(epochs, _losses.Count);
        Assert.True(_losses[^1] < 0.8 * _losses[0], $"{_losses[0]} to {_losses[^1]}");
    }
}
