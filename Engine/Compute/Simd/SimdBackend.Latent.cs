using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// Latent variables: sampling, divergences and log densities, one user at a time.
public sealed unsafe partial class SimdBackend
{
    private Tensor _mixture; // of each component: the precisions, then the constants

    /// <inheritdoc/>
    public void DrawNoise(SparseBatch batch, RandomKey key, Tensor noise)
    {
        Debug.Assert(noise.Rows == batch.Rows);
        ForRows(batch.Rows, 4, (batch, key, noise), static (in (SparseBatch Batch, RandomKey Key, Tensor Noise) s, int row) =>
            DrawNoise(s.Key, (uint)s.Batch.Users[row], s.Noise.RowSpan(row)));
    }

    // The draws of CounterRandom.Normal, four from each block.
    private static void DrawNoise(RandomKey key, uint user, Span<float> noise)
    {
        for (int k = 0; k < noise.Length; k += 4)
        {
            var block = CounterRandom.Block(key.Seed, (uint)k >> 2, user, key.Step, (uint)key.Purpose);
            var ((a, b), (c, d)) =
                (CounterRandom.NormalPair(block.X0, block.X1), CounterRandom.NormalPair(block.X2, block.X3));
            Span<float> four = [(float)a, (float)b, (float)c, (float)d];
            four[..Math.Min(4, noise.Length - k)].CopyTo(noise[k..]);
        }
    }

    /// <inheritdoc/>
    public void SampleForward(Tensor posterior, Tensor noise, Tensor z) =>
        ForRows(z.Rows, RowGrain(z.Columns), (posterior, noise, z),
            static (in (Tensor Posterior, Tensor Noise, Tensor Z) s, int row) =>
            {
                float* mu = s.Posterior.Row(row), z = s.Z.Row(row);
                int k = s.Z.Columns;
                if (s.Noise.IsNone) Elementwise.Apply(default(Identity), k, z, mu);
                else Elementwise.Apply(default(Sampling), k, z, mu, mu + k, s.Noise.Row(row));
            });

    /// <inheritdoc/>
    public void SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior)
    {
        if (dPosterior.IsNone) return;
        ForRows(dz.Rows, RowGrain(dz.Columns), (posterior, noise, dz, dPosterior),
            static (in (Tensor Posterior, Tensor Noise, Tensor Dz, Tensor DPosterior) s, int row) =>
            {
                float* dmu = s.DPosterior.Row(row), dz = s.Dz.Row(row);
                int k = s.Dz.Columns;
                Elementwise.Apply(new AddScaled(1), k, dmu, dz, dmu);
                if (s.Noise.IsNone) return;
                float* lv = s.Posterior.Row(row) + k;
                Elementwise.Apply(default(SamplingGradient), k, dmu + k, lv, s.Noise.Row(row), dz, dmu + k);
            });
    }

    /// <inheritdoc/>
    public void StandardKlForward(Tensor posterior, Tensor loss) =>
        ForRows(posterior.Rows, RowGrain(posterior.Columns), (posterior, loss),
            static (in (Tensor Posterior, Tensor Loss) s, int row) =>
            {
                float* mu = s.Posterior.Row(row);
                int k = s.Posterior.Columns / 2;
                s.Loss.Pointer()[row] = (float)Elementwise.Sum(default(StandardKl), k, mu, mu + k);
            });

    /// <inheritdoc/>
    public void StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior)
    {
        if (dPosterior.IsNone) return;
        ForRows(posterior.Rows, RowGrain(posterior.Columns), (posterior, rowScale, dPosterior),
            static (in (Tensor Posterior, Tensor RowScale, Tensor DPosterior) s, int row) =>
            {
                float* mu = s.Posterior.Row(row), dmu = s.DPosterior.Row(row);
                int k = s.Posterior.Columns / 2;
                float scale = s.RowScale.RowScale(row);
                Elementwise.Apply(new AddScaled(scale), k, dmu, mu, dmu);
                Elementwise.Apply(new StandardKlGradient(scale), k, dmu + k, mu + k, dmu + k);
            });
    }

    /// <inheritdoc/>
    public void GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity) =>
        SumRows(default(GaussianLogDensity), RowGrain(z.Columns), z, posterior, logDensity);

    /// <inheritdoc/>
    public void GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior) =>
        ForRows(z.Rows, RowGrain(z.Columns), (z, posterior, rowScale, dz, dPosterior),
            static (in (Tensor Z, Tensor Posterior, Tensor RowScale, Tensor Dz, Tensor DPosterior) s, int row) =>
            {
                float* z = s.Z.Row(row), mu = s.Posterior.Row(row);
                int k = s.Z.Columns;
                float scale = s.RowScale.RowScale(row);
                if (!s.Dz.IsNone)
                    Elementwise.Apply(new GaussianGradientMean(-scale), k, s.Dz.Row(row), z, mu, mu + k, s.Dz.Row(row));
                if (s.DPosterior.IsNone) return;
                float* dmu = s.DPosterior.Row(row);
                Elementwise.Apply(new GaussianGradientMean(scale), k, dmu, z, mu, mu + k, dmu);
                Elementwise.Apply(new GaussianGradientLogVariance(scale), k, dmu + k, z, mu, mu + k, dmu + k);
            });

    /// <inheritdoc/>
    public void CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity) =>
        SumRows(new CompositeLogDensity(prior), RowGrain(8 * z.Columns), z, oldPosterior, logDensity);

    /// <summary>sums[row] = the sum of f(z, mu, lv) over the dimensions.</summary>
    private void SumRows<T>(T f, int grain, Tensor z, Tensor posterior, Tensor sums) where T : struct, ITernaryOperator =>
        ForRows(z.Rows, grain, (f, z, posterior, sums),
            static (in (T F, Tensor Z, Tensor Posterior, Tensor Sums) s, int row) =>
            {
                float* mu = s.Posterior.Row(row);
                int k = s.Z.Columns;
                s.Sums.Pointer()[row] = (float)Elementwise.Sum(s.F, k, s.Z.Row(row), mu, mu + k);
            });

    /// <inheritdoc/>
    public void CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz)
    {
        if (dz.IsNone) return;
        ForRows(z.Rows, RowGrain(8 * z.Columns), (prior, z, oldPosterior, rowScale, dz),
            static (in (CompositePrior Prior, Tensor Z, Tensor Old, Tensor RowScale, Tensor Dz) s, int row) =>
                Elementwise.Apply(new CompositeGradient(s.Prior, s.RowScale.RowScale(row)), s.Z.Columns,
                    s.Dz.Row(row), s.Z.Row(row), s.Old.Row(row), s.Old.Row(row) + s.Z.Columns, s.Dz.Row(row)));
    }

    /// <inheritdoc/>
    public void MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities)
    {
        using var call = Caller.Enter();
        var (precision, constant) = PrepareMixture(components);
        ForRows(z.Rows, RowGrain(components.Rows * z.Columns), (z, components, precision, constant, logDensity, responsibilities),
            static (in (Tensor Z, Tensor C, Tensor Precision, Tensor Constant, Tensor LogDensity, Tensor R) s, int row) =>
            {
                int k = s.Z.Columns, count = s.C.Rows;
                float* r = s.R.Row(row);
                double max = double.NegativeInfinity, sum = 0;
                for (int p = 0; p < count; p++)
                {
                    float* mu = s.C.Row(p);
                    double squares = Elementwise.Sum(default(WeightedSquare), k, s.Z.Row(row), mu, s.Precision.Row(p));
                    r[p] = (float)(s.Constant.Pointer()[p] - squares / 2);
                    max = Math.Max(max, r[p]);
                }
                for (int p = 0; p < count; p++) sum += Math.Exp(r[p] - max);
                double log = max + Math.Log(sum);
                for (int p = 0; p < count; p++) r[p] = (float)Math.Exp(r[p] - log);
                s.LogDensity.Pointer()[row] = (float)(log - Math.Log(count));
            });
    }

    /// <inheritdoc/>
    public void MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents)
    {
        using var call = Caller.Enter();
        var (precision, _) = PrepareMixture(components);
        if (!dz.IsNone)
            ForRows(z.Rows, RowGrain(components.Rows * z.Columns), (z, components, precision, responsibilities, rowScale, dz),
                static (in (Tensor Z, Tensor C, Tensor Precision, Tensor R, Tensor RowScale, Tensor Dz) s, int row) =>
                {
                    for (int p = 0; p < s.C.Rows; p++)
                        Elementwise.Apply(new WeightedDifference(-s.RowScale.RowScale(row) * s.R.Row(row)[p]), s.Z.Columns,
                            s.Dz.Row(row), s.Z.Row(row), s.C.Row(p), s.Precision.Row(p), s.Dz.Row(row));
                });
        if (dComponents.IsNone) return;
        ForRows(components.Rows, RowGrain(z.Rows * z.Columns),
            (z, components, precision, responsibilities, rowScale, dComponents),
            static (in (Tensor Z, Tensor C, Tensor Precision, Tensor R, Tensor RowScale, Tensor Dc) s, int p) =>
            {
                float* mu = s.C.Row(p), w = s.Precision.Row(p), dmu = s.Dc.Row(p);
                for (int row = 0, k = s.Z.Columns; row < s.Z.Rows; row++)
                {
                    float scale = s.RowScale.RowScale(row) * s.R.Row(row)[p];
                    Elementwise.Apply(new WeightedDifference(scale), k, dmu, s.Z.Row(row), mu, w, dmu);
                    Elementwise.Apply(new WeightedSquareGradient(scale), k, dmu + k, s.Z.Row(row), mu, w, dmu + k);
                }
            });
    }


    /// <summary>Of each component: e^-lv of each dimension, and the constant -(K log 2 pi + sum lv) / 2.</summary>
    private (Tensor Precision, Tensor Constant) PrepareMixture(Tensor components)
    {
        int count = components.Rows, k = components.Columns / 2;
        if (_mixture.Length < (long)count * (k + 1))
        {
            Free(_mixture);
            _mixture = Allocate(count, k + 1);
        }
        var (precision, constant) = (_mixture.View(0, count, k), _mixture.View((long)count * k, count, 1));
        ForRows(count, RowGrain(k), (components, precision, constant),
            static (in (Tensor C, Tensor Precision, Tensor Constant) s, int p) =>
            {
                int k = s.Precision.Columns;
                float* lv = s.C.Row(p) + k;
                Elementwise.Apply(new Variance(-1), k, s.Precision.Row(p), lv);
                double sum = Elementwise.Sum(default(Identity), k, lv);
                s.Constant.Pointer()[p] = (float)(-(k * Math.Log(2 * Math.PI) + sum) / 2);
            });
        return (precision, constant);
    }
}
