using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

public class BetaScheduleTests
{
    [Theory]
    // The reference code on ML-20M: min(0.2, t / 200000); 234 updates an epoch reach the cap during epoch 171.
    [InlineData(BetaScheduleKind.Linear, 0.2, 200_000, 0, 0.0)]
    [InlineData(BetaScheduleKind.Linear, 0.2, 200_000, 1, 0.000005)]
    [InlineData(BetaScheduleKind.Linear, 0.2, 200_000, 20_000, 0.1)]
    [InlineData(BetaScheduleKind.Linear, 0.2, 200_000, 39_999, 0.199995)]
    [InlineData(BetaScheduleKind.Linear, 0.2, 200_000, 40_000, 0.2)]
    [InlineData(BetaScheduleKind.Linear, 0.2, 200_000, 1_000_000, 0.2)] // never above the cap (a public port overshoots to 1)
    [InlineData(BetaScheduleKind.Linear, 0.3, 0, 0, 0.3)]
    [InlineData(BetaScheduleKind.Constant, 0.3, 100, 0, 0.3)]
    [InlineData(BetaScheduleKind.Cyclical, 0.4, 100, 0, 0.0)]
    [InlineData(BetaScheduleKind.Cyclical, 0.4, 100, 25, 0.2)]
    [InlineData(BetaScheduleKind.Cyclical, 0.4, 100, 50, 0.4)]
    [InlineData(BetaScheduleKind.Cyclical, 0.4, 100, 99, 0.4)]
    [InlineData(BetaScheduleKind.Cyclical, 0.4, 100, 100, 0.0)]
    [InlineData(BetaScheduleKind.Anneal, 0.2, 1000, 900, 0.9)]
    [InlineData(BetaScheduleKind.Anneal, 0.2, 1000, 5000, 1.0)]
    [InlineData(BetaScheduleKind.Hold, 0.2, 1000, 500, 0.5)]
    public void Beta_has_its_published_numbers(BetaScheduleKind kind, double beta, long steps, long update, double expected) =>
        Assert.Equal(expected, new BetaSchedule(kind, beta, steps).At(update), 12);

    [Fact]
    public void Hold_stops_rising_once_validation_drops()
    {
        var schedule = new BetaSchedule(BetaScheduleKind.Hold, 1, 1000);
        schedule.Validated(improved: true, schedule.At(100));
        Assert.Equal(0.2, schedule.At(200), 12);
        schedule.Validated(improved: false, schedule.At(200));
        Assert.Equal(0.2, schedule.At(900), 12);
        schedule.Validated(improved: false, schedule.At(900));
        Assert.Equal(0.2, schedule.At(5000), 12);
    }
}
