using ManualVae.Data;

namespace ManualVae.Tools.Serve;

/// <summary>Where the service listens, and its limits.</summary>
internal sealed record ServeOptions
{
    /// <summary>
    /// Addresses to listen at, separated by ';'. http://0.0.0.0:8080 is reachable from other machines, port 0 is any free one.
    /// </summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Longest list that may be asked for.</summary>
    public int MaxTop { get; init; } = 500;

    /// <summary>Most ids in one list of a request.</summary>
    public int MaxIds { get; init; } = 5000;

    /// <summary>Most queries in one request to /recommend/batch.</summary>
    public int MaxBatch { get; init; } = 100;

    /// <summary>Largest body of a request, in bytes.</summary>
    public int MaxBody { get; init; } = 1_000_000;

    /// <summary>Most queries that wait for the model; more are answered 503.</summary>
    public int MaxQueue { get; init; } = 1000;

    /// <summary>Most open connections; more are closed.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>Seconds that a request may take, with its body.</summary>
    public double Timeout { get; init; } = 10;

    /// <summary>Seconds between two looks for a new run in the run's folder; 0 never looks.</summary>
    public double Watch { get; init; } = 2;

    /// <summary>The addresses.</summary>
    public string[] Addresses() => Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Refuses what cannot be served.</summary>
    /// <exception cref="InputException">A limit is below 1, or an address is none.</exception>
    public void Validate()
    {
        foreach (var (flag, value) in new[]
        {
            ("--max-top", MaxTop), ("--max-ids", MaxIds), ("--max-batch", MaxBatch), ("--max-body", MaxBody),
            ("--max-queue", MaxQueue), ("--max-connections", MaxConnections),
        })
            Flags.Positive(flag, value);
        if (MaxQueue < MaxBatch)
            throw new InputException($"--max-queue {MaxQueue} is less than --max-batch {MaxBatch}; give at least as much.");
        if (Timeout is <= 0 or > 3600) throw new InputException($"--timeout {Timeout}: give more than 0, at most 3600 seconds.");
        if (Watch is < 0 or > 86400) throw new InputException($"--watch {Watch}: give 0 to 86400 seconds.");
        if (Addresses().Length == 0) throw new InputException("--urls is empty; give an address such as http://127.0.0.1:8080.");
    }
}
