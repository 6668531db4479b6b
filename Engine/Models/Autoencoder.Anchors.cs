namespace ManualVae.Models;

// Item weights of the anchor term, and the prior's copy of the encoder.
public sealed partial class Autoencoder
{
    /// <summary>Name of the item weights, constant in checkpoints; with <see cref="AnchorWeighting.Rarity"/> only.</summary>
    internal const string AnchorWeights = "anchors.item-weights";

    /// <summary>
    /// Weights of items in the anchor term: 1 / (n_i + n), n_i the clicks of item i and n their mean over the items, so that an
    /// item of one click does not outweigh a whole history. Between 1 / (n + max n_i) and 1 / n; all 1 if nobody clicked.
    /// </summary>
    /// <param name="clicks">Training clicks of each item.</param>
    public static double[] Rarity(ReadOnlySpan<int> clicks)
    {
        double sum = 0;
        foreach (int count in clicks) sum += count;
        var weights = new double[clicks.Length];
        for (int item = 0; item < weights.Length; item++) weights[item] = sum == 0 ? 1 : 1 / (clicks[item] + sum / clicks.Length);
        return weights;
    }

    /// <summary>Gives the anchor term its item weights; without <see cref="AnchorWeighting.Rarity"/> nothing happens.</summary>
    /// <param name="clicks">Training clicks of each item.</param>
    public void WeightAnchorsBy(ReadOnlySpan<int> clicks)
    {
        if (_anchorWeights is { Items: var own })
            Backend.Upload(Rarity(clicks).AsSpan(own.First, own.Count), _anchorWeights.Value);
    }

    /// <summary>The composite prior takes over the encoder as it is now; without one nothing happens.</summary>
    public void UpdatePrior()
    {
        foreach (var parameter in Parameters.All)
        {
            if (!parameter.Name.StartsWith(AutoencoderBuilder.OldEncoder, StringComparison.Ordinal)) continue;
            var source = Parameters[$"encoder{parameter.Name.AsSpan(AutoencoderBuilder.OldEncoder.Length)}"];
            Backend.Flush(source);
            Backend.Copy(source.Value, parameter.Value);
        }
    }
}
