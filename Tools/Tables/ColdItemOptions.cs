using ManualVae.Data;

namespace ManualVae.Tools.Tables;

/// <summary>How items are divided into warm and cold ones.</summary>
internal sealed record ColdItemOptions
{
    /// <summary>Share of the items whose clicks are all held out for the test; as many others are for validation.</summary>
    public double ColdShare { get; init; } = 0.2;

    /// <summary>Share of the clicks on all other items held out for validation, and the same again for the test.</summary>
    public double WarmShare { get; init; } = 0.1;

    /// <summary>Draws of the cold items. Those of validation are the same in all.</summary>
    public int Draws { get; init; } = 1;

    /// <summary>Seed of the draws of cold items (numpy's legacy generator).</summary>
    public uint Seed { get; init; } = 98765;

    /// <summary>The division of one draw, which counts from 1.</summary>
    public ItemDivisionOptions Division(int draw) => new(ColdShare, Seed, ColdShare, WarmShare, (uint)draw);

    /// <summary>Refuses impossible options.</summary>
    public void Validate()
    {
        if (Draws < 1) throw new InputException($"--draws {Draws}: give 1 or more.");
    }
}
