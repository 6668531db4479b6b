namespace ManualVae.Study;

/// <summary>Where the histories of one length lie.</summary>
/// <param name="Clicks">Clicks of each history.</param>
/// <param name="OwnDistance">Mean W2 to the code of the user's full history, over the mean W2 between full histories.</param>
/// <param name="Recognised">Share of users whose full history has the nearest code among all full ones.</param>
/// <param name="Purity">
/// Share of a history's nearest, among those of other users, that are as long; one over the number of cohorts is chance.
/// </param>
/// <param name="Norm">Mean ||mu||.</param>
/// <param name="Sigma">Mean posterior standard deviation.</param>
public sealed record Cohort(
    int Clicks, Interval OwnDistance, Interval Recognised, Interval Purity, double Norm, double Sigma);

/// <summary>What a step on a history of one length does to a history of another length, of another user.</summary>
/// <param name="Helped">Clicks of u, whose loss is measured.</param>
/// <param name="Helper">Clicks of v, whose step it is.</param>
/// <param name="Helps">P(helps): the step on v lowers u's loss.</param>
/// <param name="Relative">Mean of &lt;g_u, g_v&gt; / ||g_u||^2: 1 means that v's step helps as much as u's own.</param>
/// <param name="Cosine">Mean cosine of g_u and g_v.</param>
public sealed record CohortHelp(int Helped, int Helper, Interval Helps, Interval Relative, Interval Cosine);

/// <summary>What the cohort study measured.</summary>
/// <param name="Asked">The sizes asked for.</param>
/// <param name="Sources">Users whose histories were cut.</param>
/// <param name="Pairs">Ordered pairs of users for each two cohorts.</param>
/// <param name="Cohorts">The cohorts, shortest histories first.</param>
/// <param name="CentroidDistances">
/// Distances of the cohorts' mean mu, over the mean W2 between full histories; element [a][b].
/// </param>
/// <param name="Purity">Mean purity over all cohorts.</param>
/// <param name="Straightness">
/// W2 between a user's shortest and longest cut over the sum of the steps between, mean over users: 1 if clicks move a code
/// along a line. NaN with two cohorts.
/// </param>
/// <param name="Help">Who helps whom, a row for each two cohorts.</param>
/// <param name="Map">x, y of each cut history by t-SNE of mu, cohort after cohort; empty if no map was asked for.</param>
public sealed record CohortResult(
    IReadOnlyList<int> Asked, int Sources, int Pairs, IReadOnlyList<Cohort> Cohorts, double[][] CentroidDistances,
    Interval Purity, Interval Straightness, IReadOnlyList<CohortHelp> Help, double[] Map)
{
    /// <summary>Who helps whom: u of one cohort, v of another, by their places.</summary>
    public CohortHelp Between(int helped, int helper) => Help[helped * Cohorts.Count + helper];
}
