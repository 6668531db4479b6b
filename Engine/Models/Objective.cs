namespace ManualVae.Models;

/// <summary>
/// Weights of the parts of a step's loss: reconstruction + Beta * KL + AnchorWeight * anchors, the mean over users.
/// </summary>
/// <param name="Beta">Weight of the KL.</param>
/// <param name="AnchorWeight">lambda_A.</param>
/// <param name="Reconstruction">Weight of the negative log-likelihood; studies set it to 0 to see the other parts alone.</param>
public readonly record struct Objective(double Beta, double AnchorWeight = 0, double Reconstruction = 1);
