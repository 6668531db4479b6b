using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// The latent sharing radius (arXiv 2511.06781, theorem 2.3) compared with the measured effect of gradient steps. theta is the
/// whole decoder; g_u is the gradient of u's reconstruction loss, the mean over latent draws.
/// </summary>
/// <remarks>
/// Noise: u's loss is measured before and after the step with the same draws. The step on v uses v's own draws, which are
/// independent of u's as in training; common noise would add help that does not occur in training. The theorem's quantities are
/// those of the empirical posteriors of the draws, coupled by common noise. The theorem holds exactly for these.
/// </remarks>
public static class RadiusStudy
{
    /// <summary>Measures a sample of pairs.</summary>
    /// <param name="model">A trained VAE with Mult-VAE's decoder.</param>
    /// <param name="population">The users.</param>
    /// <param name="options">Settings.</param>
    /// <param name="cancellation">Stops between blocks of pairs.</param>
    /// <exception cref="InputException">More pairs than there are, or a model without posteriors.</exception>
    public static RadiusResult Run(
        Autoencoder model, Population population, RadiusOptions options, CancellationToken cancellation = default)
    {
        if (!model.Settings.Variational) throw new InputException("The sharing radius needs posteriors: give a run of a VAE.");
        options.Validate();
        DecoderProbe.RequireRoom(model, options.Draws);
        var posteriors = new DrawnPosteriors(model, population, options);
        var pairs = PairSampler.Sample(population, posteriors.Distance, options.Pairs, options.Seed);
        using var probe = new DecoderProbe(model, population);
        var blocks = new RadiusBlocks(probe, posteriors, population, pairs, options);
        double step = options.Move / blocks.MedianNorm();
        var results = new List<RadiusPair>(pairs.Length);
        while (results.Count < pairs.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            results.AddRange(blocks.Measure(results.Count, step));
        }
        return new RadiusResult(options, population.Count, step, results);
    }
}
