using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace ManualVae.Tests.Tools.Serve;

/// <summary>A test in a real browser; skipped, with the reason, where none is found.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithBrowserAttribute : FactAttribute
{
    public FactWithBrowserAttribute()
    {
        if (Chromium.Program is null) Skip = "needs Chromium (Debian: apt-get install chromium)";
    }
}

/// <summary>Chromium without a window, driven through its DevTools protocol.</summary>
internal sealed partial class Chromium : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TemporaryFolder _profile;
    private readonly ClientWebSocket _socket = new();
    private int _id;

    private Chromium(Process process, TemporaryFolder profile) => (_process, _profile) = (process, profile);

    /// <summary>The program, or null where there is none.</summary>
    public static string? Program { get; } = new[] { "chromium", "chromium-browser", "google-chrome", "chrome" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Errors that the page's scripts threw, and what its policy refused.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Starts a browser with an empty page.</summary>
    public static async Task<Chromium> Start()
    {
        var profile = TestData.NewFolder();
        var process = Process.Start(new ProcessStartInfo(Program!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", "about:blank",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var browser = new Chromium(process, profile);
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            Match address;
            do
            {
                string line = await process.StandardError.ReadLineAsync(patience.Token)
                    ?? throw new InvalidOperationException("Chromium ended.");
                address = DevTools().Match(line);
            }
            while (!address.Success);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None); // or it would stop when the pipe is full
            using var client = new HttpClient();
            using var pages = JsonDocument.Parse(
                await client.GetStringAsync(new Uri($"http://127.0.0.1:{address.Groups[1]}/json/list"), patience.Token));
            string page = pages.RootElement.EnumerateArray().First(target => target.GetProperty("type").GetString() == "page")
                .GetProperty("webSocketDebuggerUrl").GetString()!;
            await browser._socket.ConnectAsync(new Uri(page), patience.Token);
            foreach (string domain in new[] { "Page", "Runtime", "Log" }) await browser.Send($"{domain}.enable", new { });
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an address.</summary>
    public Task Open(string url) => Send("Page.navigate", new { url });

    /// <summary>Shows the page in a window of this size.</summary>
    public Task Resize(int width, int height) => Send("Emulation.setDeviceMetricsOverride",
        new { width, height, deviceScaleFactor = 1, mobile = width < 500 });

    /// <summary>The value of an expression in the page.</summary>
    public async Task<JsonElement> Evaluate(string expression)
    {
        var result = await Send("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        Assert.False(result.TryGetProperty("exceptionDetails", out var problem), $"{expression}: {problem}");
        return result.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Waits until an expression is true; while pages are exchanged, elements are missing.</summary>
    public async Task Until(string expression)
    {
        string tried = $"(() => {{ try {{ return Boolean({expression}) }} catch {{ return false }} }})()";
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(50))
            if ((await Evaluate(tried)).GetBoolean()) return;
        Assert.Fail($"never true: {expression}; the page says {await Evaluate("document.body.innerText")}");
    }

    /// <summary>Presses a key, such as <c>Tab</c>, or types a letter.</summary>
    public async Task Press(params string[] keys)
    {
        foreach (string key in keys)
        {
            int code = key switch
            {
                "Tab" => 9,
                "Enter" => 13,
                "ArrowLeft" => 37,
                "ArrowUp" => 38,
                "ArrowRight" => 39,
                "ArrowDown" => 40,
                _ => char.ToUpperInvariant(key[0]),
            };
            string text = key == "Enter" ? "\r" : key.Length == 1 ? key : ""; // what the key writes
            await Send("Input.dispatchKeyEvent",
                new { type = text.Length == 0 ? "rawKeyDown" : "keyDown", key, text, windowsVirtualKeyCode = code });
            await Send("Input.dispatchKeyEvent", new { type = "keyUp", key, windowsVirtualKeyCode = code });
        }
    }

    /// <summary>Types a text.</summary>
    public Task Type(string text) => Press([.. text.Select(letter => letter.ToString())]);

    /// <summary>Clicks the middle of an element, as the mouse does.</summary>
    public async Task Click(string selector)
    {
        var at = await Evaluate($$"""
            (() => { const e = document.querySelector({{JsonSerializer.Serialize(selector)}});
              e.scrollIntoView({ block: "center" });
              const b = e.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()
            """);
        foreach (string type in new[] { "mouseMoved", "mousePressed", "mouseReleased" })
            await Send("Input.dispatchMouseEvent",
                new { type, x = at[0].GetDouble(), y = at[1].GetDouble(), button = "left", clickCount = 1 });
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        for (int attempt = 0; ; attempt++)
            try
            {
                _profile.Dispose();
                return;
            }
            catch (IOException) when (attempt < 20)
            {
                await Task.Delay(100); // a child of the browser still writes
            }
    }

    private async Task<JsonElement> Send(string method, object parameters)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        int id = ++_id;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters });
        await _socket.SendAsync(message, WebSocketMessageType.Text, true, patience.Token);
        while (true)
        {
            var answer = await Receive(patience.Token);
            if (answer.TryGetProperty("method", out var happened))
            {
                if (happened.GetString() is "Runtime.exceptionThrown" or "Log.entryAdded") Problems.Add(answer.ToString());
                continue;
            }
            if (answer.GetProperty("id").GetInt32() != id) continue;
            Assert.False(answer.TryGetProperty("error", out var error), $"{method}: {error}");
            return answer.GetProperty("result");
        }
    }

    private async Task<JsonElement> Receive(CancellationToken cancellation)
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, cancellation);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return JsonDocument.Parse(Encoding.UTF8.GetString(message.ToArray())).RootElement;
        }
    }

    [GeneratedRegex(@"DevTools listening on ws://127\.0\.0\.1:(\d+)/")]
    private static partial Regex DevTools();
}
