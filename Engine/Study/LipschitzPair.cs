namespace ManualVae.Study;

/// <summary>What was measured of one pair. Distances of posteriors and inputs are means over the draws of masks.</summary>
/// <param name="U">Index of u in the population.</param>
/// <param name="V">Index of v; u itself, with a history that was cut, in a near-duplicate.</param>
/// <param name="Cut">The share of u's clicks that v lacks, as it was asked for; null for a random pair of users.</param>
/// <param name="Overlap">Items in common, s.</param>
/// <param name="L1">d = ||x_u - x_v||_1 of the whole histories.</param>
/// <param name="SeenL1">D = the same of what masks keep; d for clean input.</param>
/// <param name="W1Low">||mu_u - mu_v||, at most W1.</param>
/// <param name="W1High">W2, at least W1.</param>
/// <param name="W1L1Cost">W1 with the l1 ground cost, closed form.</param>
/// <param name="Ratio">Mean of W1Low / D over draws with D above 0; NaN without any.</param>
/// <param name="LargestRatio">The largest W1Low / D of a draw: L_phi is at least this.</param>
/// <param name="LargestL1CostRatio">The largest W1L1Cost / D of a draw: L_phi is at least this for the l1 ground cost.</param>
/// <param name="Bound">Upper bound of W2 by the layers' norms; NaN if there is none.</param>
/// <param name="LargestBoundRatio">The largest bound / D of a draw.</param>
/// <param name="Violated">True if W2 of a draw was above its bound.</param>
public sealed record LipschitzPair(
    int U, int V, double? Cut, int Overlap, int L1, double SeenL1, double W1Low, double W1High, double W1L1Cost, double Ratio,
    double LargestRatio, double LargestL1CostRatio, double Bound, double LargestBoundRatio, bool Violated);

/// <summary>Pairs of one kind, or of one kind and range of distances.</summary>
/// <param name="Name">The kind: random, or what was cut.</param>
/// <param name="Range">Range of d, or empty for all.</param>
/// <param name="Pairs">Number of pairs.</param>
/// <param name="L1">Mean d.</param>
/// <param name="W1Low">Mean ||mu_u - mu_v||.</param>
/// <param name="W1High">Mean W2.</param>
/// <param name="Ratio">Mean of the pairs' ratios.</param>
/// <param name="Median">Median ratio.</param>
/// <param name="Upper">The ratio below which 95 % of the pairs lie.</param>
/// <param name="Largest">The largest ratio of a draw.</param>
public sealed record LipschitzGroup(
    string Name, string Range, int Pairs, double L1, Interval W1Low, Interval W1High, Interval Ratio, Interval Median,
    Interval Upper, double Largest);
