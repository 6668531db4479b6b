namespace ManualVae.Tools.Serve;

/// <summary>A request that is refused: a status from 400 and one sentence for the caller.</summary>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>400: the request is wrong.</summary>
    public static RequestException Wrong(string message) => new(400, message);

    /// <summary>404: what it names does not exist.</summary>
    public static RequestException Unknown(string message) => new(404, message);

    /// <summary>503: too much waits.</summary>
    public static RequestException Busy() => new(503, "The service is busy; try again in a second.");
}
