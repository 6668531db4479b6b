using ManualVae.Data;

namespace ManualVae.Compute;

/// <summary>Refuses work that memory cannot hold before it starts, instead of dying after an hour.</summary>
public static class HostMemory
{
    /// <summary>Checks that memory holds so many bytes.</summary>
    /// <param name="bytes">Bytes needed.</param>
    /// <param name="need">Who needs how much: begins the message.</param>
    /// <param name="advice">What to do: ends it.</param>
    /// <param name="backend">A backend whose own memory it shall be, where it has any.</param>
    /// <exception cref="InputException">It does not fit.</exception>
    public static void Require(long bytes, string need, string advice, IBackend? backend = null)
    {
        var (holder, available) = Available(backend);
        if (bytes > available) throw new InputException($"{need}, {holder} has {Mebibytes(available)}: {advice}.");
    }

    /// <summary>Who holds the memory, and how much there is.</summary>
    /// <param name="backend">A backend whose own memory it shall be, where it has any.</param>
    public static (string Holder, long Bytes) Available(IBackend? backend) => backend?.MemoryLimit is long limit
        ? (backend.Name, limit)
        : ("this machine", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>A number of bytes for messages.</summary>
    public static string Mebibytes(long bytes) => FormattableString.Invariant($"{bytes / 1048576.0:N0} MiB");
}
