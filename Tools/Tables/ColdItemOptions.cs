namespace ManualVae.Tools.Tables;

/// <summary>How items are divided into warm and cold ones.</summary>
internal sealed record ColdItemOptions
{
    /// <summary>Share of the items whose clicks are all held out.</summary>
    public double ColdShare { get; init; } = 0.2;

    /// <summary>Seed of the draw of cold items (numpy's legacy generator).</summary>
    public uint Seed { get; init; } = 98765;
}
