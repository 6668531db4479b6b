namespace ManualVae.Training;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Updates">Gradient updates done.</param>
/// <param name="Loss">Mean over users of reconstruction + beta KL + anchors.</param>
/// <param name="Reconstruction">Mean negative log-likelihood.</param>
/// <param name="Kl">Mean KL, unweighted.</param>
/// <param name="Anchor">Mean anchor term, unweighted.</param>
/// <param name="Beta">beta at the epoch's end.</param>
/// <param name="Validation">The validation metric, or null without validation users.</param>
/// <param name="Seconds">Time of the epoch's training, without validation.</param>
/// <param name="UsersPerSecond">Training speed.</param>
/// <param name="Best">True if it is the best epoch so far.</param>
/// <param name="AnchorSpread">Root mean square distance of the anchors from their mean; null without anchors.</param>
/// <param name="MeanSpread">The same of the last batch's posterior means: both near 0 is the degenerate solution (arXiv
/// 2511.06781, section 3).</param>
/// <param name="AnchorWeight">lambda_A in the epoch; null without anchors.</param>
public sealed record EpochMetrics(
    int Epoch, long Updates, double Loss, double Reconstruction, double Kl, double Anchor, double Beta, double? Validation,
    double Seconds, double UsersPerSecond, bool Best, double? AnchorSpread = null, double? MeanSpread = null,
    double? AnchorWeight = null);
