using ManualVae.Data;
using ManualVae.Tools.Bench;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

public sealed class ServeBenchTests(ServedRuns runs) : IClassFixture<ServedRuns>
{
    [Fact]
    public async Task A_load_is_answered_without_errors()
    {
        await using var service = await runs.Start();
        var load = await ServeBench.Run(new(service.Urls.Single()), 4, 300, rate: 0, default);
        Assert.Equal((300, 0), (load.Requests, load.Errors));
        Assert.InRange(load.MedianSeconds, double.Epsilon, load.P99Seconds);
        Assert.InRange(load.P99Seconds, load.MedianSeconds, load.MaxSeconds);
    }

    [Fact]
    public async Task A_rate_is_kept()
    {
        await using var service = await runs.Start();
        var load = await ServeBench.Run(new(service.Urls.Single()), 8, 100, rate: 200, default);
        Assert.InRange(load.AnswersPerSecond, 20, 205); // 100 requests in half a second, or more on a busy machine
        Assert.Equal(0, load.Errors);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_is_refused() =>
        Assert.Contains("no service answers there", (await Assert.ThrowsAsync<InputException>(
            () => ServeBench.Run(new("http://127.0.0.1:9"), 1, 1, 0, default))).Message, StringComparison.Ordinal);
}
