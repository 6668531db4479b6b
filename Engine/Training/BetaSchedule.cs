namespace ManualVae.Training;

/// <summary>The weight of the KL as a function of the number of gradient updates done so far.</summary>
/// <param name="kind">How it moves.</param>
/// <param name="beta">Its cap.</param>
/// <param name="steps">Updates from 0 to 1 (cyclical: of a cycle); 0 means constant.</param>
public sealed class BetaSchedule(BetaScheduleKind kind, double beta, long steps)
{
    /// <summary>The value at which <see cref="BetaScheduleKind.Hold"/> has stopped rising, or null while it rises.</summary>
    public double? Held { get; set; }

    /// <summary>beta before update <paramref name="update"/>, which counts from 0 as in the reference code.</summary>
    public double At(long update)
    {
        double rising = steps == 0 ? double.PositiveInfinity : (double)update / steps;
        return kind switch
        {
            BetaScheduleKind.Linear => Math.Min(beta, rising),
            BetaScheduleKind.Anneal => Math.Min(1, rising),
            BetaScheduleKind.Hold => Held ?? Math.Min(1, rising),
            BetaScheduleKind.Cyclical when steps > 0 => beta * Math.Min(1, 2.0 * (update % steps) / steps),
            _ => beta,
        };
    }

    /// <summary>
    /// Steps that suit a run of any length: beta reaches its end after 80 % of the updates (that of Liang et al. 2018 on
    /// MovieLens-20M does after 86 %); cyclical: four cycles (Fu et al. 2019).
    /// </summary>
    /// <param name="kind">How beta moves.</param>
    /// <param name="beta">Its cap.</param>
    /// <param name="updates">Updates of the whole run.</param>
    public static long StepsFor(BetaScheduleKind kind, double beta, long updates)
    {
        const int cycles = 4;
        const double share = 0.8;
        double end = kind == BetaScheduleKind.Linear && beta > 0 ? beta : 1;
        return Math.Max(1, kind == BetaScheduleKind.Cyclical ? updates / cycles : (long)(share * updates / end));
    }

    /// <summary>Tells the schedule how validation went after an epoch that ended with the given beta.</summary>
    public void Validated(bool improved, double betaNow)
    {
        if (kind == BetaScheduleKind.Hold && !improved) Held ??= betaNow;
    }
}
