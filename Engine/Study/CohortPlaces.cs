using System.Numerics.Tensors;

namespace ManualVae.Study;

/// <summary>Where the cohorts lie in latent space.</summary>
internal sealed class CohortPlaces
{
    private readonly CutHistories _cuts;
    private readonly Posteriors _posteriors;
    private readonly CohortOptions _options;
    private readonly int _sources, _cohorts;
    private readonly double _scale; // mean W2 between full histories
    private readonly double[] _purity;

    public CohortPlaces(CutHistories cuts, Posteriors posteriors, CohortOptions options)
    {
        (_cuts, _posteriors, _options) = (cuts, posteriors, options);
        (_sources, _cohorts) = (cuts.Sources.Count, cuts.Sizes.Count);
        double sum = 0;
        for (int i = 0; i < _sources; i++)
            for (int j = 0; j < i; j++) sum += Distance(_cohorts, i, _cohorts, j);
        _scale = sum / (_sources * (_sources - 1) / 2.0);
        int k = Math.Min(options.Neighbours, Math.Max(1, (_sources - 1) / 2));
        // A user's own other cuts are no neighbours: they come last.
        int[][] nearest = NearestUsers.By(_cohorts * _sources, k, (a, b) =>
            a % _sources == b % _sources ? double.PositiveInfinity : posteriors.Distance(a, b));
        _purity = [.. nearest.Select((of, row) => of.Average(other => other / _sources == row / _sources ? 1.0 : 0))];
    }

    /// <summary>One cohort.</summary>
    public Cohort Of(int cohort)
    {
        int[] all = [.. Enumerable.Range(0, _sources)];
        return new(_cuts.Sizes[cohort], Mean(all.Select(i => Distance(cohort, i, _cohorts, i) / _scale)),
            Mean(all.Select(i => all.MinBy(j => Distance(cohort, i, _cohorts, j)) == i ? 1.0 : 0)),
            Mean(_purity.Skip(cohort * _sources).Take(_sources)),
            all.Average(i => TensorPrimitives.Norm(_posteriors.Mean(_cuts.Row(cohort, i)))),
            all.Average(i => TensorPrimitives.Sum(_posteriors.Sigma(_cuts.Row(cohort, i))) / _posteriors.Latent));
    }

    /// <summary>Distances of the cohorts' mean mu over the mean W2 between full histories.</summary>
    public double[][] CentroidDistances()
    {
        double[][] centroids = [.. Enumerable.Range(0, _cohorts).Select(cohort =>
        {
            var centroid = new double[_posteriors.Latent];
            for (int i = 0; i < _sources; i++)
                for (int k = 0; k < centroid.Length; k++)
                    centroid[k] += _posteriors.Mean(_cuts.Row(cohort, i))[k] / _sources;
            return centroid;
        })];
        return [.. centroids.Select(a => centroids.Select(b => Wasserstein.MeanDistance(a, b) / _scale).ToArray())];
    }

    /// <summary>Purity over all cohorts; a user's cuts are resampled together.</summary>
    public Interval Purity() => Mean(Enumerable.Range(0, _sources).Select(i =>
        Enumerable.Range(0, _cohorts).Average(cohort => _purity[_cuts.Row(cohort, i)])));

    /// <summary>How straight a user's codes move from the shortest to the longest cut.</summary>
    public Interval Straightness() => _cohorts < 3 ? Interval.Exactly(double.NaN)
        : Mean(Enumerable.Range(0, _sources).Select(i =>
            Distance(0, i, _cohorts - 1, i) / Enumerable.Range(1, _cohorts - 1).Sum(c => Distance(c - 1, i, c, i))));

    private double Distance(int cohort, int source, int other, int otherSource) =>
        _posteriors.Distance(_cuts.Row(cohort, source), _cuts.Row(other, otherSource));

    private Interval Mean(IEnumerable<double> values) => Estimates.Mean([.. values], _options.Seed);
}
