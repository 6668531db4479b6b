using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ManualVae.Data;

namespace ManualVae.Tools.Bench;

/// <summary>One kept-alive HTTP connection that posts prepared requests: little work for the machine that is measured.</summary>
internal sealed class LoadClient : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[1 << 16];

    private LoadClient(TcpClient tcp)
    {
        (_tcp, _stream) = (tcp, tcp.GetStream());
        tcp.NoDelay = true;
    }

    /// <summary>Connects.</summary>
    /// <exception cref="InputException">Nobody listens there.</exception>
    public static async Task<LoadClient> Connect(Uri url)
    {
        var tcp = new TcpClient();
        try
        {
            await tcp.ConnectAsync(url.Host, url.Port);
            return new(tcp);
        }
        catch (SocketException problem)
        {
            tcp.Dispose();
            throw new InputException($"{url}: no service answers there ({problem.Message}); start one with: manualvae serve RUN",
                problem);
        }
    }

    /// <summary>The bytes of a request.</summary>
    public static byte[] Request(Uri url, string method, string path, string body = "") => Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <exception cref="IOException">The connection ended, or the answer has no length.</exception>
    public async Task<(int Status, string Body)> Ask(ReadOnlyMemory<byte> request, bool keepBody = false)
    {
        await _stream.WriteAsync(request);
        int read = 0, start = -1;
        while (start < 0)
        {
            read += await Read(read);
            start = _buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
        }
        string head = Encoding.ASCII.GetString(_buffer, 0, start);
        int status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        int at = head.IndexOf("content-length:", StringComparison.OrdinalIgnoreCase);
        if (at < 0) throw new IOException("an answer has no Content-Length");
        int length = int.Parse(head.AsSpan(at + 15).ToString().Split('\r')[0], CultureInfo.InvariantCulture);
        var body = keepBody ? new MemoryStream() : null;
        int have = read - start - 4;
        body?.Write(_buffer, start + 4, have);
        while (have < length)
        {
            int more = await Read(0);
            body?.Write(_buffer, 0, more);
            have += more;
        }
        return (status, body is null ? "" : Encoding.UTF8.GetString(body.ToArray()));
    }

    /// <inheritdoc/>
    public void Dispose() => _tcp.Dispose();

    private async Task<int> Read(int offset)
    {
        int count = await _stream.ReadAsync(_buffer.AsMemory(offset));
        return count > 0 ? count : throw new IOException("the service closed the connection");
    }
}
