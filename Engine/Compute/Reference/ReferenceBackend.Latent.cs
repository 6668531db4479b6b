namespace ManualVae.Compute.Reference;

/// <summary>Sampling, divergences and densities.</summary>
public sealed partial class ReferenceBackend
{
    private static readonly double LogTwoPi = Math.Log(2 * Math.PI);

    /// <inheritdoc/>
    public void DrawNoise(SparseBatch batch, RandomKey key, Tensor noise)
    {
        for (int row = 0; row < noise.Rows; row++)
            for (int k = 0; k < noise.Columns; k++)
                Row(noise, row)[k] = CounterRandom.Normal(key, (uint)batch.Users[row], (uint)k);
    }

    /// <inheritdoc/>
    public void SampleForward(Tensor posterior, Tensor noise, Tensor z)
    {
        for (int row = 0; row < z.Rows; row++)
        {
            var s = Row(posterior, row);
            var output = Row(z, row);
            for (int k = 0; k < output.Length; k++)
                output[k] = s[k] + (noise.IsNone ? 0 : Row(noise, row)[k] * Math.Exp(s[output.Length + k] / 2));
        }
    }

    /// <inheritdoc/>
    public void SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior)
    {
        for (int row = 0; row < dz.Rows; row++)
        {
            var s = Row(posterior, row);
            var above = Row(dz, row);
            var gradient = Row(dPosterior, row);
            int latent = above.Length;
            for (int k = 0; k < latent; k++)
            {
                gradient[k] += above[k];
                if (!noise.IsNone) gradient[latent + k] += above[k] * Row(noise, row)[k] * Math.Exp(s[latent + k] / 2) / 2;
            }
        }
    }

    /// <inheritdoc/>
    public void StandardKlForward(Tensor posterior, Tensor loss)
    {
        int latent = posterior.Columns / 2;
        for (int row = 0; row < posterior.Rows; row++)
        {
            var s = Row(posterior, row);
            double sum = 0;
            for (int k = 0; k < latent; k++) sum += (Math.Exp(s[latent + k]) + s[k] * s[k] - 1 - s[latent + k]) / 2;
            Data(loss)[row] = sum;
        }
    }

    /// <inheritdoc/>
    public void StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior)
    {
        int latent = posterior.Columns / 2;
        for (int row = 0; row < posterior.Rows; row++)
        {
            var s = Row(posterior, row);
            var gradient = Row(dPosterior, row);
            double scale = Scale(rowScale, row);
            for (int k = 0; k < latent; k++)
            {
                gradient[k] += scale * s[k];
                gradient[latent + k] += scale * (Math.Exp(s[latent + k]) - 1) / 2;
            }
        }
    }

    /// <inheritdoc/>
    public void GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity)
    {
        for (int row = 0; row < z.Rows; row++) Data(logDensity)[row] = LogDensity(Row(z, row), Row(posterior, row));
    }

    /// <inheritdoc/>
    public void GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior)
    {
        for (int row = 0; row < z.Rows; row++)
            AddDensityGradient(
                Row(z, row), Row(posterior, row), Scale(rowScale, row), RowOrNone(dz, row), RowOrNone(dPosterior, row));
    }

    /// <inheritdoc/>
    public void CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity)
    {
        for (int row = 0; row < z.Rows; row++)
        {
            var point = Row(z, row);
            var old = Row(oldPosterior, row);
            double sum = 0;
            for (int k = 0; k < point.Length; k++)
                sum += CompositeLogDensity(prior, point[k], old[k], old[point.Length + k]).LogDensity;
            Data(logDensity)[row] = sum;
        }
    }

    /// <inheritdoc/>
    public void CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz)
    {
        for (int row = 0; row < z.Rows; row++)
        {
            var point = Row(z, row);
            var old = Row(oldPosterior, row);
            var gradient = Row(dz, row);
            double scale = Scale(rowScale, row);
            for (int k = 0; k < point.Length; k++)
                gradient[k] += scale * CompositeLogDensity(prior, point[k], old[k], old[point.Length + k]).Slope;
        }
    }

    /// <inheritdoc/>
    public void MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities)
    {
        for (int row = 0; row < z.Rows; row++)
        {
            var weights = Row(responsibilities, row);
            double max = double.NegativeInfinity, sum = 0;
            for (int p = 0; p < weights.Length; p++)
                max = Math.Max(max, weights[p] = LogDensity(Row(z, row), Row(components, p)));
            for (int p = 0; p < weights.Length; p++) sum += weights[p] = Math.Exp(weights[p] - max);
            for (int p = 0; p < weights.Length; p++) weights[p] /= sum;
            Data(logDensity)[row] = max + Math.Log(sum) - Math.Log(weights.Length);
        }
    }

    /// <inheritdoc/>
    public void MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents)
    {
        for (int row = 0; row < z.Rows; row++)
            for (int p = 0; p < components.Rows; p++)
                AddDensityGradient(
                    Row(z, row), Row(components, p), Scale(rowScale, row) * Row(responsibilities, row)[p],
                    RowOrNone(dz, row), RowOrNone(dComponents, p));
    }

    private static Span<double> RowOrNone(Tensor tensor, int row) => tensor.IsNone ? default : Row(tensor, row);

    private static double LogNormal(double z, double mean, double logVariance) =>
        -(LogTwoPi + logVariance + (z - mean) * (z - mean) * Math.Exp(-logVariance)) / 2;

    private static double LogDensity(ReadOnlySpan<double> z, ReadOnlySpan<double> posterior)
    {
        double sum = 0;
        for (int k = 0; k < z.Length; k++) sum += LogNormal(z[k], posterior[k], posterior[z.Length + k]);
        return sum;
    }

    /// <summary>
    /// Adds scale times the gradient of log N(z; mu, v): dz -= d/v, dmu += d/v, dlogvar += (d^2/v - 1)/2, d = z - mu.
    /// </summary>
    private static void AddDensityGradient(
        ReadOnlySpan<double> z, ReadOnlySpan<double> posterior, double scale, Span<double> dz, Span<double> dPosterior)
    {
        for (int k = 0; k < z.Length; k++)
        {
            double precision = Math.Exp(-posterior[z.Length + k]), distance = z[k] - posterior[k];
            if (!dz.IsEmpty) dz[k] -= scale * distance * precision;
            if (dPosterior.IsEmpty) continue;
            dPosterior[k] += scale * distance * precision;
            dPosterior[z.Length + k] += scale * (distance * distance * precision - 1) / 2;
        }
    }

    private static (double LogDensity, double Slope) CompositeLogDensity(
        CompositePrior prior, double z, double oldMean, double oldLogVariance)
    {
        double standard = Math.Log(prior.StandardWeight) + LogNormal(z, 0, 0);
        double posterior = Math.Log(prior.PosteriorWeight) + LogNormal(z, oldMean, oldLogVariance);
        double wide = Math.Log(prior.WideWeight) + LogNormal(z, 0, prior.WideLogVariance);
        double max = Math.Max(standard, Math.Max(posterior, wide));
        double a = Math.Exp(standard - max), b = Math.Exp(posterior - max), c = Math.Exp(wide - max);
        double slope = -(a * z + b * (z - oldMean) * Math.Exp(-oldLogVariance) + c * z * Math.Exp(-prior.WideLogVariance));
        return (max + Math.Log(a + b + c), slope / (a + b + c));
    }
}
