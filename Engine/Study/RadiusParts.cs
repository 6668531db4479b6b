using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>Measures the <see cref="RadiusPart"/>s of the pairs of a block.</summary>
/// <param name="probe">Of the decoder.</param>
/// <param name="latent">K.</param>
/// <param name="draws">Rows of each pair.</param>
/// <param name="points">Points of a segment between its ends.</param>
internal sealed class RadiusParts(DecoderProbe probe, int latent, int draws, int points)
{
    /// <summary>The parts of every pair: the whole decoder, then its layers.</summary>
    /// <param name="u">G(z_u, x_u): rows [pair, draw].</param>
    /// <param name="crossed">G(z_v, x_u).</param>
    /// <param name="v">G(z_v, x_v), z_v with u's noise.</param>
    /// <param name="codesU">z_u [rows, K].</param>
    /// <param name="codesV">z_v [rows, K].</param>
    public RadiusPart[][] Measure(
        DecoderGradients u, DecoderGradients crossed, DecoderGradients v, double[] codesU, double[] codesV)
    {
        int pairs = u.Rows / draws, layers = u.Layers.Count;
        double[] lengths = [.. Enumerable.Range(0, u.Rows).Select(row => Wasserstein.MeanDistance(
            codesU.AsSpan(row * latent, latent), codesV.AsSpan(row * latent, latent)))];
        var own = new double[pairs][];
        for (int p = 0; p < pairs; p++) own[p] = new double[layers + 1];
        Raise(own, u, crossed, lengths);
        double[][] segment = [.. own.Select(constants => (double[])constants.Clone())];
        double[] pieces = [.. lengths.Select(length => length / (points + 1))];
        var before = u;
        for (int point = 1; point <= points + 1 && points > 0; point++)
        {
            var after = point > points ? crossed : probe.At([.. u.Users], Between(codesU, codesV, (double)point / (points + 1)));
            Raise(segment, before, after, pieces);
            before = after;
        }
        var results = new RadiusPart[pairs][];
        Cores.For(0, pairs, p =>
        {
            int row = p * draws;
            double[] squaredU = Of(l => u.Dot(row, u, row, draws, l)), squaredV = Of(l => v.Dot(row, v, row, draws, l)),
                inner = Of(l => u.Dot(row, v, row, draws, l)), mismatch = Of(l => crossed.SquaredMismatch(row, v, row, draws, l));
            results[p] = [.. Enumerable.Range(0, layers + 1).Select(part => new RadiusPart(
                part == 0 ? RadiusPart.Whole : u.Layers[part - 1].Name, Math.Sqrt(squaredU[part]), Math.Sqrt(squaredV[part]),
                inner[part], Math.Sqrt(mismatch[part]), own[p][part], segment[p][part]))];

            double[] Of(Func<int, double> ofLayer)
            {
                double[] each = [.. Enumerable.Range(0, layers).Select(ofLayer)];
                return [each.Sum(), .. each];
            }
        });
        return results;
    }

    /// <summary>Raises each pair's constants to the ratios between two points of its draws' segments.</summary>
    private void Raise(double[][] constants, DecoderGradients from, DecoderGradients to, double[] lengths) =>
        Cores.For(0, constants.Length, p =>
        {
            for (int row = p * draws; row < (p + 1) * draws; row++)
            {
                if (lengths[row] == 0) continue;
                double total = 0;
                for (int l = 0; l < from.Layers.Count; l++)
                {
                    double squared = from.SquaredDistance(row, to, row, l);
                    total += squared;
                    constants[p][l + 1] = Math.Max(constants[p][l + 1], Math.Sqrt(squared) / lengths[row]);
                }
                constants[p][0] = Math.Max(constants[p][0], Math.Sqrt(total) / lengths[row]);
            }
        });

    private static double[] Between(double[] from, double[] to, double share) =>
        [.. from.Select((value, i) => value + share * (to[i] - value))];
}
