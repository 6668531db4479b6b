using System.Net;
using System.Net.Http.Headers;

namespace ManualVae.Data.Download;

/// <summary>
/// Fetches a file into <c>NAME.part</c> and moves it into place when it is whole. A <c>.part</c> that an interruption left is
/// continued with a Range request; if the server's file has changed or the server knows no ranges, the download starts again.
/// </summary>
public static class ResumableDownload
{
    /// <summary>Fetches one file.</summary>
    /// <param name="client">Does the requests.</param>
    /// <param name="address">Where the file is.</param>
    /// <param name="path">The file to make.</param>
    /// <param name="expectedBytes">Its size where known; another one is refused.</param>
    /// <param name="progress">Receives the share fetched, where the size is known.</param>
    /// <param name="cancellation">Stops it; the <c>.part</c> stays for the next attempt.</param>
    /// <exception cref="IOException">The server refuses, breaks off, or sends another size. The message says what to
    /// do.</exception>
    public static void Run(HttpClient client, Uri address, string path, long? expectedBytes, IProgress<double>? progress,
        CancellationToken cancellation)
    {
        string part = path + ".part", mark = part + ".etag"; // which version of the file the part belongs to
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        long have = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (have > 0 && have == expectedBytes)
        {
            Finish(part, mark, path);
            return;
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
            if (File.Exists(mark) && EntityTagHeaderValue.TryParse(File.ReadAllText(mark), out var tag) && !tag.IsWeak)
                request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }
        try
        {
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0)
            {
                File.Delete(part); // not a part of what is there now
                Run(client, address, path, expectedBytes, progress, cancellation);
                return;
            }
            if (!response.IsSuccessStatusCode)
                throw new IOException(
                    $"{address}: the server answers {(int)response.StatusCode} {response.ReasonPhrase}; see the dataset's "
                    + "homepage.");
            bool continues = response.StatusCode == HttpStatusCode.PartialContent
                && response.Content.Headers.ContentRange?.From == have;
            if (response.StatusCode == HttpStatusCode.PartialContent && !continues)
                throw new IOException($"{address}: the server sent another range than asked for; delete {part} and try again.");
            if (response.Headers.ETag is { } version) File.WriteAllText(mark, version.ToString());
            long? total = response.Content.Headers.ContentLength + (continues ? have : 0);
            if (expectedBytes is { } expected && total is { } announced && announced != expected)
                throw new IOException(
                    $"{address}: has {announced} bytes where the catalogue expects {expected}; the owner has changed the file.");
            Copy(response, part, continues ? have : 0, expectedBytes ?? total, progress, cancellation);
            long got = new FileInfo(part).Length;
            if ((expectedBytes ?? total) is { } whole && got != whole)
                throw new IOException($"{address}: broke off after {got} of {whole} bytes; run the same command again to go on.");
        }
        catch (InvalidDataException problem)
        {
            throw new IOException(problem.Message, problem);
        }
        catch (Exception problem) when (problem is UriFormatException or NotSupportedException)
        {
            throw new IOException($"{address}: the server sends on to an address that is none of the web "
                + $"({InputException.FirstLine(problem)}); see the dataset's homepage.", problem);
        }
        catch (HttpRequestException problem)
        {
            throw new IOException(
                $"{address}: {InputException.FirstLine(problem)}. Run the same command again to go on.", problem);
        }
        Finish(part, mark, path);
    }

    private static void Copy(HttpResponseMessage response, string part, long start, long? total, IProgress<double>? progress,
        CancellationToken cancellation)
    {
        using var source = response.Content.ReadAsStream(cancellation);
        using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write);
        target.SetLength(start);
        target.Position = start;
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                if (target.Position + read > total)
                {
                    target.SetLength(0); // not a part of the file expected
                    throw new InvalidDataException($"{part}: the server sends more than the {total} bytes that the file has; see "
                        + "the dataset's homepage.");
                }
                target.Write(buffer, 0, read);
                cancellation.ThrowIfCancellationRequested();
                if (total > 0) progress?.Report((double)target.Position / total.Value);
            }
        }
        catch (IOException) when (!cancellation.IsCancellationRequested)
        {
            // The caller compares the size and says how to go on.
            if (total is null) throw;
        }
    }

    private static void Finish(string part, string mark, string path)
    {
        File.Move(part, path, overwrite: true);
        File.Delete(mark);
    }
}
