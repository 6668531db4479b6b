namespace ManualVae.Training;

/// <summary>How Adam's step size moves with the number of gradient updates.</summary>
public enum LearningRateScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,
    /// <summary>It falls in a straight line to 0 at the end of the last epoch.</summary>
    Linear,
}
