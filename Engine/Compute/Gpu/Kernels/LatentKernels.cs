using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>RecVAE's composite prior in the form that kernels take: log weights, and the wide component's log variance.</summary>
internal readonly struct DeviceCompositePrior(CompositePrior prior)
{
    public readonly float LogStandard = (float)Math.Log(prior.StandardWeight),
        LogPosterior = (float)Math.Log(prior.PosteriorWeight),
        LogWide = (float)Math.Log(prior.WideWeight), WideLogVariance = (float)prior.WideLogVariance,
        WidePrecision = (float)Math.Exp(-prior.WideLogVariance);
}

/// <summary>
/// Noise, sampling, divergences and densities. Forward kernels take a group for each row, backward ones are elementwise.
/// </summary>
internal static class LatentKernels
{
    private const float LogTwoPi = 1.83787707f;

    public static void DrawNoise(ArrayView<int> users, DeviceKey key, View noise, int latent)
    {
        for (long i = ElementKernels.First; i < noise.Length; i += ElementKernels.Stride)
        {
            long row = i / latent;
            noise[i] = DeviceRandom.Normal(key, (uint)users[row], (uint)(i - row * latent));
        }
    }

    public static void SampleForward(View posterior, View noise, View z, int latent)
    {
        for (long i = ElementKernels.First; i < z.Length; i += ElementKernels.Stride)
        {
            long mean = i + i / latent * latent; // rows of the posterior are twice as long
            z[i] = posterior[mean] + (noise.Length == 0 ? 0 : noise[i] * DeviceMath.Exp(posterior[mean + latent] / 2));
        }
    }

    public static void SampleBackward(View posterior, View noise, View dz, View dPosterior, int latent)
    {
        for (long i = ElementKernels.First; i < dz.Length; i += ElementKernels.Stride)
        {
            long mean = i + i / latent * latent;
            dPosterior[mean] += dz[i];
            if (noise.Length > 0)
                dPosterior[mean + latent] += dz[i] * noise[i] * DeviceMath.Exp(posterior[mean + latent] / 2) / 2;
        }
    }

    public static void StandardKlForward(View posterior, View loss, int latent)
    {
        long row = Grid.IdxX, start = row * 2 * latent;
        float sum = 0;
        for (int k = Group.IdxX; k < latent; k += Group.DimX)
        {
            float mean = posterior[start + k], logVariance = posterior[start + latent + k];
            sum += (DeviceMath.Exp(logVariance) + mean * mean - 1 - logVariance) / 2;
        }
        sum = GroupReduce.Sum(sum);
        if (Group.IdxX == 0) loss[row] = sum;
    }

    public static void StandardKlBackward(View posterior, View rowScale, View dPosterior, int latent)
    {
        for (long i = ElementKernels.First; i < posterior.Length; i += ElementKernels.Stride)
        {
            long row = i / (2 * latent);
            float scale = rowScale.Length == 0 ? 1 : rowScale[row];
            dPosterior[i] += i - row * 2 * latent < latent
                ? scale * posterior[i]
                : scale * (DeviceMath.Exp(posterior[i]) - 1) / 2;
        }
    }

    public static void GaussianForward(View z, View posterior, View logDensity, int latent)
    {
        long row = Grid.IdxX;
        float sum = 0;
        for (int k = Group.IdxX; k < latent; k += Group.DimX)
            sum += LogNormal(z[row * latent + k], posterior[row * 2 * latent + k], posterior[row * 2 * latent + latent + k]);
        sum = GroupReduce.Sum(sum);
        if (Group.IdxX == 0) logDensity[row] = sum;
    }

    public static void GaussianBackward(View z, View posterior, View rowScale, View dz, View dPosterior, int latent)
    {
        for (long i = ElementKernels.First; i < z.Length; i += ElementKernels.Stride)
        {
            long row = i / latent, mean = i + row * latent;
            float scale = rowScale.Length == 0 ? 1 : rowScale[row];
            float precision = DeviceMath.Exp(-posterior[mean + latent]), distance = z[i] - posterior[mean];
            if (dz.Length > 0) dz[i] -= scale * distance * precision;
            if (dPosterior.Length == 0) continue;
            dPosterior[mean] += scale * distance * precision;
            dPosterior[mean + latent] += scale * (distance * distance * precision - 1) / 2;
        }
    }

    public static void CompositeForward(DeviceCompositePrior prior, View z, View old, View logDensity, int latent)
    {
        long row = Grid.IdxX, start = row * 2 * latent;
        float sum = 0;
        for (int k = Group.IdxX; k < latent; k += Group.DimX)
        {
            float point = z[row * latent + k];
            float standard = prior.LogStandard + LogNormal(point, 0, 0);
            float posterior = prior.LogPosterior + LogNormal(point, old[start + k], old[start + latent + k]);
            float wide = prior.LogWide + LogNormal(point, 0, prior.WideLogVariance);
            float max = MathF.Max(standard, MathF.Max(posterior, wide));
            sum += max + DeviceMath.Log(
                DeviceMath.Exp(standard - max) + DeviceMath.Exp(posterior - max) + DeviceMath.Exp(wide - max));
        }
        sum = GroupReduce.Sum(sum);
        if (Group.IdxX == 0) logDensity[row] = sum;
    }

    public static void CompositeBackward(DeviceCompositePrior prior, View z, View old, View rowScale, View dz, int latent)
    {
        for (long i = ElementKernels.First; i < z.Length; i += ElementKernels.Stride)
        {
            long row = i / latent, mean = i + row * latent;
            float point = z[i], oldMean = old[mean], oldLogVariance = old[mean + latent];
            float standard = prior.LogStandard + LogNormal(point, 0, 0);
            float posterior = prior.LogPosterior + LogNormal(point, oldMean, oldLogVariance);
            float wide = prior.LogWide + LogNormal(point, 0, prior.WideLogVariance);
            float max = MathF.Max(standard, MathF.Max(posterior, wide));
            float a = DeviceMath.Exp(standard - max), b = DeviceMath.Exp(posterior - max), c = DeviceMath.Exp(wide - max);
            float slope = a * point + b * (point - oldMean) * DeviceMath.Exp(-oldLogVariance) + c * point * prior.WidePrecision;
            dz[i] -= (rowScale.Length == 0 ? 1 : rowScale[row]) * slope / (a + b + c);
        }
    }

    /// <summary>A group for each user; its threads share the components.</summary>
    public static void MixtureForward(View z, View components, View logDensity, View responsibilities, int latent, int count)
    {
        long row = Grid.IdxX;
        float max = float.NegativeInfinity;
        for (int p = Group.IdxX; p < count; p += Group.DimX)
        {
            long start = (long)p * 2 * latent;
            float density = 0;
            for (int k = 0; k < latent; k++)
                density += LogNormal(z[row * latent + k], components[start + k], components[start + latent + k]);
            responsibilities[row * count + p] = density;
            max = MathF.Max(max, density);
        }
        max = GroupReduce.Max(max);
        float sum = 0;
        for (int p = Group.IdxX; p < count; p += Group.DimX) sum += DeviceMath.Exp(responsibilities[row * count + p] - max);
        sum = GroupReduce.Sum(sum);
        for (int p = Group.IdxX; p < count; p += Group.DimX)
            responsibilities[row * count + p] = DeviceMath.Exp(responsibilities[row * count + p] - max) / sum;
        if (Group.IdxX == 0) logDensity[row] = max + DeviceMath.Log(sum) - DeviceMath.Log((float)count);
    }

    /// <summary>One thread for each element of dz.</summary>
    public static void MixtureBackwardPoint(
        View z, View components, View responsibilities, View rowScale, View dz, int latent, int count)
    {
        for (long i = ElementKernels.First; i < z.Length; i += ElementKernels.Stride)
        {
            long row = i / latent, k = i - row * latent;
            float sum = 0;
            for (int p = 0; p < count; p++)
            {
                long mean = (long)p * 2 * latent + k;
                sum += responsibilities[row * count + p] * (z[i] - components[mean]) * DeviceMath.Exp(-components[mean + latent]);
            }
            dz[i] -= (rowScale.Length == 0 ? 1 : rowScale[row]) * sum;
        }
    }

    /// <summary>One thread for each mean of a component, and its variance.</summary>
    public static void MixtureBackwardComponents(
        View z, View components, View responsibilities, View rowScale, View dComponents, int latent, int count, int rows)
    {
        for (long i = ElementKernels.First; i < (long)count * latent; i += ElementKernels.Stride)
        {
            long p = i / latent, k = i - p * latent, mean = i + p * latent;
            float precision = DeviceMath.Exp(-components[mean + latent]), dMean = 0, dLogVariance = 0;
            for (long row = 0; row < rows; row++)
            {
                float weight = (rowScale.Length == 0 ? 1 : rowScale[row]) * responsibilities[row * count + p];
                float distance = z[row * latent + k] - components[mean];
                dMean += weight * distance * precision;
                dLogVariance += weight * (distance * distance * precision - 1) / 2;
            }
            dComponents[mean] += dMean;
            dComponents[mean + latent] += dLogVariance;
        }
    }

    private static float LogNormal(float z, float mean, float logVariance) =>
        -(LogTwoPi + logVariance + (z - mean) * (z - mean) * DeviceMath.Exp(-logVariance)) / 2;
}
