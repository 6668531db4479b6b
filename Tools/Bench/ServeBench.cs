using System.Diagnostics;
using System.Text.Json;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>What a service did under load.</summary>
/// <param name="Requests">Requests sent.</param>
/// <param name="Errors">Answers other than 200, and connections that broke.</param>
/// <param name="AnswersPerSecond">Answers in the whole time.</param>
/// <param name="MedianSeconds">Median latency.</param>
/// <param name="P99Seconds">99th percentile of the latency.</param>
/// <param name="MaxSeconds">Longest latency.</param>
internal sealed record ServeLoad(
    int Requests, int Errors, double AnswersPerSecond, double MedianSeconds, double P99Seconds, double MaxSeconds);

/// <summary>
/// Asks a running service for recommendations from many connections. At a fixed rate a request that has to wait for a free
/// connection counts its waiting time, so that a stalled service does not look fast.
/// </summary>
internal static class ServeBench
{
    private const int Users = 100; // asked for in turn

    /// <summary>Runs the load.</summary>
    /// <param name="url">Where the service listens.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="requests">Requests in all.</param>
    /// <param name="rate">Requests a second; 0 for as many as it answers.</param>
    /// <param name="cancellation">Ends the load.</param>
    public static async Task<ServeLoad> Run(Uri url, int connections, int requests, double rate, CancellationToken cancellation)
    {
        byte[][] bodies = await Bodies(url);
        var seconds = new double[requests];
        int next = 0, errors = 0;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(Ask, cancellation)));
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(seconds);
        return new(requests, errors, requests / wall, seconds[requests / 2], seconds[(int)(requests * 0.99)], seconds[^1]);

        async Task Ask()
        {
            LoadClient? client = null;
            for (int i; (i = Interlocked.Increment(ref next) - 1) < requests;)
            {
                cancellation.ThrowIfCancellationRequested();
                long due = rate > 0 ? start + (long)(i / rate * Stopwatch.Frequency) : Stopwatch.GetTimestamp();
                var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation);
                // A delay is rounded up to the next millisecond, which is not the service's fault.
                long asked = wait > TimeSpan.Zero ? Stopwatch.GetTimestamp() : due;
                try
                {
                    client ??= await LoadClient.Connect(url);
                    if ((await client.Ask(bodies[i % bodies.Length])).Status != 200) Interlocked.Increment(ref errors);
                }
                catch (IOException)
                {
                    Interlocked.Increment(ref errors);
                    client?.Dispose();
                    client = null;
                }
                seconds[i] = Stopwatch.GetElapsedTime(asked).TotalSeconds;
            }
            client?.Dispose();
        }
    }

    // Users that the service knows; somebody without clicks if it knows none.
    private static async Task<byte[][]> Bodies(Uri url)
    {
        using var client = await LoadClient.Connect(url);
        var (status, body) = await client.Ask(LoadClient.Request(url, "GET", $"/users?limit={Users}"), keepBody: true);
        if (status != 200) throw new InputException($"{url}: answers {status}; is it a service of manualvae serve?");
        using var found = JsonDocument.Parse(body);
        string[] users = [.. found.RootElement.GetProperty("users").EnumerateArray().Select(user => user.GetString()!)];
        return users.Length == 0 ? [LoadClient.Request(url, "POST", "/recommend", """{"items": []}""")]
            : [.. users.Select(user => LoadClient.Request(url, "POST", "/recommend", JsonSerializer.Serialize(new { user })))];
    }
}
