namespace ManualVae.Compute.Simd;

/// <summary>Cuts a range into pieces.</summary>
internal static class Partition
{
    /// <summary>How many pieces of a size cover a total.</summary>
    public static int Count(int total, int size) => (total + size - 1) / size;

    /// <summary>
    /// Where a share begins if a total is divided as evenly as possible; the share after the last one begins at the total.
    /// </summary>
    public static int Start(int total, int share, int shares) => (int)((long)total * share / shares);
}
