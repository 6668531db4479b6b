using ManualVae.Compute;
using ManualVae.Models;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManualVae.Study;

/// <summary>The anchors of a trained model, and those that a user's clicks count with; see <see cref="AnchorTerm"/>.</summary>
/// <param name="model">A model with anchors.</param>
internal sealed class ClickedAnchors(Autoencoder model)
{
    private readonly bool _isCodebook = model.Settings.HasCodebook;
    private readonly int _perItem = model.Settings.AnchorChoices;
    private readonly double[]? _weights = model.Settings.AnchorWeighting == AnchorWeighting.Rarity
        ? model.Backend.Values(model.Parameters[Autoencoder.AnchorWeights].Value) : null;

    /// <summary>All anchors, [I N, K]; the N of an item lie next to each other. Of a codebook, its codes.</summary>
    public double[] Values { get; } = model.Backend.Values(model.Parameters["anchors"].Value);

    /// <summary>The number of anchors.</summary>
    public int Count => Values.Length / Latent;

    /// <summary>K.</summary>
    public int Latent { get; } = model.Parameters["anchors"].Value.Columns / model.Settings.AnchorsPerItem;

    /// <summary>An anchor.</summary>
    public ReadOnlySpan<double> this[int anchor] => Values.AsSpan(anchor * Latent, Latent);

    /// <summary>
    /// Each click's anchor, increasing, and its weight; the weights sum to 1. Nothing if the variance alone counts.
    /// </summary>
    /// <param name="items">The clicks, increasing.</param>
    /// <param name="point">mu, or z in the sampled form.</param>
    public (int Anchor, double Weight)[] Of(ReadOnlySpan<int> items, ReadOnlySpan<double> point)
    {
        if (model.Settings.AnchorPart == AnchorPart.Variance) return [];
        if (_isCodebook && items.Length > 1) items = [0];
        var clicked = new (int Anchor, double Weight)[items.Length];
        double sum = 0;
        foreach (int item in items) sum += _weights?[item] ?? 1;
        for (int click = 0; click < items.Length; click++)
        {
            int item = _isCodebook ? 0 : items[click], nearest = item * _perItem;
            double least = double.PositiveInfinity;
            for (int anchor = nearest; anchor < (item + 1) * _perItem && _perItem > 1; anchor++)
            {
                double distance = TensorPrimitives.Distance(this[anchor], point);
                if (distance < least) (nearest, least) = (anchor, distance);
            }
            clicked[click] = (nearest, (_weights?[items[click]] ?? 1) / sum);
        }
        return clicked;
    }
}
