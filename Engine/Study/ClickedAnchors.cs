using ManualVae.Compute;
using ManualVae.Models;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManualVae.Study;

/// <summary>The anchors of a trained model, and those that a user's clicks count with; see <see cref="AnchorTerm"/>.</summary>
/// <param name="model">A model with anchors.</param>
internal sealed class ClickedAnchors(Autoencoder model)
{
    private readonly int _perItem = model.Settings.AnchorsPerItem;
    private readonly double[]? _weights = model.Settings.AnchorWeighting == AnchorWeighting.Rarity
        ? model.Backend.Values(model.Parameters[Autoencoder.AnchorWeights].Value) : null;

    /// <summary>All anchors, [I N, K]; the N of an item lie next to each other.</summary>
    public double[] Values { get; } = model.Backend.Values(model.Parameters["anchors"].Value);

    /// <summary>N I, the number of anchors.</summary>
    public int Count { get; } = model.ItemCount * model.Settings.AnchorsPerItem;

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
        var clicked = new (int Anchor, double Weight)[items.Length];
        double sum = 0;
        foreach (int item in items) sum += _weights?[item] ?? 1;
        for (int click = 0; click < items.Length; click++)
        {
            int nearest = items[click] * _perItem;
            for (int anchor = nearest + 1; anchor < (items[click] + 1) * _perItem; anchor++)
                if (TensorPrimitives.Distance(this[anchor], point) < TensorPrimitives.Distance(this[nearest], point))
                    nearest = anchor;
            clicked[click] = (nearest, (_weights?[items[click]] ?? 1) / sum);
        }
        return clicked;
    }
}
