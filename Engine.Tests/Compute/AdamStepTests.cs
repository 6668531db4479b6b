using ManualVae.Compute;
using Xunit;

namespace ManualVae.Tests.Compute;

public class AdamStepTests
{
    [Theory]
    [InlineData(1e-3, 1, 0.9, 0.999, 0.00031622776601683816)] // 1e-3 sqrt(0.001) / 0.1
    [InlineData(1e-3, 2, 0.9, 0.999, 0.00023531672532745276)] // 1e-3 sqrt(0.001999) / 0.19
    [InlineData(1e-3, 1000, 0.9, 0.999, 0.0007951758140367678)]
    [InlineData(0.5, 3, 0.5, 0.75, 0.4344830378784442)] // 0.5 sqrt(37 / 64) / (7 / 8)
    public void The_rate_is_corrected_by_the_number_of_the_update(
        double rate, long step, double beta1, double beta2, double expected) =>
        Assert.Equal(expected, new AdamStep(rate, step, beta1, beta2).CorrectedRate, 1e-15);
}
