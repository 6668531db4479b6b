using ManualVae.Training;

namespace ManualVae.Tools.Mechanisms;

/// <summary>One setting that the table trains and measures.</summary>
/// <param name="Name">Its name, and the name of its run folder in the seed's folder.</param>
/// <param name="Run">How it is trained.</param>
/// <param name="Main">True for settings 1 to 3. They are also measured under masked posteriors and on the test users.</param>
internal sealed record MechanismSetting(string Name, RunSettings Run, bool Main);
