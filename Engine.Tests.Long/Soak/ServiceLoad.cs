using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace ManualVae.Tests.Long.Soak;

/// <summary>A service under load from several clients, good and bad requests, its run written anew now and then.</summary>
public static partial class ServiceLoad
{
    private const int Clients = 4;

    private static readonly (string Path, string? Body, HttpStatusCode Status)[] Requests =
    [
        ("/recommend", """{"items": ["i1", "i3"], "top": 5}""", HttpStatusCode.OK),
        ("/recommend", """{"user": "u3", "top": 3, "why": true}""", HttpStatusCode.OK),
        ("/recommend/batch", """{"queries": [{"user": "u1"}, {"items": ["i2"]}]}""", HttpStatusCode.OK),
        ("/similar", """{"item": "i4", "top": 3}""", HttpStatusCode.OK),
        ("/health", null, HttpStatusCode.OK),
        ("/metrics", null, HttpStatusCode.OK),
        ("/recommend", """{"items": [""", HttpStatusCode.BadRequest),
        ("/nothing", null, HttpStatusCode.NotFound),
    ];

    /// <summary>Trains a run, serves it, and asks for as long as is given.</summary>
    /// <returns>The number of requests, and what went wrong or null.</returns>
    public static async Task<(int Requests, string? Problem)> Run(
        TemporaryFolder place, TimeSpan time, CancellationToken cancellation)
    {
        string data = SmallData.Save(place["data"]), run = place["run"];
        var trained = ToolProcess.Run(["train", "--data", data, "--output", run, "--hidden", "16", "--epochs", "3"]);
        if (trained.Code != 0) return (0, trained.Messages);
        using var service = ToolProcess.Start(["serve", run, "--urls", "http://127.0.0.1:0", "--watch", "1"]);
        _ = service.StandardOutput.ReadToEndAsync(CancellationToken.None);
        try
        {
            string? address = null;
            while (address is null && await service.StandardError.ReadLineAsync(cancellation) is { } line)
                if (Listening().Match(line) is { Success: true } match) address = match.Groups[1].Value;
            if (address is null) return (0, "the service ended at once");
            _ = service.StandardError.ReadToEndAsync(CancellationToken.None);
            return await Ask(service, new(address), Path.Combine(run, "best.ckpt"), time, cancellation);
        }
        finally
        {
            if (!service.HasExited) service.Kill();
        }
    }

    private static async Task<(int, string?)> Ask(
        Process service, Uri address, string checkpoint, TimeSpan time, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = address };
        var clock = Stopwatch.StartNew();
        var curve = new MemoryCurve();
        int asked = 0;
        string? problem = null;
        bool GoesOn() => clock.Elapsed < time && problem is null && !cancellation.IsCancellationRequested;
        var clients = Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            for (int i = number; GoesOn(); i++)
            {
                var (path, body, status) = Requests[i % Requests.Length];
                using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = content is null ? await client.GetAsync(new Uri(path, UriKind.Relative), cancellation)
                    : await client.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
                if (answer.StatusCode != status)
                    problem = $"{path} {body}: {answer.StatusCode}, {await answer.Content.ReadAsStringAsync(cancellation)}";
                Interlocked.Increment(ref asked);
            }
        }, cancellation)).ToArray();
        for (int i = 1; GoesOn(); i++)
        {
            await Task.Delay(time / 60, cancellation);
            curve.Note(service.Id);
            if (i % 5 == 0) File.SetLastWriteTimeUtc(checkpoint, DateTime.UtcNow); // the service loads it anew
        }
        await Task.WhenAll(clients);
        ToolProcess.Signal(service, "TERM");
        if (!service.WaitForExit(ToolProcess.Patience) || service.ExitCode != 0) problem ??= "the service does not end well";
        Console.Error.WriteLine($"service under load: {asked} requests, {curve}");
        return (asked, problem ?? curve.Growth());
    }

    [GeneratedRegex(@"listening on (http://\S+)")]
    private static partial Regex Listening();
}
