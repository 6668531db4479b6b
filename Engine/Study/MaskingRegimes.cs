using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>Pairs on one side of the threshold of theorem 2.6, s/d = 1 / (2 rho), under own masks.</summary>
/// <param name="Kind">random for pairs of users, cut for users beside their cut histories, all for both.</param>
/// <param name="Low">Least t = 2 rho s/d of the bin; below 1 the theorem says contraction, above 1 expansion.</param>
/// <param name="High">Largest t; infinite for the last bin.</param>
/// <param name="Threshold">1 / (2 rho), the s/d at which t is 1.</param>
/// <param name="CommonOverDifferent">Mean s/d of the pairs.</param>
/// <param name="Pairs">Number of pairs.</param>
/// <param name="Measured">What masks did to them.</param>
public sealed record RegimeRow(
    string Kind, double Low, double High, double Threshold, double CommonOverDifferent, int Pairs, MaskingRow Measured)
{
    /// <summary>True if the theorem says that masks draw these pairs together on average.</summary>
    public bool Contracts => High <= 1;

    /// <summary>True for all pairs of one side.</summary>
    public bool IsSide => Kind == MaskingRegimes.Both;
}

/// <summary>
/// Random pairs of users lie far below the threshold, s/d = 1 / (2 rho), so they contract in input space. Users beside their cut
/// histories have any s/d: with both, contraction and expansion are judged where the theorem says they occur.
/// </summary>
internal sealed class MaskingRegimes : IDisposable
{
    /// <summary>Name of random and cut pairs together.</summary>
    public const string Both = "all";

    private static readonly double[] Edges = [0, 0.25, 0.5, 1, 2, 4, double.PositiveInfinity];

    private readonly Autoencoder _model;
    private readonly MaskingOptions _options;
    private readonly Population _population;
    private readonly Posteriors _clean;
    private readonly UserPair[] _random;
    private readonly NearDuplicates _cut;
    private readonly PosteriorEncoder? _encoder;
    private readonly Posteriors? _cleanCut;

    /// <summary>Draws the pairs and encodes the clean histories.</summary>
    public MaskingRegimes(Autoencoder model, Population population, Posteriors clean, MaskingOptions options)
    {
        (_model, _population, _clean, _options) = (model, population, clean, options);
        _random = [.. PairSampler.Uniform(population, options.Pairs, options.Seed).Where(pair => pair.L1 > 0)];
        _cut = NearDuplicates.Of(population, options.Cuts, options.Duplicates, options.Seed);
        if (_cut.Pairs.Length == 0) return;
        _encoder = new(model, _cut.Users);
        _cleanCut = _encoder.Encode(model.CleanInput);
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder?.Dispose();

    /// <summary>The bins of one rate; empty ones are left out.</summary>
    /// <param name="rate">Probability that a click is dropped, above 0.</param>
    /// <param name="masked">The users' posteriors for each draw of own masks.</param>
    /// <param name="cancellation">Stops between draws.</param>
    public IEnumerable<RegimeRow> Measure(double rate, Posteriors[] masked, CancellationToken cancellation)
    {
        Posteriors[] maskedCut = _encoder is null ? [] : [.. Enumerable.Range(0, _options.Draws).Select(draw =>
        {
            cancellation.ThrowIfCancellationRequested();
            return _encoder.Encode(MaskedPairs.Mask(_model, rate, _options.Seed, draw));
        })];
        MaskedPair[] random = MaskedPairs.Measure(_population, _random, [.. _random.Select(pair => pair.U)], _model, rate,
            shared: false, _options, _clean, masked);
        MaskedPair[] cut = _cleanCut is null ? [] : MaskedPairs.Measure(
            _cut.Users, _cut.Pairs, _cut.Owners, _model, rate, shared: false, _options, _cleanCut, maskedCut);
        double keep = (float)(1 - rate);
        foreach (var (kind, pairs) in new[] { ("random", random), ("cut", cut) })
            for (int bin = 0; bin + 1 < Edges.Length; bin++)
                if (Row(kind, pairs, Edges[bin], Edges[bin + 1]) is { } row) yield return row;
        foreach (var (low, high) in new[] { (0, 1), (1, double.PositiveInfinity) })
            if (Row(Both, [.. random, .. cut], low, high) is { } row) yield return row;

        // Pairs at the threshold itself are on neither side.
        RegimeRow? Row(string kind, MaskedPair[] of, double low, double high)
        {
            double At(MaskedPair masked) => 2 * keep * masked.Pair.Overlap / masked.Pair.L1;
            MaskedPair[] within = [.. of.Where(masked => high <= 1 ? At(masked) >= low && At(masked) < high
                : At(masked) > 1 && At(masked) >= low && At(masked) < high)];
            return within.Length == 0 ? null : new(kind, low, high, 1 / (2 * keep),
                within.Average(masked => (double)masked.Pair.Overlap / masked.Pair.L1), within.Length,
                MaskedPairs.Summary(within, rate, shared: false, kind, _options));
        }
    }
}
