using System.Net.Http.Json;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Serving;
using ManualVae.Tests.Models;
using ManualVae.Tools.Serve;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

/// <summary>An answer of the service.</summary>
internal sealed record Answer(int Status, JsonElement Json)
{
    /// <summary>The ids of its items.</summary>
    public string[] Ids => [.. Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];

    /// <summary>What is wrong.</summary>
    public string Error => Json.GetProperty("error").GetString()!;
}

/// <summary>
/// Two trained runs of 40 users and 20 items, where users of odd number click items of odd number: an autoencoder
/// (<c>vae</c>) and EASE (<c>ease</c>).
/// </summary>
public sealed class ServedRuns : IDisposable
{
    /// <summary>A title that would be trouble as markup.</summary>
    internal const string Hostile = "<img src=x onerror=\"document.title='broken'\"> & Sons";

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public ServedRuns()
    {
        var clicks = ToyClicks.Checkerboard(40, 20);
        var data = new PreparedDataset(
            new DatasetManifest { Source = new("synthetic", "checkerboard"), Split = SplitKind.Strong }, clicks, null, null,
            [.. Enumerable.Range(1, 40).Select(user => $"{user}")],
            new ItemList([.. Enumerable.Range(1, 20).Select(item => $"{item}")],
                [.. Enumerable.Range(1, 20).Select(item => item == 3 ? Hostile : $"Title {item}")]));
        data.Save(_folder["data"]);
        Train("vae", "--hidden", "16", "--latent", "6", "--batch-size", "8", "--learning-rate", "0.01", "--epochs", "40",
            "--device", "simd", "--threads", "2");
        Train("ease", "--model", "ease", "--lambda", "10");
    }

    /// <summary>The folder of a run.</summary>
    public string this[string run] => _folder[run];

    /// <summary>Trains another run on the same data.</summary>
    public string Train(string name, params string[] settings)
    {
        CommandLine.Run(["train", "--data", _folder["data"], "--output", _folder[name], .. settings]).Succeeded();
        return _folder[name];
    }

    /// <summary>Starts a service at a free port.</summary>
    internal static Task<Service> Start(ServeOptions? options, params string[] runs) =>
        Service.Start(runs, run => Recommender.Load(run), (options ?? new()) with { Urls = "http://127.0.0.1:0" });

    /// <summary>Starts a service of both runs.</summary>
    internal Task<Service> Start(ServeOptions? options = null) => Start(options, this["vae"], this["ease"]);

    public void Dispose() => _folder.Dispose();
}

/// <summary>Asks a service.</summary>
internal static class Asking
{
    /// <summary>A client of a service.</summary>
    public static HttpClient Client(this Service service) => new() { BaseAddress = new(service.Urls.Single()) };

    /// <summary>Posts JSON text.</summary>
    public static async Task<Answer> Post(this HttpClient client, string path, string json)
    {
        using var content = new StringContent(json);
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await Read(response);
    }

    /// <summary>Posts a document.</summary>
    public static async Task<Answer> Post(this HttpClient client, string path, object document)
    {
        using var response = await client.PostAsJsonAsync(new Uri(path, UriKind.Relative), document);
        return await Read(response);
    }

    /// <summary>Gets JSON.</summary>
    public static async Task<Answer> Get(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return await Read(response);
    }

    private static async Task<Answer> Read(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        string text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return new((int)response.StatusCode, JsonDocument.Parse(text).RootElement);
    }
}
