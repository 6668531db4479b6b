namespace ManualVae.Tools.Mechanisms;

/// <summary>A claim of the paper, the measurement, and the verdict.</summary>
/// <param name="Claim">What Vuong et al. (arXiv 2511.06781) claim.</param>
/// <param name="Stage">Where in training it was measured: an epoch, or the best one on validation.</param>
/// <param name="Measured">Measured values with their uncertainty.</param>
/// <param name="Verdict">agrees, disagrees or inconclusive.</param>
internal sealed record MechanismClaim(string Claim, string Stage, string Measured, string Verdict);
