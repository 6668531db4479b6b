using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// Latent variables: sampling, divergences and log densities, one user at a time.
public sealed unsafe partial class SimdBackend
{
    private NativeBuffer? _mixtureScratch;

    /// <inheritdoc/>
    public void DrawNoise(SparseBatch batch, RandomKey key, Tensor noise)
    {
        Debug.Assert(noise.Rows == batch.Rows);
        _threads.For(batch.Rows, 4, (batch, key, noise), static (in (SparseBatch Batch, RandomKey Key, Tensor Noise) s, int first, int last) =>
        {
            for (int row = first; row < last; row++) NoiseRow.Draw(s.Key, (uint)s.Batch.Users[row], s.Noise.RowSpan(row));
        });
    }

    /// <inheritdoc/>
    public void SampleForward(Tensor statistics, Tensor noise, Tensor z) =>
        _threads.For(z.Rows, RowGrain(z.Columns), (statistics, noise, z),
            static (in (Tensor Statistics, Tensor Noise, Tensor Z) s, int first, int last) =>
            {
                for (int row = first, k = s.Z.Columns; row < last; row++)
                {
                    float* mu = s.Statistics.Row(row), z = s.Z.Row(row);
                    if (s.Noise.IsNone) Map.Apply(default(Itself), k, z, mu);
                    else Map.Apply(default(Sampling), k, z, mu, mu + k, s.Noise.Row(row));
                }
            });

    /// <inheritdoc/>
    public void SampleBackward(Tensor statistics, Tensor noise, Tensor dz, Tensor dStatistics)
    {
        if (dStatistics.IsNone) return;
        _threads.For(dz.Rows, RowGrain(dz.Columns), (statistics, noise, dz, dStatistics),
            static (in (Tensor Statistics, Tensor Noise, Tensor Dz, Tensor DStatistics) s, int first, int last) =>
            {
                for (int row = first, k = s.Dz.Columns; row < last; row++)
                {
                    float* dmu = s.DStatistics.Row(row), dz = s.Dz.Row(row);
                    Map.Apply(new AddScaled(1), k, dmu, dz, dmu);
                    if (s.Noise.IsNone) continue;
                    Map.Apply(default(SamplingGradient), k, dmu + k, s.Statistics.Row(row) + k, s.Noise.Row(row), dz, dmu + k);
                }
            });
    }

    /// <inheritdoc/>
    public void StandardKlForward(Tensor statistics, Tensor loss) =>
        _threads.For(statistics.Rows, RowGrain(statistics.Columns), (statistics, loss),
            static (in (Tensor Statistics, Tensor Loss) s, int first, int last) =>
            {
                for (int row = first, k = s.Statistics.Columns / 2; row < last; row++)
                    s.Loss.Pointer()[row] = (float)Map.Sum(default(StandardKl), k, s.Statistics.Row(row), s.Statistics.Row(row) + k);
            });

    /// <inheritdoc/>
    public void StandardKlBackward(Tensor statistics, Tensor rowScale, Tensor dStatistics)
    {
        if (dStatistics.IsNone) return;
        _threads.For(statistics.Rows, RowGrain(statistics.Columns), (statistics, rowScale, dStatistics),
            static (in (Tensor Statistics, Tensor RowScale, Tensor DStatistics) s, int first, int last) =>
            {
                for (int row = first, k = s.Statistics.Columns / 2; row < last; row++)
                {
                    float* mu = s.Statistics.Row(row), dmu = s.DStatistics.Row(row);
                    float scale = s.RowScale.RowScale(row);
                    Map.Apply(new AddScaled(scale), k, dmu, mu, dmu);
                    Map.Apply(new StandardKlGradient(scale), k, dmu + k, mu + k, dmu + k);
                }
            });
    }

    /// <inheritdoc/>
    public void GaussianLogDensityForward(Tensor z, Tensor statistics, Tensor logDensity) =>
        _threads.For(z.Rows, RowGrain(z.Columns), (z, statistics, logDensity),
            static (in (Tensor Z, Tensor Statistics, Tensor LogDensity) s, int first, int last) =>
            {
                for (int row = first, k = s.Z.Columns; row < last; row++)
                {
                    float* mu = s.Statistics.Row(row);
                    s.LogDensity.Pointer()[row] = (float)Map.Sum(default(GaussianLogDensity), k, s.Z.Row(row), mu, mu + k);
                }
            });

    /// <inheritdoc/>
    public void GaussianLogDensityBackward(Tensor z, Tensor statistics, Tensor rowScale, Tensor dz, Tensor dStatistics) =>
        _threads.For(z.Rows, RowGrain(z.Columns), (z, statistics, rowScale, dz, dStatistics),
            static (in (Tensor Z, Tensor Statistics, Tensor RowScale, Tensor Dz, Tensor DStatistics) s, int first, int last) =>
            {
                for (int row = first, k = s.Z.Columns; row < last; row++)
                {
                    float* z = s.Z.Row(row), mu = s.Statistics.Row(row);
                    float scale = s.RowScale.RowScale(row);
                    if (!s.Dz.IsNone) Map.Apply(new GaussianGradientMean(-scale), k, s.Dz.Row(row), z, mu, mu + k, s.Dz.Row(row));
                    if (s.DStatistics.IsNone) continue;
                    float* dmu = s.DStatistics.Row(row);
                    Map.Apply(new GaussianGradientMean(scale), k, dmu, z, mu, mu + k, dmu);
                    Map.Apply(new GaussianGradientLogVariance(scale), k, dmu + k, z, mu, mu + k, dmu + k);
                }
            });

    /// <inheritdoc/>
    public void CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldStatistics, Tensor logDensity) =>
        _threads.For(z.Rows, RowGrain(8 * z.Columns), (prior, z, oldStatistics, logDensity),
            static (in (CompositePrior Prior, Tensor Z, Tensor Old, Tensor LogDensity) s, int first, int last) =>
            {
                var map = new CompositeLogDensity(s.Prior);
                for (int row = first, k = s.Z.Columns; row < last; row++)
                    s.LogDensity.Pointer()[row] = (float)Map.Sum(map, k, s.Z.Row(row), s.Old.Row(row), s.Old.Row(row) + k);
            });

    /// <inheritdoc/>
    public void CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldStatistics, Tensor rowScale, Tensor dz)
    {
        if (dz.IsNone) return;
        _threads.For(z.Rows, RowGrain(8 * z.Columns), (prior, z, oldStatistics, rowScale, dz),
            static (in (CompositePrior Prior, Tensor Z, Tensor Old, Tensor RowScale, Tensor Dz) s, int first, int last) =>
            {
                for (int row = first, k = s.Z.Columns; row < last; row++)
                    Map.Apply(new CompositeGradient(s.Prior, s.RowScale.RowScale(row)), k,
                        s.Dz.Row(row), s.Z.Row(row), s.Old.Row(row), s.Old.Row(row) + k, s.Dz.Row(row));
            });
    }

    /// <inheritdoc/>
    public void MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities)
    {
        var (precision, constant) = PrepareMixture(components);
        _threads.For(z.Rows, RowGrain(components.Rows * z.Columns), (z, components, precision, constant, logDensity, responsibilities),
            static (in (Tensor Z, Tensor C, Tensor Precision, Tensor Constant, Tensor LogDensity, Tensor R) s, int first, int last) =>
            {
                int k = s.Z.Columns, count = s.C.Rows;
                for (int row = first; row < last; row++)
                {
                    float* r = s.R.Row(row);
                    double max = double.NegativeInfinity, sum = 0;
                    for (int p = 0; p < count; p++)
                    {
                        double squares = Map.Sum(default(WeightedSquare), k, s.Z.Row(row), s.C.Row(p), s.Precision.Row(p));
                        r[p] = (float)(s.Constant.Pointer()[p] - squares / 2);
                        max = Math.Max(max, r[p]);
                    }
                    for (int p = 0; p < count; p++) sum += Math.Exp(r[p] - max);
                    double log = max + Math.Log(sum);
                    for (int p = 0; p < count; p++) r[p] = (float)Math.Exp(r[p] - log);
                    s.LogDensity.Pointer()[row] = (float)(log - Math.Log(count));
                }
            });
    }

    /// <inheritdoc/>
    public void MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents)
    {
        var (precision, _) = PrepareMixture(components);
        if (!dz.IsNone)
            _threads.For(z.Rows, RowGrain(components.Rows * z.Columns), (z, components, precision, responsibilities, rowScale, dz),
                static (in (Tensor Z, Tensor C, Tensor Precision, Tensor R, Tensor RowScale, Tensor Dz) s, int first, int last) =>
                {
                    for (int row = first, k = s.Z.Columns; row < last; row++)
                        for (int p = 0; p < s.C.Rows; p++)
                            Map.Apply(new WeightedDifference(-s.RowScale.RowScale(row) * s.R.Row(row)[p]), k,
                                s.Dz.Row(row), s.Z.Row(row), s.C.Row(p), s.Precision.Row(p), s.Dz.Row(row));
                });
        if (dComponents.IsNone) return;
        _threads.For(components.Rows, RowGrain(z.Rows * z.Columns), (z, components, precision, responsibilities, rowScale, dComponents),
            static (in (Tensor Z, Tensor C, Tensor Precision, Tensor R, Tensor RowScale, Tensor Dc) s, int first, int last) =>
            {
                for (int p = first, k = s.Z.Columns; p < last; p++)
                    for (int row = 0; row < s.Z.Rows; row++)
                    {
                        float scale = s.RowScale.RowScale(row) * s.R.Row(row)[p];
                        float* z = s.Z.Row(row), mu = s.C.Row(p), w = s.Precision.Row(p), dmu = s.Dc.Row(p);
                        Map.Apply(new WeightedDifference(scale), k, dmu, z, mu, w, dmu);
                        Map.Apply(new WeightedSquareGradient(scale), k, dmu + k, z, mu, w, dmu + k);
                    }
            });
    }

    /// <summary>Of each component: e^-lv of each dimension, and the constant -(K log 2 pi + sum lv) / 2.</summary>
    private (Tensor Precision, Tensor Constant) PrepareMixture(Tensor components)
    {
        int count = components.Rows, k = components.Columns / 2;
        long needed = (long)count * (k + 1);
        if (_mixtureScratch is null || _mixtureScratch.Length < needed)
        {
            _mixtureScratch?.Dispose();
            _buffers.Add(_mixtureScratch = new NativeBuffer(needed));
        }
        var precision = new Tensor(_mixtureScratch, 0, count, k);
        var constant = new Tensor(_mixtureScratch, precision.Length, count, 1);
        _threads.For(count, RowGrain(k), (components, precision, constant),
            static (in (Tensor C, Tensor Precision, Tensor Constant) s, int first, int last) =>
            {
                for (int p = first, k = s.Precision.Columns; p < last; p++)
                {
                    float* lv = s.C.Row(p) + k;
                    Map.Apply(new Variance(-1), k, s.Precision.Row(p), lv);
                    s.Constant.Pointer()[p] = (float)(-(k * Math.Log(2 * Math.PI) + Map.Sum(default(Itself), k, lv)) / 2);
                }
            });
        return (precision, constant);
    }
}
