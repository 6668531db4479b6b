using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ManualVae.Tools.Serve;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

/// <summary>Hostile requests are refused in bounded time, and the service answers others afterwards.</summary>
[Collection(nameof(CommandLine))]
public sealed class ServeLimitTests(ServedRuns runs) : IClassFixture<ServedRuns>
{
    // Far above what a refusal takes, far below what a hanging service would.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Too_many_ids_too_long_lists_and_too_large_bodies_are_refused()
    {
        await using var service = await runs.Start();
        using var client = service.Client();
        client.Timeout = Bound;
        string ids = string.Join(',', Enumerable.Range(1, 10_000));
        foreach (string name in new[] { "items", "exclude", "allow" })
        {
            var answer = await client.Post("/recommend", $$"""{"user": 1, "{{name}}": [{{ids}}]}""");
            Assert.Equal((400, $"{name} has 10000 ids; at most 5000 are allowed."), (answer.Status, answer.Error));
        }
        string queries = string.Join(',', Enumerable.Repeat("""{"user": 1}""", 101));
        Assert.Contains("at most 100", (await client.Post("/recommend/batch", $$"""{"queries": [{{queries}}]}""")).Error);
        Assert.Equal(400, (await client.Get($"/items?q={new string('a', 300)}")).Status);
        Assert.Equal(200, (await client.Post("/recommend",
            $$"""{"items": [{{string.Join(',', Enumerable.Range(1, 5000))}}], "top": 500}""")).Status);
        string large = $$"""{"items": ["{{new string('x', 10_000_000)}}"]}""";
        var refused = await client.Post("/recommend", large);
        Assert.Equal((413, "The body is too large; at most 1000000 bytes are allowed."), (refused.Status, refused.Error));
        Assert.Equal(400, (await client.Post("/recommend", new string('[', 900_000))).Status);
        Assert.Equal(200, (await client.Post("/recommend", """{"user": 1}""")).Status);
    }

    [Theory]
    [InlineData("POST /recommend HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"user\"", "408")]
    [InlineData("POST /recommend HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"use", "408")]
    [InlineData("POST /recommend HTTP/1.1\r\nHost: x\r\nX-Slow: ", "408")]
    [InlineData("POST /recommend HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400")]
    [InlineData("nonsense\r\n\r\n", "400")]
    public async Task A_client_that_goes_quiet_is_cut_off(string sent, string status)
    {
        await using var service = await runs.Start(new ServeOptions { Timeout = 1 });
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, new Uri(service.Urls.Single()).Port);
        var clock = Stopwatch.StartNew();
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));
        using var reader = new StreamReader(slow.GetStream());
        using var bound = new CancellationTokenSource(Bound);
        Assert.StartsWith($"HTTP/1.1 {status}", await reader.ReadLineAsync(bound.Token));
        Assert.True(clock.Elapsed < Bound);
        using var client = service.Client();
        Assert.Equal(200, (await client.Post("/recommend", """{"user": 1}""")).Status);
    }

    [Fact]
    public async Task More_than_the_queue_takes_is_answered_503_with_the_time_to_wait()
    {
        await using var service = await runs.Start(new ServeOptions { MaxQueue = 4, MaxBatch = 4 });
        using var client = service.Client();
        string four = """{"queries": [{"user": 1}, {"user": 2}, {"user": 3}, {"user": 4}]}""";
        int refused = 0, answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 50 || (Volatile.Read(ref refused) == 0 && i < 5000); i++)
            {
                using var content = new StringContent(four);
                using var response = await client.PostAsync(new Uri("/recommend/batch", UriKind.Relative), content);
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    Interlocked.Increment(ref refused);
                    Assert.Equal("1", Assert.Single(response.Headers.GetValues("Retry-After")));
                }
                else
                {
                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                    Interlocked.Increment(ref answered);
                }
            }
        })));
        Assert.True(refused > 0 && answered > 0, $"{refused} refused, {answered} answered");
        Assert.Equal(200, (await client.Post("/recommend", """{"user": 1}""")).Status);
    }
}
