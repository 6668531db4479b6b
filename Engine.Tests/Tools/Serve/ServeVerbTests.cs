using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

[Collection(nameof(CommandLine))]
public sealed partial class ServeVerbTests(ServedRuns runs) : IClassFixture<ServedRuns>
{
    [Fact]
    public void The_command_says_where_it_listens_and_ends_well_when_it_is_interrupted()
    {
        var result = CommandLine.RunUntil("listening on", "serve", runs["vae"], runs["ease"], "--urls", "http://127.0.0.1:0");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains("vae: multvae, 20 items, 40 users\nease: ease, 20 items, 40 users\n", result.Messages);
        Assert.Matches(@"listening on http://127\.0\.0\.1:[1-9]\d* \(Ctrl-C ends\)\n", result.Messages);
        Assert.DoesNotContain("without a password", result.Messages);
    }

    [Fact]
    public void An_address_that_others_reach_is_remarked()
    {
        var result = CommandLine.RunUntil("listening on", "serve", runs["ease"], "--urls", "http://0.0.0.0:0");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("is reachable from other machines, without a password", result.Messages);
    }

    [Fact]
    public void What_cannot_be_served_is_told_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        string vae = runs["vae"];
        foreach (var (words, message) in new (string[], string)[]
        {
            ([vae, "--urls", port], $"--urls {port}: cannot listen there"),
            ([vae, "--urls", "127.0.0.1:8080"], "--urls 127.0.0.1:8080: give an address such as"),
            ([vae, "--urls", "https://127.0.0.1:8443"], "reverse proxy"),
            ([vae, "--urls", "http://127.0.0.1:99999"], "--urls http://127.0.0.1:99999: give an address such as"),
            ([vae, "--urls", ""], "--urls is empty"),
            ([vae, vae], "Two runs are named vae"),
            ([vae, "--max-top", "0"], "--max-top 0: give a whole number of 1 or more"),
            ([vae, "--max-queue", "10"], "--max-queue 10 is less than --max-batch 100"),
            ([vae, "--timeout", "0"], "--timeout 0: give more than 0"),
            ([vae, "--watch", "-1"], "--watch -1: give 0 to"),
            ([runs["data"]], "is not a run"),
            ([runs["nothing"]], "is not a run"),
            ([], "Required argument 'RUN' missing"),
        })
        {
            var result = CommandLine.Run(["serve", .. words]);
            Assert.Equal((2, ""), (result.ExitCode, result.Output));
            Assert.Contains(message, result.Messages);
            Assert.Equal(1, result.Messages.Count(c => c == '\n'));
        }
    }

    [Fact]
    public async Task Every_request_in_its_document_is_answered()
    {
        string text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "docs", "serving.md"));
        var requests = Request().Matches(text);
        Assert.True(requests.Count >= 8, $"only {requests.Count}");
        await using var service = await runs.Start();
        using var client = service.Client();
        foreach (Match request in requests)
        {
            string path = request.Groups["path"].Value;
            using var content = request.Groups["body"] is { Success: true } body ? new StringContent(body.Value) : null;
            using var response = content is null
                ? await client.GetAsync(new Uri(path, UriKind.Relative))
                : await client.PostAsync(new Uri(path, UriKind.Relative), content);
            Assert.True(response.IsSuccessStatusCode,
                $"{request.Value}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    [GeneratedRegex(@"(?m)^curl -s '?http://127\.0\.0\.1:8080(?<path>/[^'\s]*)'?( -d '(?<body>[^']*)')?")]
    private static partial Regex Request();
}
