namespace ManualVae.Training;

/// <summary>Which average of the weights is validated, kept and used.</summary>
public enum AverageKind
{
    /// <summary>The weights as they are.</summary>
    None,

    /// <summary>
    /// Exponential moving average: a := d a + (1 - d) w after each update t, with d = min(decay, (1 + t) / (10 + t)).
    /// </summary>
    Ema,

    /// <summary>The mean of the weights at the end of each of the last epochs (SWA: Izmailov et al. 2018).</summary>
    Swa,
}
