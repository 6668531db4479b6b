using System.Net;
using System.Net.Sockets;

namespace ManualVae.Tests.Data.Download;

/// <summary>An HTTP server on loopback that serves bytes by path, with ranges, and can break off.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, byte[]> _files;

    public LoopbackServer(Dictionary<string, byte[]> files)
    {
        _files = files;
        for (int attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            int port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            Root = new Uri($"http://127.0.0.1:{port}/");
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Root.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 5) { } // another process took the port in between
        }
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public Uri Root { get; }

    /// <summary>What it serves, by path.</summary>
    public Dictionary<string, byte[]> Files => _files;

    /// <summary>The Range header of each request, or "".</summary>
    public List<string> Ranges { get; } = [];

    /// <summary>Close the connection after so many bytes of a body; 0 = never.</summary>
    public int BreakOffAfter { get; set; }

    /// <summary>Answer as a server that knows no ranges.</summary>
    public bool IgnoreRanges { get; set; }

    /// <summary>Version of the files, for If-Range.</summary>
    public string Version { get; set; } = "\"1\"";

    /// <summary>Answer every request with a redirection to this address.</summary>
    public string? RedirectTo { get; set; }

    /// <summary>Do not say how long a body is.</summary>
    public bool HidesLength { get; set; }

    public void Dispose() => _listener.Close();

    private void Serve()
    {
        while (_listener.IsListening)
            try
            {
                Answer(_listener.GetContext());
            }
            catch (Exception problem) when (
                problem is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
            { }
    }

    private void Answer(HttpListenerContext context)
    {
        string range = context.Request.Headers["Range"] ?? "";
        lock (Ranges) Ranges.Add(range);
        var response = context.Response;
        if (RedirectTo is not null)
        {
            response.StatusCode = 302;
            response.Headers["Location"] = RedirectTo;
            response.Close();
            return;
        }
        if (!_files.TryGetValue(context.Request.Url!.AbsolutePath, out byte[]? body))
        {
            response.StatusCode = 404;
            response.Close();
            return;
        }
        response.Headers["ETag"] = Version;
        int start = range.Length == 0 || IgnoreRanges
            || (context.Request.Headers["If-Range"] is { } version && version != Version)
            ? 0 : int.Parse(range["bytes=".Length..^1]);
        if (start > 0)
        {
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {start}-{body.Length - 1}/{body.Length}";
        }
        if (HidesLength) response.SendChunked = true;
        else response.ContentLength64 = body.Length - start;
        int send = BreakOffAfter > 0 ? Math.Min(BreakOffAfter, body.Length - start) : body.Length - start;
        response.OutputStream.Write(body, start, send);
        if (send < body.Length - start)
        {
            response.OutputStream.Flush();
            response.Abort();
        }
        else response.Close();
    }
}
