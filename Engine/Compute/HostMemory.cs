using ManualVae.Data;

namespace ManualVae.Compute;

/// <summary>Refuses work that does not fit into memory before it starts, so that it does not fail after an hour.</summary>
public static class HostMemory
{
    /// <summary>
    /// Most bytes that a piece of work may need, above 0; null for all that the machine, its container or its device has.
    /// </summary>
    public static long? Limit { get; set; }

    /// <summary>Checks that the machine's memory is large enough.</summary>
    /// <param name="bytes">Bytes needed.</param>
    /// <param name="need">Start of the message, such as "This run needs about 3 GiB".</param>
    /// <param name="advice">End of the message: what to do.</param>
    /// <exception cref="InputException">It does not fit.</exception>
    public static void Require(long bytes, string need, string advice) => Require(bytes, need, advice, backend: null);

    /// <summary>Checks that the memory is large enough.</summary>
    /// <param name="bytes">Bytes needed.</param>
    /// <param name="need">Start of the message, such as "This run needs about 3 GiB".</param>
    /// <param name="advice">End of the message: what to do.</param>
    /// <param name="backend">The backend that needs the bytes, if it may have memory of its own.</param>
    /// <exception cref="InputException">It does not fit.</exception>
    public static void Require(long bytes, string need, string advice, IBackend? backend)
    {
        var (holder, available) = Available(backend);
        if (bytes > available) throw new InputException($"{need}, {holder} {Mebibytes(available)}: {advice}.");
    }

    /// <summary>Who holds the memory, as a sentence goes on with an amount ("this machine has"), and how much there is.</summary>
    /// <param name="backend">A backend; its own memory counts, if it has any.</param>
    public static (string Holder, long Bytes) Available(IBackend? backend)
    {
        var (holder, bytes) = Present(backend);
        return Limit is long limit && limit < bytes ? ("its limit is", limit) : (holder, bytes);
    }

    // .NET counts the limit of a container where there is one.
    private static (string Holder, long Bytes) Present(IBackend? backend) => backend?.MemoryLimit is long own
        ? ($"{backend.Name} has", own)
        : (backend?.Ranks.OnThisMachine ?? 1) is > 1 and int ranks
            ? ($"this machine, shared by {ranks} ranks, has", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ranks)
            : ("this machine has", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>A number of bytes for messages.</summary>
    public static string Mebibytes(long bytes) => FormattableString.Invariant($"{bytes / 1048576.0:N0} MiB");
}
