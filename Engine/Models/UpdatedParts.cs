namespace ManualVae.Models;

/// <summary>Which parameters a training pass updates.</summary>
[Flags]
public enum UpdatedParts
{
    /// <summary>The encoder, and with it the prior's own parameters and the anchors.</summary>
    Encoder = 1,
    /// <summary>The decoder.</summary>
    Decoder = 2,
    /// <summary>Everything at once.</summary>
    All = Encoder | Decoder,
}
