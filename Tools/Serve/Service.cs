using System.Net.Sockets;
using ManualVae.Data;
using ManualVae.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ManualVae.Tools.Serve;

/// <summary>The HTTP service of one run or several.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly ServedModel[] _models;

    private Service(WebApplication app, ServedModel[] models) => (_app, _models) = (app, models);

    /// <summary>The models, the default one first.</summary>
    public IReadOnlyList<ServedModel> Models => _models;

    /// <summary>The addresses it listens at.</summary>
    public IReadOnlyCollection<string> Urls => [.. _app.Urls];

    /// <summary>The paths it answers.</summary>
    public IReadOnlyCollection<string> Routes => [.. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)];

    /// <summary>Loads the runs and listens.</summary>
    /// <param name="runs">The run folders; the first is the default.</param>
    /// <param name="load">Opens a run.</param>
    /// <param name="options">Address and limits.</param>
    /// <exception cref="InputException">A run cannot be opened, or an address not be listened at.</exception>
    public static async Task<Service> Start(IReadOnlyList<string> runs, Func<string, Recommender> load, ServeOptions options)
    {
        options.Validate();
        foreach (string url in options.Addresses()) RequireAddress(url);
        if (runs.CountBy(Readable.Folder).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
            throw new InputException($"Two runs are named {twice}; the name tells them apart, so rename a folder.");
        var metrics = new Metrics();
        var models = new List<ServedModel>();
        WebApplication? app = null;
        try
        {
            foreach (string run in runs) models.Add(new(run, load, options, metrics));
            app = Build([.. models], options, metrics);
            await Listen(app, options);
            return new(app, [.. models]);
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            foreach (var model in models) await model.DisposeAsync();
            throw;
        }
    }

    /// <summary>Looks for new runs until the token is cancelled.</summary>
    public async Task Watch(double seconds, CancellationToken cancellation)
    {
        var pause = seconds > 0 ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(pause, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
            if (cancellation.IsCancellationRequested) return;
            foreach (var model in _models) await model.Look();
        }
    }

    /// <summary>Takes what lies in the folders into service now.</summary>
    public async Task Reload()
    {
        foreach (var model in _models) await model.Look(now: true);
    }

    /// <summary>Takes no more requests, ends those that came, and disposes the models.</summary>
    public async ValueTask DisposeAsync()
    {
        using var last = new CancellationTokenSource(LastRequests);
        await _app.StopAsync(last.Token);
        await _app.DisposeAsync();
        foreach (var model in _models) await model.DisposeAsync();
    }

    /// <summary>True for an address that only this machine reaches.</summary>
    public static bool IsLocal(string url) => BindingAddress.Parse(url) is var address && (address.IsUnixPipe
        || address.Host is "localhost" || (System.Net.IPAddress.TryParse(address.Host, out var ip)
            && System.Net.IPAddress.IsLoopback(ip)));

    private static void RequireAddress(string url)
    {
        try
        {
            if (BindingAddress.Parse(url) is { Scheme: "http", Port: <= ushort.MaxValue }) return;
        }
        catch (FormatException)
        {
            // Told below.
        }
        throw new InputException(
            $"--urls {url}: give an address such as http://127.0.0.1:8080; for https put a reverse proxy before it.");
    }

    // An empty builder: no appsettings.json of the current folder, no variables, no log but our own lines.
    private static WebApplication Build(ServedModel[] models, ServeOptions options, Metrics metrics)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(options.Addresses()).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBody + Http.Discarded;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1000, TimeSpan.FromSeconds(3));
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(options.Timeout);
        });
        builder.Services.AddRoutingCore().AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.Use((HttpContext context, RequestDelegate next) => Http.Handle(context, next, options, metrics));
        app.UseRouting();
        new Endpoints(models, options, metrics).Map(app);
        return app;
    }

    private static async Task Listen(WebApplication app, ServeOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception problem) when (problem is IOException or SocketException or InvalidOperationException
            or UnauthorizedAccessException)
        {
            throw new InputException($"--urls {options.Urls}: cannot listen there ({problem.Message.TrimEnd('.')}); "
                + "give another address or port.", problem);
        }
    }

    // Signals are the command's.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
