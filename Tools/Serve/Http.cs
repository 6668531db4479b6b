using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ManualVae.Tools.Serve;

/// <summary>Reads bodies, writes answers, and turns whatever goes wrong into a status and one sentence.</summary>
internal static class Http
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' "
        + "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string TooSlow = "The body came too slowly.";

    /// <summary>
    /// Bytes over the limit that are read and thrown away, because a client that still sends would not see the refusal; beyond
    /// them Kestrel closes the connection.
    /// </summary>
    public const int Discarded = 32_000_000;

    /// <summary>The whole body. Kestrel watches its pace.</summary>
    /// <exception cref="RequestException">413: it is larger than <paramref name="most"/>; 408: it came too slowly.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBody(HttpContext context, int most)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        bool large = context.Request.ContentLength > most;
        try
        {
            for (bool more = !large || context.Request.Headers.Expect.Count == 0; more;)
            {
                var read = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
                large |= body.WrittenCount + read.Buffer.Length > most;
                if (!large) foreach (var part in read.Buffer) body.Write(part.Span);
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                more = !read.IsCompleted;
            }
            return large ? throw TooLarge(most) : body.WrittenMemory;
        }
        catch (OperationCanceledException)
        {
            throw new RequestException(408, TooSlow);
        }
    }

    /// <summary>Answers with JSON.</summary>
    public static Task Write<T>(HttpContext context, T answer, JsonTypeInfo<T> type) =>
        Write(context, "application/json; charset=utf-8", JsonSerializer.SerializeToUtf8Bytes(answer, type));

    /// <summary>Answers with text.</summary>
    public static Task Write(HttpContext context, string type, string text) =>
        Write(context, type, Encoding.UTF8.GetBytes(text));

    /// <summary>What surrounds every request: headers, the time limit, errors, metrics.</summary>
    public static async Task Handle(HttpContext context, RequestDelegate next, ServeOptions options, Metrics metrics)
    {
        long start = Stopwatch.GetTimestamp();
        var caller = context.RequestAborted;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(caller);
        limit.CancelAfter(TimeSpan.FromSeconds(options.Timeout));
        context.RequestAborted = limit.Token;
        var headers = context.Response.Headers;
        (headers.ContentSecurityPolicy, headers.XContentTypeOptions, headers["Referrer-Policy"], headers.CacheControl) =
            (Policy, "nosniff", "no-referrer", "no-store");
        bool gone = false;
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode is 404 or 405)
                throw new RequestException(context.Response.StatusCode, context.Response.StatusCode == 404
                    ? "No such path; GET /openapi.json lists them." : $"This path takes {headers.Allow}.");
        }
        catch (Exception) when (caller.IsCancellationRequested)
        {
            gone = true; // nobody waits for the answer
        }
        catch (RequestException problem)
        {
            await Refuse(context, problem.Status, problem.Message);
        }
        catch (BadHttpRequestException problem)
        {
            await Refuse(context, problem.StatusCode, problem.StatusCode switch
            {
                413 => TooLarge(options.MaxBody).Message,
                408 => TooSlow,
                _ => "The request is not valid HTTP.",
            });
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            await Refuse(context, 503, $"The request took longer than {options.Timeout} seconds; try again later.");
        }
        catch (Exception problem)
        {
            Console.Error.WriteLine($"error: {context.Request.Method} {Route(context)}: {problem.GetType().Name}: "
                + RequestObject.Short(problem.Message));
            if (Environment.GetEnvironmentVariable("MANUALVAE_DEBUG") is not null) Console.Error.WriteLine(problem);
            await Refuse(context, 500, "The service failed to answer; its log says more.");
        }
        finally
        {
            metrics.ObserveRequest(Route(context), gone ? 499 : context.Response.StatusCode, Stopwatch.GetElapsedTime(start));
        }
    }

    private static RequestException TooLarge(int most) => new(413, $"The body is too large; at most {most} bytes are allowed.");

    private static async Task Refuse(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = status;
        if (status == 503) context.Response.Headers.RetryAfter = "1";
        context.RequestAborted = CancellationToken.None; // the limit may be what is told
        try
        {
            await Write(context, new ErrorAnswer(message), AnswerJson.Readable.ErrorAnswer);
        }
        catch (IOException)
        {
            // The caller is gone.
        }
    }

    private static async Task Write(HttpContext context, string type, byte[] bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static string Route(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "other";
}
