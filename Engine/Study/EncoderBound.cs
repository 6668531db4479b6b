using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Models;

namespace ManualVae.Study;

/// <summary>
/// An upper bound of the distance of two posteriors by the distance of what the encoder sees, from the norms of its layers: tanh
/// is 1-Lipschitz, a layer moves its output by at most its spectral norm, and the first layer, from the l1 distance, by at most
/// its longest row. It bounds W2, so also W1 and ||mu_u - mu_v||.
/// </summary>
/// <remarks>
/// sigma = exp(log-variance / 2), and |sigma - sigma'| is at most max(sigma, sigma') / 2 times the difference of log-variances.
/// So the rows of the log-variance count sigma_k / 2, sigma_k the largest one of dimension k <b>among the posteriors
/// measured</b>: the bound of the means holds for all inputs, that of the sigmas between posteriors whose sigmas are no larger.
/// </remarks>
/// <param name="ItemNorm">max_i ||W_i||, the norm of the first layer from l1 to l2; W_i is the row of item i.</param>
/// <param name="InputNorm">Spectral norm of the first layer, at most.</param>
/// <param name="LaterNorm">Product of the spectral norms of the layers after it, at most; 1 without hidden layers.</param>
/// <param name="LargestSigma">Largest sigma measured.</param>
public sealed record EncoderBound(double ItemNorm, double InputNorm, double LaterNorm, double LargestSigma)
{
    /// <summary>W2 for each unit of l1 distance of what the encoder sees, at most.</summary>
    public double ByL1 => ItemNorm * LaterNorm;

    /// <summary>W2 of two posteriors, at most.</summary>
    /// <param name="l1">l1 distance of what the encoder sees.</param>
    /// <param name="l2">Euclidean distance of the same.</param>
    public double Of(double l1, double l2) => LaterNorm * Math.Min(ItemNorm * l1, InputNorm * l2);

    /// <summary>The bound of a model's encoder; null if it is not a chain of tanh layers.</summary>
    /// <param name="model">A VAE.</param>
    /// <param name="largestSigmas">Largest sigma of each dimension [K].</param>
    internal static EncoderBound? For(Autoencoder model, double[] largestSigmas)
    {
        if (model.Encoder is not MlpEncoder encoder) return null;
        int latent = largestSigmas.Length;
        double[] outputs = [.. Enumerable.Repeat(1.0, latent), .. largestSigmas.Select(sigma => sigma / 2)];
        double[] first = model.Backend.Values(encoder.Input.Weight.Value); // [items, outputs]
        int width = encoder.Input.Weight.Value.Columns;
        if (encoder.Layers.Count == 0)
            for (int item = 0; item < first.Length / width; item++)
            {
                var row = first.AsSpan(item * width, width);
                TensorPrimitives.Multiply<double>(row, outputs, row);
            }
        double longest = 0, later = 1;
        for (int item = 0; item < first.Length / width; item++)
            longest = Math.Max(longest, TensorPrimitives.Norm<double>(first.AsSpan(item * width, width)));
        foreach (var layer in encoder.Layers)
        {
            double[] weight = model.Backend.Values(layer.Weight.Value); // [outputs, inputs]
            int inputs = layer.Weight.Value.Columns;
            if (layer == encoder.Layers[^1])
                for (int k = 0; k < outputs.Length; k++)
                {
                    var row = weight.AsSpan(k * inputs, inputs);
                    TensorPrimitives.Multiply(row, outputs[k], row);
                }
            later *= SpectralNorm.AtMost(weight, inputs);
        }
        return new(longest, SpectralNorm.AtMost(first, width), later, largestSigmas.Max());
    }
}
