using ManualVae.Training;

namespace ManualVae.Tools.Mechanisms;

/// <summary>One setting that the table trains and measures.</summary>
/// <param name="Name">Its name and, below the seed's folder, its run folder.</param>
/// <param name="Run">How it is trained.</param>
/// <param name="Main">One of settings 1 to 3: measured under masked posteriors too, and on the test users.</param>
internal sealed record MechanismSetting(string Name, RunSettings Run, bool Main);
