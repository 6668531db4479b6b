using ManualVae.Training;

namespace ManualVae.Tools.Mechanisms;

/// <summary>One setting that the table trains and measures.</summary>
/// <param name="Name">Its name, and the name of its run folder in the seed's folder.</param>
/// <param name="Run">How it is trained.</param>
/// <param name="Main">True for settings 1 to 3. They are also measured under masked posteriors, and by cohorts.</param>
/// <param name="Stages">Epochs after which it is measured, beside the best one.</param>
internal sealed record MechanismSetting(string Name, RunSettings Run, bool Main, IReadOnlyList<int> Stages);
