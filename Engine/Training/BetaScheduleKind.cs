namespace ManualVae.Training;

/// <summary>How the weight of the KL moves with the number of gradient updates t.</summary>
public enum BetaScheduleKind
{
    /// <summary>
    /// beta(t) = min(beta, t / beta-steps): Liang et al. 2018 (section 2.2.2, and their code); 0 steps means constant.
    /// </summary>
    Linear,
    /// <summary>beta(t) = beta.</summary>
    Constant,
    /// <summary>Cycles of beta-steps updates: a linear ramp to beta in the first half, then beta (Fu et al. 2019).</summary>
    Cyclical,
    /// <summary>
    /// beta(t) = min(1, t / beta-steps); the best epoch's beta is recorded for a second run (Liang et al. 2018, section 2.2.2).
    /// </summary>
    Anneal,
    /// <summary>
    /// As linear towards 1, but stops rising once validation drops (Liang et al. 2018, section 2.2.2: the cheap variant).
    /// </summary>
    Hold,
}
